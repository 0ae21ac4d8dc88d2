import type { Cue } from "./cues.ts";
import { words } from "./words.ts";

/** Options of {@linkcode toSrt} and {@linkcode toWebVtt}. */
export interface CaptionOptions {
  /** The most characters of a line, 1 or more; a word that is longer has a line of its own. Default 42. */
  readonly lineLength?: number | undefined;
  /**
   * The most lines of a caption, 1 or more. A sentence that takes more becomes several captions, one after the other; where one
   * ends and the next begins is then estimated by the number of characters. Default: no limit, a caption for each sentence.
   */
  readonly maxLines?: number | undefined;
}

/**
 * Captions as an SRT file (SubRip).
 *
 * @param cues The cues, as `narration.cues()` gives them.
 * @param options The length and the number of lines.
 * @returns The file's content, to be written in UTF-8.
 * @throws {RangeError} when a number is no whole number of at least 1.
 *
 * @example
 * ```ts
 * import { toSrt } from "@tsetsen/sdk/narration";
 *
 * const srt = toSrt([{ start: 0, end: 1_250, text: "Сайн байна уу?", exact: true }]);
 * console.assert(srt === "1\n00:00:00,000 --> 00:00:01,250\nСайн байна уу?\n");
 * ```
 */
export function toSrt(cues: Iterable<Cue>, options: CaptionOptions = {}): string {
  const blocks = lay(cues, options).map(({ start, end, lines }, i) =>
    `${i + 1}\n${time(start, ",")} --> ${time(end, ",")}\n${lines.join("\n")}\n`
  );
  return blocks.join("\n");
}

/**
 * Captions as a WebVTT file (https://www.w3.org/TR/webvtt1/), for the `track` element of browsers.
 *
 * @param cues The cues, as `narration.cues()` gives them.
 * @param options The length and the number of lines.
 * @returns The file's content, to be written in UTF-8.
 * @throws {RangeError} when a number is no whole number of at least 1.
 *
 * @example
 * ```ts
 * import { toWebVtt } from "@tsetsen/sdk/narration";
 *
 * const vtt = toWebVtt([{ start: 0, end: 1_250, text: "1 < 2", exact: true }]);
 * console.assert(vtt === "WEBVTT\n\n1\n00:00:00.000 --> 00:00:01.250\n1 &lt; 2\n");
 * ```
 */
export function toWebVtt(cues: Iterable<Cue>, options: CaptionOptions = {}): string {
  const blocks = lay(cues, options).map(({ start, end, lines }, i) =>
    `\n${i + 1}\n${time(start, ".")} --> ${time(end, ".")}\n${lines.map(escape).join("\n")}\n`
  );
  return `WEBVTT\n${blocks.join("")}`;
}

/** A caption on the screen. */
interface Block {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/** Lays the cues out in lines, none of them empty. */
function lay(
  cues: Iterable<Cue>,
  { lineLength = 42, maxLines = Infinity }: CaptionOptions,
): Block[] {
  for (const [name, value] of Object.entries({ lineLength, maxLines })) {
    if (value !== Infinity && !(Number.isSafeInteger(value) && value >= 1)) {
      throw new RangeError(`${name} must be a whole number of at least 1: got ${value}`);
    }
  }
  return [...cues].flatMap((cue) => divide(cue, wrap(cue.text, lineLength), maxLines));
}

/** Shares the lines and the time of a cue among as many captions as it takes, as evenly as lines allow. */
function divide({ start, end }: Cue, lines: readonly string[], maxLines: number): Block[] {
  const count = Math.ceil(lines.length / maxLines);
  if (count <= 1) return lines.length === 0 ? [] : [{ start, end, lines }];
  const total = lines.join("").length;
  const blocks: Block[] = [];
  let from = start;
  for (let i = 0, seen = 0; i < count; i++) {
    const first = Math.floor(i * lines.length / count);
    const some = lines.slice(first, Math.floor((i + 1) * lines.length / count));
    seen += some.join("").length;
    const to = start + Math.round((end - start) * seen / total);
    if (to > from) blocks.push({ start: from, end: to, lines: some });
    from = to;
  }
  return blocks;
}

/** "01:02:03.004". Hours have as many digits as they need. */
function time(ms: number, point: string): string {
  const pad = (value: number, length: number) => `${Math.floor(value)}`.padStart(length, "0");
  const seconds = `${pad(ms / 1_000 % 60, 2)}${point}${pad(ms % 1_000, 3)}`;
  return `${pad(ms / 3_600_000, 2)}:${pad(ms / 60_000 % 60, 2)}:${seconds}`;
}

/** Breaks a text at spaces, into as few lines as it takes. */
function wrap(text: string, length: number): string[] {
  const lines: string[] = [];
  let room = 0;
  // Words hold no line ends, also where the caller has put some in: an empty line would end the cue.
  for (const word of words(text)) {
    const size = [...word].length;
    if (lines.length > 0 && size < room) {
      lines.push(`${lines.pop()} ${word}`);
      room -= size + 1;
    } else {
      lines.push(word);
      room = length - size;
    }
  }
  return lines;
}

function escape(line: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "\0": "\ufffd",
  };
  return line.replace(/[&<>\0]/g, (character) => entities[character] ?? "");
}
