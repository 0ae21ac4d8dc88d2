// From what readers did to docs/audio-readers.md.

import type { BrowserReading, BrowserRun } from "./browsers.ts";
import { type CaptionRow, CUES, differences } from "./captions.ts";
import type { Kind } from "./kinds.ts";
import type { Reading } from "./readers.ts";
import type { ReaderRun } from "./run.ts";

/** What a reader made of a file, in a cell of the table. */
export function verdict({ pcm, told, error }: Reading, { pcm: wanted }: Kind): string {
  const parts: string[] = [];
  if (pcm === undefined) {
    // A reader of lengths only.
    if (error !== undefined) parts.push("refuses");
    else if (told === undefined) parts.push("no length");
    else parts.push(isLength(told, wanted) ? "right length" : `${clock(told)}`);
  } else {
    const same = pcm.every((byte, at) => at >= wanted.length || byte === wanted[at]);
    const extra = (pcm.length - wanted.length) / 2;
    if (!same) parts.push("other samples");
    else if (pcm.length === 0) parts.push(error === undefined ? "**none**" : "**refuses**");
    else if (extra === 0) {
      parts.push(
        error === undefined
          ? "all"
          : error === "no end"
          ? "all, then no end"
          : "all, then an error",
      );
    } else if (extra > 0) parts.push(`all, and ${count(extra)} more`);
    else {parts.push(
        `**all but the last ${count(-extra)}**${error === undefined ? "" : ", then an error"}`,
      );}
    if (told !== undefined && told >= 0 && !isLength(told, wanted)) {
      parts.push(`says ${clock(told)}`);
    }
  }
  return parts.join("; ");
}

function isLength(seconds: number, pcm: Uint8Array): boolean {
  return Math.abs(seconds - pcm.length / 48_000) < 0.0005;
}

function count(samples: number): string {
  return Number.isInteger(samples) ? samples.toLocaleString("en") : `${samples}`;
}

function clock(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toFixed(4))} s`;
  const part = (value: number) => `${Math.floor(value)}`.padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${part(seconds / 60 % 60)}:${part(seconds % 60)}`;
}

function browserVerdict({ decoded, element }: BrowserReading, { pcm }: Kind): [string, string] {
  const wanted = pcm.length / 2;
  const decode = "error" in decoded
    ? "**refuses**"
    : !decoded.same
    ? decoded.samples < wanted
      ? `**${count(decoded.samples)} of ${count(wanted)}**`
      : "other samples"
    : decoded.samples === wanted
    ? "all"
    : `all, and ${count(decoded.samples - wanted)} more`;
  if ("error" in element) return [decode, "**refuses**"];
  const { duration, ended } = element;
  const end = ended < 0
    ? "**does not end**"
    : isPlayed(ended, pcm)
    ? "plays all"
    : `plays all, then stands at ${clock(ended)}`;
  const shown = duration === null
    ? "shows no length"
    : isLength(duration, pcm)
    ? ""
    : `shows ${clock(duration)}`;
  return [decode, [end, shown].filter(Boolean).join("; ")];
}

function isPlayed(seconds: number, pcm: Uint8Array): boolean {
  return Math.abs(seconds - pcm.length / 48_000) < 0.05;
}

type Row = readonly string[];

