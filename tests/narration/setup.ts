// What the tests of narrations need: a text, its parts as the service sees them, and their audio as it serves them.

import type { Emulator } from "../../src/emulator/mod.ts";
import { plan, type PlanOptions } from "../../src/narration/mod.ts";
import { concat } from "../support/hex.ts";

export const UDHR = await Deno.readTextFile(
  new URL("../../examples/demo/udhr-mn.txt", import.meta.url),
);

/** Short sentences, a paragraph each: so each is a part. */
export function paragraphs(count: number): string {
  return Array.from({ length: count }, (_, i) => `Энэ бол ${i + 1} дүгээр хэсэг.`).join("\n\n");
}

/** A voice that the emulator has, and what is quick: a fast speaker. */
export const VOICE = { voiceId: "emulator-v1-bold", speed: 20 } as const;
export const STREAM_VOICE = { voiceId: "emulator-v2-bold", speed: 20 } as const;

/** Options that let a test end soon. */
export const FAST = { pollInterval: 2 } as const;

/** What is sent of each part that can be spoken. */
export function texts(text: string, options: PlanOptions = {}): string[] {
  return plan(text, options).parts.filter((part) => part.characters > 0).map((part) => part.text);
}

/** The samples of each job, in the order in which they were accepted, as the service serves them. */
export async function jobAudio(emulator: Emulator, url: string): Promise<Uint8Array[]> {
  const audio: Uint8Array[] = [];
  for (const { requestId } of emulator.jobs) {
    const response = await fetch(`${url}/audio/${requestId}.wav`);
    audio.push((await response.bytes()).subarray(44));
  }
  return audio;
}

/** What each text was charged for, as often as it was. */
export function paid(emulator: Emulator): string[] {
  return emulator.ledger.charges.map(({ requestId }) =>
    emulator.jobs.find((job) => job.requestId === requestId)?.text ?? requestId
  );
}

/** Runs something on a later day: what another process was doing is long over then. */
export async function muchLater<T>(run: () => Promise<T>): Promise<T> {
  const { now } = Date;
  Date.now = () => now() + 86_400_000;
  try {
    return await run();
  } finally {
    Date.now = now;
  }
}

/** A part as it is to be joined: its samples, and the pause after it in milliseconds. */
export interface Joinable {
  readonly audio: Uint8Array | undefined;
  readonly pause: number;
}

/** Where each part lies when all are joined, and the whole, as the rule for pauses says: by hand, beside the product's own way. */
export function joined(
  parts: readonly Joinable[],
): { readonly pcm: Uint8Array; readonly places: readonly { from: number; to: number }[] } {
  const loud = (audio: Uint8Array) => {
    const samples = new Int16Array(audio.slice().buffer);
    const isLoud = (sample: number) => Math.abs(sample) >= 104;
    const [first, last] = [samples.findIndex(isLoud), samples.findLastIndex(isLoud)];
    const count = (quiet: number) => first >= 0 && quiet > 1_200 ? quiet : 0;
    return { lead: count(first), tail: count(samples.length - 1 - last) };
  };
  const pieces: Uint8Array[] = [];
  const places: { from: number; to: number }[] = [];
  let at = 0;
  let pause = 0;
  let before: { tail: number; index: number } | undefined;
  const add = (audio: Uint8Array) => {
    pieces.push(audio);
    at += audio.length / 2;
  };
  for (const [index, part] of parts.entries()) {
    let { audio } = part;
    if (audio !== undefined) {
      const { lead, tail } = loud(audio);
      const excess = (before?.tail ?? 0) + (before ? lead : 0) - pause;
      if (before === undefined || excess <= 0) add(new Uint8Array(-2 * (before ? excess : -pause)));
      else if (pause > 0) {
        const cut = Math.min(excess, Math.max(0, before.tail - 1_200));
        const last = pieces.pop()!;
        at -= last.length / 2;
        add(last.subarray(0, last.length - 2 * cut));
        places[before.index]!.to -= cut;
        audio = audio.subarray(2 * Math.min(excess - cut, Math.max(0, lead - 1_200)));
      }
      places.push({ from: at, to: at + audio.length / 2 });
      add(audio);
      before = { tail, index };
      pause = 0;
    } else places.push({ from: at, to: at });
    pause += Math.round(part.pause * 24);
  }
  add(new Uint8Array(2 * Math.max(0, pause - (before?.tail ?? 0))));
  return { pcm: concat(...pieces), places };
}
