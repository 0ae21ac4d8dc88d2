// What the tests of narrations need: a text, its parts as the service sees them, and their audio as it serves them.

import type { Emulator } from "../../src/emulator/mod.ts";
import { plan, type PlanOptions } from "../../src/narration/mod.ts";

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

export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
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
