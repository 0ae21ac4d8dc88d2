import { isUnderline } from "../sentences/items.ts";
import type { BoundaryKind } from "./part.ts";

/** Pauses in milliseconds, by what stands before them. */
export interface Pauses {
  /** After a paragraph, whatever its last mark. */
  readonly paragraph: number;
  /** After a line without a closing mark: a heading, a verse, an item of a list. */
  readonly line: number;
  /** After a full stop, and after a sentence that ends with a mark of another script. */
  readonly period: number;
  /** After a question mark. */
  readonly question: number;
  /** After an exclamation mark. */
  readonly exclamation: number;
  /** After an ellipsis (… or ...). */
  readonly ellipsis: number;
  /** After a comma. */
  readonly comma: number;
  /** After a semicolon. */
  readonly semicolon: number;
  /** After a colon. */
  readonly colon: number;
  /** After a dash between spaces. */
  readonly dash: number;
}

/**
 * The pauses that {@linkcode splitText} and {@linkcode splitSentences} use by default. They are a choice, in the order
 * comma, colon, full stop, ellipsis, paragraph, because no published measurement for Mongolian was found.
 */
export const DEFAULT_PAUSES: Pauses = /* @__PURE__ */ Object.freeze({
  paragraph: 800,
  line: 500,
  period: 450,
  question: 500,
  exclamation: 450,
  ellipsis: 600,
  comma: 200,
  semicolon: 300,
  colon: 300,
  dash: 250,
});

/** The last mark before the border, behind closing quotes, brackets and white space. */
const LAST_MARK = /(\.\.+|[.!?…‼⁇⁈⁉‽,;:–—―-]|[，；：、！？])["'”“’‘»›)\]}>*_~`\s\x85]*$/u;

/** The numbers of footnotes behind a mark: "гарав.[5]". */
const FOOTNOTES = /(?:\[\p{N}{1,3}\]|[\u00b9\u00b2\u00b3\u2070-\u2079])+\s*$/u;

const MARKS: Readonly<Record<string, keyof Pauses>> = {
  "?": "question",
  "？": "question",
  "⁇": "question",
  "⁈": "question",
  "‽": "question",
  "!": "exclamation",
  "！": "exclamation",
  "‼": "exclamation",
  "⁉": "exclamation",
  "…": "ellipsis",
  ",": "comma",
  "，": "comma",
  "、": "comma",
  ";": "semicolon",
  "；": "semicolon",
  ":": "colon",
  "：": "colon",
  "-": "dash",
  "–": "dash",
  "—": "dash",
  "―": "dash",
};

/** The pause after `text`, whose end is a border of this kind. */
export function pauseAfter(text: string, boundary: BoundaryKind, pauses: Pauses): number {
  if (boundary === "end" || boundary === "word") return 0;
  if (boundary === "paragraph") return pauses.paragraph;
  const spoken = withoutUnderline(text.trimEnd());
  // 40 code units hold the mark and what closes behind it, and keep the search short on hostile text.
  const mark = LAST_MARK.exec(spoken.slice(-40).replace(FOOTNOTES, "").trimEnd())?.[1];
  if (mark === undefined) return boundary === "sentence" ? pauses.line : pauses.comma;
  if (mark.length > 1) return pauses.ellipsis;
  return pauses[MARKS[mark] ?? "period"];
}

/** The text without the line that Markdown draws under a heading. */
function withoutUnderline(text: string): string {
  const at = text.lastIndexOf("\n") + 1;
  return at > 0 && isUnderline(text.slice(at)) ? text.slice(0, at).trimEnd() : text;
}
