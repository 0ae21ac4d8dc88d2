// The SDK's captions in real parsers: whether each cue is there, at its time, with its text.

import { type Cue, toSrt, toWebVtt } from "../../src/narration/mod.ts";
import { ROOT, run } from "../hosts/tools.ts";
import { DEBIAN, FOLDER, NPM, PYTHON, versionOf } from "./tools.ts";

/** What a parser read: start, end in milliseconds, and the text as a viewer sees it. */
export type Parsed = readonly (readonly [start: number, end: number, text: string])[];

/** A row of the table. */
export interface CaptionRow {
  readonly parser: string;
  readonly version: string;
  readonly format: "SRT" | "WebVTT";
  readonly parsed: Parsed | string;
}

/** Texts that captions of real speech have, and that formats could take for their own. */
const TEXTS = [
  "Сайн байна уу?",
  "1 < 2 & 3 > 2",
  "<i>налуу</i>",
  "<table> шошго",
  "{\\an8} дээд",
  "{хаалт}",
  "&lt; ба &amp;",
  "2024",
  "00:00:01,000 --> 00:00:02,000",
  "- Ирсэн үү?",
  "NOTE тэмдэглэл",
  "WEBVTT",
  "«Тийм ээ» гэж тэр хэлэв.",
  "Монгол улсын нийслэл Улаанбаатар хотод өнөөдөр үүлэрхэг, салхигүй байна.",
];

export const CUES: readonly Cue[] = TEXTS.map((text, index) => (
  { start: 100 + index * 2_000, end: 1_850 + index * 2_000, text, exact: true }
));

export const SRT = toSrt(CUES);
export const WEBVTT = toWebVtt(CUES);

/** Runs all parsers that are programs. */
export async function parseCaptions(folder: string): Promise<CaptionRow[]> {
  const files = { SRT: `${folder}/cues.srt`, WebVTT: `${folder}/cues.vtt` };
  await Deno.writeTextFile(files.SRT, SRT);
  await Deno.writeTextFile(files.WebVTT, WEBVTT);
  const python = `${FOLDER}/venv/bin/python`;
  const programs = `${ROOT}tests/readers/programs`;
  const rows: CaptionRow[] = [];
  const add = async (
    parser: string,
    version: string | undefined,
    format: CaptionRow["format"],
    command: readonly string[],
  ) => {
    if (version === undefined) return;
    const output = await run(command).catch((error: Error) => error);
    const parsed = output instanceof Error
      ? output.message
      : parser === "ffmpeg"
      ? ofAss(output)
      : JSON.parse(output);
    rows.push({ parser, version, format, parsed });
  };
  const ffmpeg = await versionOf(DEBIAN["ffmpeg"]!);
  for (const format of ["SRT", "WebVTT"] as const) {
    const file = files[format];
    await add("ffmpeg", ffmpeg, format, ["ffmpeg", "-v", "error", "-i", file, "-f", "ass", "-"]);
    await add("media-captions", NPM["media-captions"], format, [
      "node",
      `${FOLDER}/captions.mjs`,
      "media-captions",
      file,
    ]);
  }
  await add("pysrt", PYTHON.pysrt, "SRT", [python, `${programs}/captions.py`, "pysrt", files.SRT]);
  await add("webvtt-py", PYTHON["webvtt-py"], "WebVTT", [
    python,
    `${programs}/captions.py`,
    "webvtt-py",
    files.WebVTT,
  ]);
  await add("vtt.js", NPM["vtt.js"], "WebVTT", [
    "node",
    `${FOLDER}/captions.mjs`,
    "vtt.js",
    files.WebVTT,
  ]);
  return rows;
}

/** What ffmpeg shows of captions: its own format for all of them is ASS. */
function ofAss(ass: string): Parsed {
  const ms = (time: string) => {
    const [hours = 0, minutes = 0, seconds = 0] = time.split(":").map(Number);
    return Math.round((hours * 60 + minutes) * 60_000 + seconds * 1_000);
  };
  return ass.split(/\r?\n/).filter((line) => line.startsWith("Dialogue:")).map((line) => {
    const [, start = "", end = "", ...rest] = line.split(",");
    const text = rest.slice(6).join(",").replaceAll(/(?<!\\)\{[^}]*\}/g, "").replaceAll(
      /\\[Nn]/g,
      "\n",
    )
      .replaceAll(/\\([{}])/g, "$1");
    return [ms(start), ms(end), text];
  });
}

/** What is wrong in a row, in words; an empty list when nothing is. */
export function differences(parsed: Parsed, format: CaptionRow["format"]): string[] {
  const found: string[] = [];
  if (parsed.length !== CUES.length) found.push(`${parsed.length} cues of ${CUES.length}`);
  const plain = (text: string) => text.replaceAll(/\s+/g, " ").trim();
  for (const { start, end, text } of CUES) {
    // ASS has hundredths of a second.
    const cue = parsed.find(([from]) => Math.abs(from - start) <= 5);
    if (cue === undefined) found.push(`no cue for "${text}"`);
    else {
      if (Math.abs(cue[1] - end) > 5) found.push(`"${text}" ends at ${cue[1]} ms, not ${end}`);
      const written = format === "SRT"
        ? toSrt([{ start, end, text, exact: true }]).split("\n").slice(2).join(" ")
        : text;
      if (plain(cue[2]) !== plain(written)) found.push(`"${text}" is "${plain(cue[2])}"`);
    }
  }
  return found;
}
