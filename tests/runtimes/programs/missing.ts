// The paid calls of a client in a runtime that lacks something. Prints what came of each.
// Usage: missing <endpoint> <deleted|undefined>

import { Client } from "../../../mod.ts";
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

for (const name of ["AbortController", "Headers", "URL", "performance", "fetch", "Request"]) {
  for (const Class of [Client, LeanClient]) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name)!;
    if (how === "deleted") delete (globalThis as unknown as Record<string, unknown>)[name];
    else Object.defineProperty(globalThis, name, { configurable: true, value: undefined });
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
    Object.defineProperty(globalThis, name, descriptor);
    say({ name, outcomes });
  }
}
