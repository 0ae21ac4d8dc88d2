// What the tests of live speech need: a text in pieces, and what each sentence of it sounds like.

import type { Client } from "../../mod.ts";
import type { Emulator } from "../../src/emulator/mod.ts";

export const VOICE = { voiceId: "emulator-v2-bold", speed: 20 } as const;

/** Numbers from 0 to below 1, the same for the same seed. */
export function seeded(seed: number): () => number {
  return () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return seed / 2 ** 32;
  };
}

/** A text in pieces of 1 to `most` code units. */
export function* pieces(text: string, seed: number, most: number): Generator<string> {
  const random = seeded(seed);
  for (let at = 0; at < text.length;) {
    const end = at + 1 + Math.floor(random() * most);
    yield text.slice(at, end);
    at = end;
  }
}

/** The same as a language model gives it. */
export async function* tokens(text: string, seed: number = 1, most: number = 6) {
  yield* pieces(text, seed, most);
}

/** A source that a test feeds. */
export interface Source extends AsyncIterable<string> {
  write(text: string): void;
  end(): void;
  /** Whether its reader has left it. */
  readonly left: boolean;
}

export function source(): Source {
  const written: (string | undefined)[] = [];
  let wake = () => {};
  let left = false;
  return {
    write: (text) => {
      written.push(text);
      wake();
    },
    end: () => {
      written.push(undefined);
      wake();
    },
    get left() {
      return left;
    },
    [Symbol.asyncIterator]: () => ({
      async next() {
        while (written.length === 0) await new Promise<void>((resolve) => wake = resolve);
        const value = written.shift();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      return() {
        left = true;
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
}

/** Sentences of different lengths: so the ledger tells which of them was paid for. */
export function sentences(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `Би ${"маш ".repeat(i)}хурдан явлаа.`);
}

/** How often each sentence was paid for. */
export function timesPaid(emulator: Emulator, texts: readonly string[]): number[] {
  return texts.map(({ length }) =>
    emulator.ledger.charges.filter(({ characters }) => characters === length).length
  );
}

/** The texts that were sent to be spoken, refused ones included. */
export function sentTexts(emulator: Emulator): string[] {
  return emulator.requests
    .filter(({ method }) => method === "StreamSpeech" || method === "GenerateSpeech")
    .map(({ message }) => `${message?.["text"]}`);
}

/** What a sentence sounds like by itself. */
export async function audioOf(client: Client, text: string): Promise<Uint8Array> {
  return await client.streamSpeech({ text, ...VOICE }).bytes();
}
