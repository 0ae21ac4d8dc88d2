/**
 * Tags of HTML and SSML.
 *
 * The syntax is that of the HTML Standard (13.1.2, start and end tags; 13.1.6, comments), bounded in length; the names
 * of SSML are those of SSML 1.1 (W3C) and of the extensions of two large services. What a tag leaves behind is a choice:
 * a line for what HTML shows as a block, nothing for the rest.
 *
 * @module
 */

import type { Found } from "../findings/finding.ts";
import type { Range } from "./ranges.ts";

/**
 * Cyrillic letters belong to a tag in quotes and behind "=" only: "a<b ба c>d" is none. Values are as long as they are, because
 * documents hold whole pictures in them ("data:image/png;base64,…"). None holds a "<", so that the search stays linear.
 */
const TAG =
  /<(?<slash>\/?)(?<name>[A-Za-z][A-Za-z0-9:_-]{0,40})(?:(?:\s|\/(?=>))[^<>"'А-ҮЁа-ү]*(?:(?:"[^"<]*"|'[^'<]*'|(?<==[^\s<>"']*)[А-ҮЁа-ү][^\s<>"']*(?=[\s>]))[^<>"'А-ҮЁа-ү]*){0,999})?>/uy;
/** <!DOCTYPE html>, <?xml version="1.0"?> */
const DECLARATION = /<[!?][A-Za-z[][^<>]{0,2000}>/y;
/** Elements whose content is no text. */
const HIDDEN = /^(?:script|style)$/i;
const CLOSES = {
  script: /<\/script(?:\s[^<>]{0,500})?>/giu,
  style: /<\/style(?:\s[^<>]{0,500})?>/giu,
};
const PARAGRAPH =
  /^(?:p|div|h[1-6]|ul|ol|dl|table|blockquote|section|article|header|footer|main|nav|aside|figure|pre|hr|form)$/i;
/** Elements inside a line. Unknown elements, such as a model's <answer>, have a line of their own. */
const INLINE =
  /^(?:|a|abbr|acronym|b|bdi|bdo|big|button|cite|code|data|del|dfn|em|font|i|img|input|ins|kbd|label|mark|q|rp|rt|ruby|s|samp|small|span|strike|strong|sub|sup|time|tt|u|var|wbr|audio)$/i;
const CELL = /^t[dh]$/i;
const SSML =
  /^(?:speak|break|prosody|lang|w|bookmark|say-as|phoneme|emphasis|voice|lexicon|lookup|token|par|seq|media|desc|express-as|(?:mstts|amazon|google):[\w-]+)$/i;

/** A tag, a comment, a declaration, an element with its content, or a sign of a comment or of CDATA. */
interface Tag extends Range {
  /** Its name, with a slash in front of that of an end tag; empty for the others. */
  readonly name: string;
}

/**
 * The tags of a text, neighbours as one finding.
 *
 * @param isOwn Whether the text is the author's own. Its comments, scripts and styles then hide their content.
 */
export function* tags(text: string, isOwn: boolean): Generator<Found> {
  const reader = new TagReader(text, isOwn);
  for (let start = reader.next(0); start >= 0;) {
    let end = start;
    const names: string[] = [];
    for (let next = start;;) {
      const tag = reader.read(next);
      if (tag === undefined) break;
      names.push(tag.name);
      end = tag.end;
      next = end + spaceAfter(text, end);
    }
    if (end > start) yield finding(text, start, end, names);
    start = reader.next(Math.max(end, start + 1));
  }
}

function finding(text: string, start: number, end: number, names: readonly string[]): Found {
  const ssml = names.some((name) => SSML.test(name.replace("/", "")));
  const before = spaceBefore(text, start);
  const after = spaceAfter(text, end);
  const atStart = before === start;
  const atEnd = end + after === text.length;
  let suggestion = "";
  if (atStart || atEnd || before > 0) {
    // The space on both sides of a tag is one.
    while (/[ \t]/.test(text.charAt(end))) end++;
  } else if (after === 0 && />\s+</.test(text.slice(start, end))) suggestion = " ";
  if (!atStart && !atEnd) {
    const there = lineEnds(text.slice(start - before, start)) +
      lineEnds(text.slice(end, end + after));
    const wanted = lineEndsFor(names);
    if (wanted > there) suggestion = "\n".repeat(wanted);
    else if (wanted > 0) suggestion = "";
    else if (names.some((name) => CELL.test(name.replace("/", "")))) suggestion = ", ";
    else if (before + after === 0 && (names.includes("break") || endsSentence(names))) {
      suggestion = " ";
    }
  }
  // The items of a list stay items.
  if (names.at(-1)?.toLowerCase() === "li") suggestion += "- ";
  const message = ssml
    ? "The service reads no SSML: leave the tag out, and write what is to be heard"
    : "The service reads no HTML: leave the tag out";
  return { kind: ssml ? "ssml" : "tag", start, end, message, suggestion };
}

/** Whether a sentence of SSML ends and another begins: </s><s>. */
function endsSentence(names: readonly string[]): boolean {
  return names.includes("/s") && names.includes("s");
}

function lineEndsFor(names: readonly string[]): number {
  const bare = names.map((name) => name.replace("/", ""));
  if (bare.some((name) => PARAGRAPH.test(name))) {
    // Between the items of a list there is no paragraph.
    return bare.includes("li") ? 1 : 2;
  }
  const inside = (name: string) => INLINE.test(name) || CELL.test(name) || SSML.test(name);
  return bare.every(inside) ? 0 : 1;
}

function lineEnds(space: string): number {
  return space.split("\n").length - 1;
}

function spaceAfter(text: string, index: number): number {
  let end = index;
  while (/\s/.test(text.charAt(end))) end++;
  return end - index;
}

function spaceBefore(text: string, index: number): number {
  let start = index;
  while (start > 0 && /\s/.test(text.charAt(start - 1))) start--;
  return index - start;
}

const CDATA = "<![CDATA[";

/** Reads tags. It remembers which ends do not occur any more, so hostile text takes linear time. */
class TagReader {
  readonly #text: string;
  readonly #isOwn: boolean;
  readonly #missing = new Set<string>();
  /** Where the ends stand that belong to a sign before: they are signs, too. */
  readonly #ends: Record<"]]>" | "-->", number> = { "]]>": -1, "-->": -1 };

  constructor(text: string, isOwn: boolean) {
    this.#text = text;
    this.#isOwn = isOwn;
  }

  /** The next place where a tag may begin; -1 when there is none. */
  next(from: number): number {
    const places = [this.#text.indexOf("<", from), ...Object.values(this.#ends)];
    const left = places.filter((place) => place >= from);
    return left.length > 0 ? Math.min(...left) : -1;
  }

  /** The tag that begins at an index. */
  read(start: number): Tag | undefined {
    const text = this.#text;
    for (const [end, place] of Object.entries(this.#ends)) {
      if (place === start) return { name: "", start, end: start + end.length };
    }
    // XML's way to write a text without references: feeds and SSML have it.
    if (text.startsWith(CDATA, start)) return this.#sign(CDATA, start, "]]>");
    if (text.startsWith("<!--", start)) {
      const index = this.#find("-->", start + 4);
      if (index >= 0 && !this.#isOwn) return this.#sign("<!--", start, "-->");
      if (index >= 0) return { name: "", start, end: index + 3 };
    }
    TAG.lastIndex = start;
    const groups = TAG.exec(text)?.groups;
    if (groups === undefined) {
      DECLARATION.lastIndex = start;
      return DECLARATION.test(text) ? { name: "", start, end: DECLARATION.lastIndex } : undefined;
    }
    const end = TAG.lastIndex;
    const name = groups["name"]!;
    if (HIDDEN.test(name)) {
      if (!this.#isOwn) return { name: "", start, end };
      const close = this.#closeOf(name.toLowerCase() as keyof typeof CLOSES, end);
      if (!groups["slash"] && close >= 0) return { name: "", start, end: close };
    }
    return { name: groups["slash"]! + name, start, end };
  }

  /** A sign whose end is one, too. */
  #sign(sign: string, start: number, end: "]]>" | "-->"): Tag {
    this.#ends[end] = this.#find(end, start + sign.length);
    return { name: "", start, end: start + sign.length };
  }

  #find(what: string, from: number): number {
    if (this.#missing.has(what)) return -1;
    const index = this.#text.indexOf(what, from);
    if (index < 0) this.#missing.add(what);
    return index;
  }

  /** Where the end tag of a hidden element ends; -1 when there is none. */
  #closeOf(name: keyof typeof CLOSES, from: number): number {
    if (this.#missing.has(name)) return -1;
    const close = CLOSES[name];
    close.lastIndex = from;
    if (close.test(this.#text)) return close.lastIndex;
    this.#missing.add(name);
    return -1;
  }
}
