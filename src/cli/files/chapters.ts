import { SAMPLE_RATE } from "../sdk.ts";
import type { Chapter } from "../../encode/mod.ts";
import { placesOf } from "../../narration/join.ts";
import type { PartState } from "../../narration/mod.ts";
import { blocks } from "../../text/markup/blocks.ts";
import { isSpeakable } from "../../text/split/part.ts";
import { stripMarkup } from "../../text/markup/strip.ts";
import type { Context } from "../context.ts";
import { UsageError } from "../errors/classes.ts";
import { checkSpeech, type Input, readText } from "./input.ts";

/** A heading of a text that is spoken: a chapter begins there. */
export interface Heading {
  /** Where it stands in the text, in UTF-16 code units. A part of the narration begins there. */
  readonly at: number;
  readonly title: string;
}

/** Stands before each heading while the markup is removed. Unicode keeps this code point out of texts. */
const MARK = "\uFDD0";

/** A list of ID3 has one byte for its length. */
const MAX_CHAPTERS = 255;

/** Reads a Markdown file that will be bought: its text without markup, and its headings. */
export async function readChapters(
  source: string,
  context: Context,
): Promise<Input & { readonly headings: readonly Heading[] }> {
  const read = await readText(source, context);
  if (!/\.(?:md|markdown|mdx)$/i.test(read.file ?? "")) {
    throw new UsageError("--chapters needs a Markdown file: give one whose name ends in .md.");
  }
  return checkSpeech(source, context, read, { ...read, ...readHeadings(read.text) });
}

/**
 * Removes the markup of a Markdown text, and finds its headings: the lines that begin with #. Each becomes a paragraph of its own.
 *
 * @throws {UsageError} when there is none, or there are more than a file can hold.
 */
function readHeadings(markdown: string): {
  readonly text: string;
  readonly headings: readonly Heading[];
} {
  const clean = markdown.replaceAll(MARK, "");
  let marked = "";
  let done = 0;
  for (const { start, end } of blocks(clean).headings) {
    marked += `${clean.slice(done, start)}\n${MARK}\n\n${clean.slice(start, end)}\n\n`;
    done = end;
  }
  marked += clean.slice(done);
  const [before = "", ...chapters] = stripMarkup(marked).split(/\s*\uFDD0\n\n/);
  const headings: Heading[] = [];
  let text = before;
  for (const chapter of chapters) {
    if (text !== "") text += "\n\n";
    const title = chapter.split("\n", 1)[0]!.replace(/[\p{Cc}\s]+/gu, " ").trim();
    if (isSpeakable(title)) headings.push({ at: text.length, title });
    text += chapter;
  }
  if (headings.length === 0) {
    throw new UsageError("--chapters needs headings, lines that begin with #: the text has none.");
  }
  if (headings.length > MAX_CHAPTERS) {
    throw new UsageError(
      `--chapters takes at most ${MAX_CHAPTERS} headings: the text has ${headings.length}.`,
    );
  }
  return { text, headings };
}

/** The chapters of a narration that is done. */
export function chaptersOf(
  headings: readonly Heading[],
  parts: readonly PartState[],
): readonly Chapter[] {
  const places = placesOfParts(parts);
  return headings.map(({ at, title }) => {
    const { from } = places[parts.findIndex(({ end }) => end > at)] ?? { from: 0 };
    return { start: Math.round(from * 1_000 / SAMPLE_RATE), title };
  });
}

/** Where each part lies in the audio, in samples. A part that is not done has no length yet. */
export function placesOfParts(parts: readonly PartState[]): ReturnType<typeof placesOf> {
  return placesOf(parts.map(({ samples = 0, lead = 0, tail = 0, pause, boundary }) => {
    return { samples, lead, tail, pause, boundary };
  }));
}
