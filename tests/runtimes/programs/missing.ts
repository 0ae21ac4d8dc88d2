// The paid calls of a client in a runtime that lacks something. Prints what came of each.
// Usage: missing <endpoint> <deleted|undefined>

import { type AudioStream, Client, isSafeToRetry } from "../../../mod.ts";
import { Client as LeanClient } from "../../../src/lean/mod.ts";
import { args, say } from "./host.ts";

const [endpoint, how] = args;
const apiKey = "tsetsen-development-emulator";
const text = "Сайн байна уу?";

/** What a failure says. */
function told(error: unknown): unknown {
  const { message, charged } = error as { message?: string; charged?: string };
  return { message, charged };
}

/** Takes a global away. @returns What brings it back. */
function takeAway(name: string): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name)!;
  if (how === "deleted") delete (globalThis as unknown as Record<string, unknown>)[name];
  else Object.defineProperty(globalThis, name, { configurable: true, value: undefined });
  return () => void Object.defineProperty(globalThis, name, descriptor);
}

for (const name of ["AbortController", "Headers", "URL", "performance", "fetch", "Request"]) {
  for (const Class of [Client, LeanClient]) {
    const bringBack = takeAway(name);
    const outcomes: unknown[] = [];
    try {
      const client = new Class({ apiKey, endpoint, secure: false });
      const calls = [
        async () => {
          const audio = await client.speak({ text, voiceId: "emulator-v1-bold" });
          return (await audio.bytes()).length > 10_000;
        },
        async () =>
          (await client.streamSpeech({ text, voiceId: "emulator-v2-bold" }).bytes()).length >
            10_000,
      ];
      for (const call of calls) outcomes.push(await call().catch(told));
      client.close();
    } catch (error) {
      outcomes.push(told(error));
    }
    bringBack();
    say({ name, outcomes });
  }
}

/** Answers whole, because Node's own `fetch` needs a `DOMException` to abort. */
async function fetchWhole(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const answer = await fetch(input, { ...init, signal: null });
  return new Response(await answer.arrayBuffer(), answer);
}

const client = new Client({ apiKey, endpoint, secure: false, fetch: fetchWhole });
const readers: Readonly<Record<string, (audio: AudioStream) => Promise<unknown>>> = {
  DOMException: (audio) => audio.bytes(),
  Blob: (audio) => audio.blob(),
  Response: (audio) => audio.toResponse(),
};
for (const [name, read] of Object.entries(readers)) {
  const bringBack = takeAway(name);
  const onProgress = () => void audio.cancel();
  const audio: AudioStream = client.streamSpeech({ text, voiceId: "emulator-v2-bold" }, {
    onProgress,
  });
  const error = await read(audio).catch((error) => error) as Error;
  bringBack();
  say({ name, outcomes: [{ error: error.name === "AbortError", isSafe: isSafeToRetry(error) }] });
}
client.close();
