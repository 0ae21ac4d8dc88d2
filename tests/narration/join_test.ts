// How parts are joined: the pause counts the silence that they carry.

import { assert, assertEquals } from "@std/assert";
import { encodeWav } from "../../mod.ts";
import {
  cues,
  narrate,
  type NarrationOptions,
  plan,
  type SpokenParts,
} from "../../src/narration/mod.ts";
import { type Rig, setUp } from "../support/rig.ts";
import { FAST, STREAM_VOICE, VOICE } from "./setup.ts";

/** Samples in a millisecond. */
const MS = 24;

/** Sound with silence around it, in milliseconds: a tone of one height, and silence that is not all zero. */
function part(lead: number, sound: number, tail: number): Uint8Array<ArrayBuffer> {
  const samples = new Int16Array((lead + sound + tail) * MS);
  for (let i = 0; i < samples.length; i++) {
    const isSound = i >= lead * MS && i < (lead + sound) * MS;
    samples[i] = isSound ? 8_000 : (i % 3 - 1) * 90;
  }
  return new Uint8Array(samples.buffer);
}

/** Serves these bodies as the audio of the jobs, in order. */
function serve({ emulator }: Rig, parts: readonly Uint8Array<ArrayBuffer>[]): void {
  for (const pcm of parts) {
    const body = encodeWav(pcm);
    emulator.addFault({ kind: "http", method: "Audio", status: 200, headers: {}, body });
  }
}

/** The lengths of sound and of silence in turn, in milliseconds, silence first. */
function lengths(pcm: Uint8Array): number[] {
  const samples = new Int16Array(pcm.slice().buffer);
  const found: number[] = [];
  let isSound = false;
  let from = 0;
  for (let i = 0; i <= samples.length; i++) {
    const now = i < samples.length && Math.abs(samples[i]!) >= 104;
    if (now === isSound && i < samples.length) continue;
    found.push((i - from) / MS);
    isSound = now;
    from = i;
  }
  return found;
}

const REQUEST = { text: "Нэг.\n\nХоёр.\n\nГурав.", ...VOICE } as const;
const PAUSE = { pauses: { paragraph: 600 }, pauseScale: 1, concurrency: 1 } as const;

for (
  const [name, parts, options, expected] of [
    ["puts in what is missing", [[100, 500, 200], [150, 400, 0], [0, 300, 100]], PAUSE, [
      100,
      500,
      600,
      400,
      600,
      300,
      100,
    ]],
    ["takes away what is too much", [[400, 500, 400], [400, 400, 400], [400, 300, 400]], PAUSE, [
      400,
      500,
      600,
      400,
      600,
      300,
      400,
    ]],
    [
      "keeps 50 ms of silence at each end",
      [[0, 500, 400], [400, 400, 700], [20, 300, 0]],
      { ...PAUSE, pauses: { paragraph: 30 } },
      [0, 500, 100, 400, 70, 300],
    ],
    [
      "leaves pauses of the service alone with pauseScale 0",
      [[10, 500, 400], [400, 400, 300], [200, 300, 0]],
      { ...PAUSE, pauseScale: 0 },
      [10, 500, 800, 400, 500, 300],
    ],
    [
      "does not count silence that belongs to the speech",
      [[0, 500, 40], [50, 400, 0], [0, 300, 0]],
      PAUSE,
      [0, 500, 690, 400, 600, 300],
    ],
  ] as const
) {
  Deno.test(`narrate ${name} of the pause between parts, and its cues have the same times`, async () => {
    await using rig = await setUp();
    const bodies = parts.map(([lead, sound, tail]) => part(lead, sound, tail));
    serve(rig, bodies);
    const narration = narrate(rig.client, REQUEST, { ...FAST, ...options as NarrationOptions });
    const pcm = await narration.bytes();
    assertEquals(lengths(pcm).filter((ms, i) => i === 0 || ms > 0), [...expected]);
    // The sound of each part lies within its cue, which begins where the part before has ended.
    const sounds: [number, number][] = [];
    let at = 0;
    expected.forEach((ms, i) => {
      if (i % 2 === 1) sounds.push([at, at + ms]);
      at += ms;
    });
    const found = narration.cues();
    assertEquals(found.length, 3);
    for (const [i, { start, end }] of found.entries()) {
      const [from, to] = sounds[i]!;
      assert(start <= from && end >= to, `${start}-${end} holds ${from}-${to}`);
      assert(i === 0 || start >= found[i - 1]!.end);
    }
    assertEquals(found.at(-1)?.end, Math.round(pcm.length / 2 / MS));
  });
}

Deno.test("narrate takes silence away inside a clause that did not fit into one part", async () => {
  await using rig = await setUp();
  const text = "үг ".repeat(20).trim();
  const options = { ...FAST, maxCharacters: 36, concurrency: 1, pauseScale: 1 };
  assertEquals(plan(text, { maxCharacters: 36 }).requests, 2);
  serve(rig, [part(0, 500, 400), part(400, 400, 0)]);
  const pcm = await narrate(rig.client, { text, ...VOICE }, options).bytes();
  assertEquals(lengths(pcm), [0, 500, 100, 400].concat(lengths(pcm).slice(4)));
});

Deno.test("narrate keeps a part of nothing but silence as it is", async () => {
  await using rig = await setUp();
  const silent = new Uint8Array(2 * 1_000 * MS);
  serve(rig, [part(0, 500, 0), silent, part(0, 300, 0)]);
  const pcm = await narrate(rig.client, REQUEST, { ...FAST, ...PAUSE }).bytes();
  assertEquals(lengths(pcm).slice(0, 4), [0, 500, 600 + 1_000 + 600, 300]);
});

Deno.test("narrate joins the same samples by streams as by jobs, whatever the chunks", async () => {
  await using rig = await setUp({ emulator: { streamPace: 0, streamChunkBytes: 777 } });
  const text = "Нэг нэг нэг.\n\nХоёр хоёр.\n\nГурав.";
  const request = { text, ...STREAM_VOICE, speed: 1 };
  const options = { pauses: { paragraph: 300 } };
  const streamed = await narrate(rig.client, request, { ...options, method: "stream" }).bytes();
  const made = await narrate(rig.client, { ...request, version: "beta-v0.2" }, {
    ...FAST,
    ...options,
  })
    .bytes();
  assertEquals(streamed.length, made.length);
  assert(streamed.every((byte, i) => byte === made[i]));
});

Deno.test("cues accepts parts whose silence is not known", () => {
  const parts = [
    { start: 0, end: 6, pause: 2_400, status: "done", samples: 24_000 },
    { start: 6, end: 11, pause: 0, status: "done", samples: 12_000 },
  ] as const;
  const spoken: SpokenParts = { paragraphs: "blank-line", parts };
  const found = cues("Нэг.\n\nХоёр.", spoken);
  assertEquals(found.map(({ start, end }) => [start, end]), [[0, 1_000], [1_100, 1_600]]);
});
