/**
 * Captions as files.
 *
 * @module
 */

import type { Cue } from "./cues.ts";
import { type CaptionOptions, toCaptions } from "./layout.ts";

/**
 * Makes an SRT file (SubRip) of captions.
 *
 * SRT cannot escape its own marks, and players read `<i>`, `{\an8}`, `\N` and `&lt;` in different ways. Therefore `<`
 * and `>` become `‹` and `›`, braces become parentheses, and a word joiner (U+2060) follows each backslash and the `&`
 * of an entity. Readers refuse an empty file. Without cues the file has one of a millisecond that shows nothing.
 *
 * @param cues The cues, as `narration.cues()` gives them.
 * @param options The limits of lines and durations.
 * @returns The file's content, to be written in UTF-8.
 * @throws {TypeError} when a cue has no text or no times, an option has the wrong type, or is not known.
 * @throws {RangeError} when an option is out of its range.
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
  const captions = toCaptions(cues, options);
  if (captions.length === 0) captions.push(NOTHING);
  const blocks = captions.map(({ start, end, lines }, i) =>
    `${i + 1}\n${time(start, ",")} --> ${time(end, ",")}\n${lines.map(plain).join("\n")}\n`
  );
  return blocks.join("\n");
}

/**
 * Makes a WebVTT file (https://www.w3.org/TR/webvtt1/) of captions, for the `track` element of browsers.
 *
 * @param cues The cues, as `narration.cues()` gives them.
 * @param options The limits of lines and durations.
 * @returns The file's content, to be written in UTF-8.
 * @throws {TypeError} when a cue has no text or no times, an option has the wrong type, or is not known.
 * @throws {RangeError} when an option is out of its range.
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
  const blocks = toCaptions(cues, options).map(({ start, end, lines }, i) =>
    `\n${i + 1}\n${time(start, ".")} --> ${time(end, ".")}\n${lines.map(escape).join("\n")}\n`
  );
  return `WEBVTT\n${blocks.join("")}`;
}

/** A caption that shows nothing. */
const NOTHING = { start: 0, end: 1, lines: ["\u2060"], exact: true } as const;

/** "01:02:03.004". Hours have as many digits as they need. */
function time(ms: number, point: string): string {
  const pad = (value: number, length: number) => `${Math.floor(value)}`.padStart(length, "0");
  const seconds = `${pad(ms / 1_000 % 60, 2)}${point}${pad(ms % 1_000, 3)}`;
  return `${pad(ms / 3_600_000, 2)}:${pad(ms / 60_000 % 60, 2)}:${seconds}`;
}

/** Rewrites a line of SRT so that no player reads markup in it. */
function plain(line: string): string {
  return line.replace(/[<>{}\\\0]|&(?=#?\w+;)/g, (mark) => PLAIN[mark] ?? "");
}

const PLAIN: Readonly<Record<string, string>> = {
  "<": "‹",
  ">": "›",
  "{": "(",
  "}": ")",
  "\\": "\\\u2060",
  "&": "&\u2060",
  "\0": "\ufffd",
};

/** A line of WebVTT. */
function escape(line: string): string {
  return line.replace(/[&<>\0]/g, (character) => ENTITIES[character] ?? "");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\0": "\ufffd",
};