/** The page. */
export function page(
  kinds: readonly Kind[],
  runs: readonly ReaderRun[],
  browsers: readonly BrowserRun[],
  captions: readonly CaptionRow[],
): string {
  const rows: Row[] = runs.map(({ name, version, readings }) => [
    `${name} ${version}`,
    ...readings.map((reading, index) => verdict(reading, kinds[index]!)),
  ]);
  for (const { name, version, readings } of browsers) {
    const cells = readings.map((reading, index) => browserVerdict(reading, kinds[index]!));
    rows.push([`${name} ${version}, decodeAudioData`, ...cells.map(([decode]) => decode)]);
    rows.push([`${name} ${version}, audio element`, ...cells.map(([, element]) => element)]);
  }
  const section = (wanted: (name: string) => boolean) => {
    const columns = kinds.flatMap(({ name }, index) => wanted(name) ? [index] : []);
    const head = ["Reader", ...columns.map((index) => kinds[index]!.name)];
    return tableOf(head, rows.map((row) => [row[0]!, ...columns.map((index) => row[index + 1]!)]));
  };
  const isCut = (name: string) => name.startsWith("streamed") && name.includes("cut");
  return `# Readers of WAV and captions

What real readers made of each kind of file that this SDK makes. Run on ${today()}, by \`deno task test:readers --md docs/audio-readers.md\`, on ${Deno.build.os} ${Deno.build.arch}.

The sound is 18,000 samples of noise, 0.75 s. "all" means that each sample was compared and is right. "says" and "shows" is the
length that the reader told when it is not the true one.

## Finished files

A WAV of \`encodeWav\`, \`wav()\`, \`blob()\` and \`saveAudio\` has true sizes. The second column is such a file that lost its end on
the way, the third what \`encodeWav\` makes of an odd number of bytes.

${section((name) => !name.startsWith("streamed") && name !== "RF64")}
## Streamed files

Whoever sends the header before the sound is known must put something into its two sizes. Served to browsers in chunks, without
a \`Content-Length\`.

${section((name) => name.startsWith("streamed") && !name.includes("cut"))}
The same streams, broken in the middle of a sample:

${section(isCut)}
## The size that a streamed WAV should carry

${recommendation(kinds, rows)}
## Beyond 4 GiB

The sizes of WAV have 32 bits: 4 GiB are 24.8 hours of this sound. A finished file names its true size up to there, and carries the mark 0x7FFFF000
beyond. A stream carries the mark from its start, and the mark is 12.4 hours. Of 2 GiB and 480,000 bytes behind it, ffmpeg 5.1.9, soundfile 0.14.0 and
Python's wave gave the first 2,147,479,552 bytes and no error, SoX 14.4.2 gave all (files and pipes, run by hand on 2026-11-28). The SDK's own readers read to the end of the
file. So a narration of more than 12 hours is better kept as several files, or as one whose length is known.

The form of WAV for more, RF64, gives all to ${
    rows.length - refused(rows, kinds)
  } of these ${rows.length}, and so it is never the default:

${section((name) => name === "RF64")}
## Captions

${CUES.length} cues whose texts the formats could take for their own, by \`toSrt\` and \`toWebVtt\`, read by real parsers. ffmpeg is asked for ASS,
which is what its players show. SRT cannot write its own marks as text: \`toSrt\` writes ‹ and › for < and >, parentheses for braces, and an invisible word joiner (U+2060)
behind a backslash and behind the & of an entity. Parsers of SRT are compared with that.

${
    tableOf(
      ["Parser", "Format", "What differs"],
      captions.map(({ parser, version, format, parsed }) => {
        const found = typeof parsed === "string"
          ? [`refuses: ${firstLine(parsed)}`]
          : differences(parsed, format);
        return [
          `${parser} ${version}`,
          format,
          found.length === 0 ? "nothing" : found.map(code).join("; "),
        ];
      }),
    )
  }`;
}

/** How many rows do not get all of a file of RF64. */
function refused(rows: readonly Row[], kinds: readonly Kind[]): number {
  const column = kinds.findIndex(({ name }) => name === "RF64") + 1;
  return rows.filter((row) => !/^(all|plays all|right length)/.test(row[column]!)).length;
}

/** Counts for each size how many rows have all of it. */
function recommendation(kinds: readonly Kind[], rows: readonly Row[]): string {
  const scores = kinds.flatMap(({ name }, index) => {
    if (!name.startsWith("streamed") || name.includes("cut")) return [];
    const cells = rows.map((row) => row[index + 1]!);
    const all = cells.filter((cell) => /^(all|plays all|right length|no length)/.test(cell));
    const silent = cells.filter((cell) =>
      /\*\*(none|refuses|all but|does not end|[\d,]+ of)/.test(cell)
    );
    const size = name.replace("streamed, ", "").replace(" (this SDK)", "");
    return [{ size, all: all.length, silent: silent.length }];
  });
  const best = scores.toSorted((a, b) => a.silent - b.silent || b.all - a.all)[0]!;
  const lines = scores.map((
    { size, all, silent },
  ) => [size, `${all} of ${rows.length}`, `${silent}`]);
  return `${tableOf(["Size", "Rows with all of the sound", "Rows that lose sound"], lines)}
By this run, **${best.size}** is the size to send: fewest readers lose sound. Where the length is known, the true sizes and
\`Content-Length\` are better than any of them. A file that was streamed and kept is mended by \`repairWav\`.
`;
}

function tableOf(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}

function firstLine(text: string): string {
  const lines = text.trim().split("\n");
  return (lines.find((line) => /Error: /.test(line)) ?? lines.at(-1)!).slice(0, 120);
}

/** Texts in quotes become code, because Markdown would read their signs. */
function code(text: string): string {
  return text.replaceAll(/"([^"]*)"/g, (_, quoted) => quoted === "" ? "empty" : `\`${quoted}\``);
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
