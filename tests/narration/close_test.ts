// What a narration and a batch do when their client is closed.

import { assert, assertEquals } from "@std/assert";
import { ClientClosedError, interruptedJobs, isSafeToRetry } from "../../mod.ts";
import { batch, memoryStore, narrate } from "../../src/narration/mod.ts";
import { failure, type Rig, setUp } from "../support/rig.ts";
import { bundle, RUNTIMES } from "../support/runtimes.ts";
import { FAST, paragraphs, STREAM_VOICE, VOICE } from "./setup.ts";
import { until } from "../support/until.ts";

const TEXT = paragraphs(4);
const REQUEST = { text: TEXT, ...VOICE } as const;

/** Refuses every submission but the first, and asks for a wait of a minute. */
function refuse({ emulator }: Rig): void {
  emulator.addFault({ kind: "delay", delay: 0, method: "GenerateSpeech" });
  emulator.addFault({
    kind: "error",
    code: "RESOURCE_EXHAUSTED",
    trailers: { "retry-after": "60" },
    method: "GenerateSpeech",
    times: Infinity,
  });
}

const WAYS = {
  narrate: ({ client }: Rig, onProgress: (wait: number | undefined) => void) =>
    narrate(client, REQUEST, {
      ...FAST,
      onProgress: ({ wait }) => onProgress(wait),
    }),
  batch: ({ client }: Rig, onProgress: (wait: number | undefined) => void) =>
    batch(client, [1, 2, 3].map((n) => ({ ...REQUEST, text: `Хэсэг ${n}.` })), {
      ...FAST,
      onProgress: ({ wait }) => onProgress(wait),
    }),
};

for (const [name, start] of Object.entries(WAYS)) {
  // The sanitizers see a timer that is left behind.
  Deno.test(`${name} ends its wait for a rate limit when the client is closed`, async () => {
    await using rig = await setUp({ client: { maxRetries: 0 } });
    refuse(rig);
    let wait: number | undefined;
    const work = start(rig, (time) => wait = time ?? wait);
    const reading = (async () => {
      for await (const _ of work);
    })();
    reading.catch(() => {});
    await until(() => wait !== undefined);
    assert(wait! >= 60_000);
    const closed = performance.now();
    rig.client.close();
    const error = await failure(ClientClosedError, reading);
    // The wait itself is a minute at least.
    assert(performance.now() - closed < 30_000);
    assertEquals(error.rawMessage, "The client was closed while this was under way.");
    await work.settled();
  });
}

Deno.test("narrate names a job that it has paid for when the client is closed", async () => {
  await using rig = await setUp({ emulator: { queueTime: 60_000 } });
  const narration = narrate(rig.client, REQUEST, { ...FAST, concurrency: 1 });
  const reading = narration.bytes();
  reading.catch(() => {});
  await until(() => narration.state?.parts[0]?.status === "submitted");
  rig.client.close();
  const error = await failure(ClientClosedError, reading);
  await narration.settled();
  const { requestId } = rig.emulator.jobs[0]!;
  assertEquals(interruptedJobs(error), [{ requestId, charged: "yes" }]);
  assertEquals(narration.state?.parts.map(({ status }) => status), [
    "submitted",
    "pending",
    "pending",
    "pending",
  ]);
  assertEquals(narration.failedPart, undefined);
});

Deno.test("narrate says that a stream may have been charged when the client is closed while its reader is away", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  // Each part begins to sound, and its rest does not come.
  emulator.addFault({ kind: "hang", method: "StreamSpeech", afterBytes: 9_700, times: Infinity });
  const request = { text: TEXT, ...STREAM_VOICE };
  const narration = narrate(client, request, { method: "stream", store: memoryStore() });
  await narration.next();
  client.close();
  await narration.settled();
  const rest = async () => {
    for await (const _ of narration);
  };
  const error = await failure(ClientClosedError, rest());
  assertEquals([error.charged, isSafeToRetry(error)], ["unknown", false]);
});

for (const runtime of RUNTIMES) {
  Deno.test(`narrate lets a process end when the client is closed while it waits, on ${runtime}`, async () => {
    await using programs = await bundle("close_narration");
    await using rig = await setUp();
    refuse(rig);
    const { emulator } = rig;
    const { stdout, stderr, code, lingered } = await programs.run(
      runtime,
      "close_narration",
      emulator.url,
      JSON.stringify(REQUEST),
    );
    assertEquals([stdout, stderr, code], ['"ClientClosedError"\n', "", 0]);
    // Far below the minute that the service asked for.
    assert(lingered < 3_000, `${lingered} ms`);
  });
}
