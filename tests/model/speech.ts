// The texts of the programs, each known by its length, and the audio that each must become.

import type { Client } from "../../mod.ts";
import { type BatchItem, narrate } from "../../src/narration/mod.ts";
import { openWorld } from "./world.ts";

export type Method = "generate" | "stream";

/** A sentence of so many characters. The ledger tells texts apart by their lengths. */
export function textOf(characters: number): string {
  return `Энэ бол ${"а".repeat(characters - 9)}.`;
}

export function requestOf(characters: number, method: Method): BatchItem {
  return { text: textOf(characters), ...VOICES[method] };
}

/** Speed makes the audio short. */
export const VOICES = {
  generate: { voiceId: "emulator-v1-bold", speed: 20 },
  stream: { voiceId: "emulator-v2-bold", speed: 20 },
} as const;

const known = new Map<string, Promise<Uint8Array>>();

/** The WAV of a job, or the PCM of a stream, as a service without faults makes it. */
export function audioOf(characters: number, method: Method): Promise<Uint8Array> {
  return once(`${method} ${characters}`, async (client) => {
    const request = requestOf(characters, method);
    if (method === "stream") return await client.streamSpeech(request as never).bytes();
    return await (await client.speak(request as never)).bytes();
  });
}

/** The narration of these sentences, a part each, as a service without faults makes it. */
export function narrationOf(lengths: readonly number[], method: Method): Promise<Uint8Array> {
  return once(`narration ${method} ${lengths}`, (client) => {
    const text = lengths.map(textOf).join("\n\n");
    return narrate(client, { text, ...VOICES[method] }, { method, pollInterval: 2 }).bytes();
  });
}

function once(
  name: string,
  make: (client: Client) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  let audio = known.get(name);
  if (audio === undefined) {
    audio = (async () => {
      await using world = await openWorld("web");
      return await make(world.open());
    })();
    known.set(name, audio);
  }
  return audio;
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
