// What must be true of a long narration on disk, to the sample, the caption and the credit.

import { assert, assertEquals } from "@std/assert";
import { plan } from "../../src/narration/mod.ts";
import { jobAudio, joined, paid, texts, UDHR } from "../narration/setup.ts";
import { type Desk, exists } from "./setup.ts";

export const SPEED = 5;
/** What is written; each caption as one block, whatever its length. */
export const FILES = [
  ...["-o", "out.wav", "--srt", "out.srt", "--vtt", "out.vtt"],
  ...["--caption-lines", "99"],
] as const;
const OPTIONS = { captions: "sentence", speed: SPEED } as const;

/** `00:01:02,003` or with a point, in milliseconds. */
function ms(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0, rest = 0] = time.split(/[:,.]/).map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000 + rest;
}

function captions(file: string) {
  const blocks = file.split("\n\n").filter((block) => block.includes(" --> "));
  return blocks.map((block) => {
    const [, times = "", ...lines] = block.trim().split("\n");
    const [start = "", end = ""] = times.split(" --> ");
    return { start: ms(start), end: ms(end), text: lines.join(" ") };
  });
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** Checks `out.wav`, `out.srt` and `out.vtt` of the declaration, and what they were charged for. */
export async function assertSpoken({ emulator, path }: Desk): Promise<void> {
  // Money: each part once, in order, and nothing else.
  const { parts } = plan(UDHR, OPTIONS);
  assert(UDHR.length > 10_900 && texts(UDHR, OPTIONS).length > 100);
  assertEquals(paid(emulator), texts(UDHR, OPTIONS));

  // Audio: the parts as the service made them, and the pauses between them.
  const audio = await jobAudio(emulator, emulator.url);
  const { pcm, places } = joined(
    parts.map(({ characters, pause }) => ({
      audio: characters === 0 ? undefined : audio.shift(),
      pause,
    })),
  );
  const wav = await Deno.readFile(path("out.wav"));
  assertEquals(new DataView(wav.buffer).getUint32(40, true), pcm.length);
  assertEquals(wav.length, 44 + pcm.length);
  assert(pcm.every((byte, i) => byte === wav[44 + i]));

  // Captions: all that is spoken, and what begins a part begins where its samples do.
  const srt = captions(await Deno.readTextFile(path("out.srt")));
  const starts = new Map<number, number>();
  let words = 0;
  for (const [i, { characters, text }] of parts.entries()) {
    if (characters === 0) continue;
    starts.set(words, Math.round(places[i]!.from / 24));
    words += wordsOf(text).length;
  }
  let at = 0;
  let exact = 0;
  for (const { start, text } of srt) {
    const expected = starts.get(at);
    if (expected !== undefined && ++exact) assertEquals(start, expected);
    at += wordsOf(text).length;
  }
  assert(exact > parts.length / 2);
  assertEquals(
    srt.flatMap(({ text }) => wordsOf(text)),
    parts.filter((part) => part.characters > 0).flatMap(({ text }) => wordsOf(text)),
  );
  assertEquals(captions(await Deno.readTextFile(path("out.vtt"))), srt);
  assertEquals(await exists(path("out.wav.tsetsen")), false);
}
