// Workers that keep an old compatibility date: workerd gives them `importScripts`, as browsers do, and, before 2022-11-30, no
// streams of their own.

import { assert, assertEquals } from "@std/assert";
import { startEmulator } from "@tsetsen/sdk/emulator";
import { installPackage } from "../hosts/pack.ts";
import { startProgram } from "./workerd.ts";

const PROGRAM = `
  import { Client } from "@tsetsen/sdk";
  import { Client as LeanClient } from "@tsetsen/sdk/lean";
  const text = "Сайн байна уу?";
  export default {
    async fetch(request, { KEY: apiKey, ENDPOINT: endpoint }) {
      const Class = new URL(request.url).pathname === "/lean" ? LeanClient : Client;
      try {
        const client = new Class({ apiKey, endpoint, maxRetries: 0 });
        const speech = await client.speak({ text, voiceId: "emulator-v1-bold" });
        const wav = await speech.bytes();
        const pcm = await client.streamSpeech({ text, voiceId: "emulator-v2-bold" }).bytes();
        return Response.json({ wav: wav.length, pcm: pcm.length });
      } catch ({ message, charged, cause }) {
        return Response.json({ message, charged, cause: cause?.message });
      }
    },
  };
`;

// workerd outlives the test for a moment, and so do miniflare's connections to it.
const options = { sanitizeOps: false, sanitizeResources: false };

for (
  const [date, works] of [["2021-11-02", ["lean"]], ["2022-11-30", ["lean", "default"]]] as const
) {
  Deno.test(
    `Client works in a Worker of ${date}, or says before it buys what does`,
    options,
    async () => {
      await using sdk = await installPackage();
      await using emulator = await startEmulator({ queueTime: 0, pace: 0, streamPace: 0 });
      const env = { KEY: emulator.apiKey, ENDPOINT: emulator.url };
      await using worker = await startProgram(sdk, PROGRAM, env, date);
      for (const kind of ["lean", "default"] as const) {
        const told = await (await fetch(`${await worker.url()}/${kind}`)).json();
        if ((works as readonly string[]).includes(kind)) {
          assert(told.wav > 10_000 && told.pcm > 10_000, JSON.stringify(told));
          continue;
        }
        assertEquals(told.message, "No ReadableStream: use @tsetsen/sdk/lean.");
        assertEquals(told.charged, "no");
        assert(told.cause.includes("streams_enable_constructors"), told.cause);
      }
      assertEquals(emulator.ledger.charges.length, 2 * works.length);
    },
  );
}
