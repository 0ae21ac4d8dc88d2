// The limits that runtimes set to `fetch` themselves.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { Client } from "../../mod.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { createProxy } from "../../src/proxy/mod.ts";
import { rawServer } from "../support/raw_server.ts";
import { GENERATE, KEY, STREAM } from "../support/rig.ts";
import { bundle } from "../support/runtimes.ts";
import { bytesOf, concat, head, message } from "../support/wire.ts";
import { StreamSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";

const AUDIO = message(StreamSpeechResponseSchema, { audioChunk: new Uint8Array(480) });

Deno.test("Client says that Node's own limit has ended a silent answer, and what to do", async () => {
  await using programs = await bundle("own_limit");
  await using server = rawServer(async ({ request, write, gone }) => {
    if (request.head.includes("StreamSpeech")) await write(concat(bytesOf(head()), AUDIO));
    await gone;
  });
  const { stdout, stderr } = await programs.run("node", "own_limit", server.url, `${server.url}/a`);
  assertEquals(stderr, "");
  const told = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const charged = ["unknown", "yes", undefined];
  assertEquals(told.map((error) => error.charged), [...charged, ...charged]);
  for (const error of told) {
    assertEquals(error.name, "ConnectionError");
    assertStringIncludes(
      error.message,
      "as long as Node's fetch waits by itself, 300 s by default",
    );
  }
});

Deno.test("Client and createProxy ask Bun to set no limit of its own to a request", async () => {
  await using emulator = await startEmulator({ queueTime: 0, pace: 0 });
  const limits: unknown[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    limits.push((init as { timeout?: unknown }).timeout);
    return globalThis.fetch(input, init);
  };
  const options = { apiKey: KEY, endpoint: emulator.url, fetch };
  using client = new Client(options);
  await (await client.speak(GENERATE)).bytes();
  await client.streamSpeech(STREAM).bytes();
  const direct = limits.length;
  const proxy = createProxy({ ...options, methods: ["GetUserBalance"] });
  using page = new Client({
    apiKey: KEY,
    endpoint: "https://my.site",
    fetch: (input, init) => proxy(new Request(input, init)),
  });
  await page.getUserBalance();
  assertEquals(limits, Array(direct + 1).fill(false));
});
