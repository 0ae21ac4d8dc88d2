// What must be true of a long narration on disk, to the sample, the caption and the credit.

import { assert, assertEquals } from "@std/assert";
import { plan } from "../../src/narration/mod.ts";
import { concat, jobAudio, paid, texts, UDHR } from "../narration/setup.ts";
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

/** Checks `out.wav`, `out.srt` and `out.vtt` of the declaration, and what they were charged for. */
export async function assertSpoken({ emulator, path }: Desk): Promise<void> {
  // Money: each part once, in order, and nothing else.
  const { parts } = plan(UDHR, OPTIONS);
  assert(UDHR.length > 10_900 && texts(UDHR, OPTIONS).length > 100);
  assertEquals(paid(emulator), texts(UDHR, OPTIONS));

  // Audio: the parts as the service made them, and the pauses between them.
  const audio = await jobAudio(emulator, emulator.url);
  const pauses = parts.map(({ pause }) => Math.round(pause * 24));
  let samples = 0;
  const places = parts.map(({ characters, text }, i) => {
    const from = samples;
    const to = from + (characters === 0 ? 0 : audio.shift()!.length / 2);
    samples = to + pauses[i]!;
    return { from, to, text, spoken: characters > 0 };
  });
  const wav = await Deno.readFile(path("out.wav"));
  assertEquals(new DataView(wav.buffer).getUint32(40, true), samples * 2);
  assertEquals(wav.length, 44 + samples * 2);
  const whole = await jobAudio(emulator, emulator.url);
  const silences = places.map(({ spoken }, i) => [
    spoken ? whole.shift()! : new Uint8Array(),
    new Uint8Array(pauses[i]! * 2),
  ]);
  assertEquals(concat(silences.flat()), wav.subarray(44));

  // Captions: each begins where a part begins and ends where one ends, and says what is spoken there.
  const srt = captions(await Deno.readTextFile(path("out.srt")));
  const time = (sample: number) => Math.round(sample / 24);
  const words = (text: string) => text.replace(/\s+/g, " ").trim();
  let at = 0;
  for (const { start, end, text } of srt) {
    while (!places[at]?.spoken) at++;
    assertEquals(start, time(places[at]!.from));
    let said = words(places[at]!.text);
    while (time(places[at]!.to) < end) said += ` ${words(places[++at]!.text)}`;
    assertEquals([end, text], [time(places[at]!.to), said]);
    at++;
  }
  assertEquals(places.slice(at).filter(({ spoken }) => spoken), []);
  assertEquals(captions(await Deno.readTextFile(path("out.vtt"))), srt);
  assertEquals(await exists(path("out.wav.tsetsen")), false);
}
