// Which part a failed narration names.

import { assertEquals } from "@std/assert";
import { PermissionDeniedError } from "../../mod.ts";
import { narrate } from "../../src/narration/mod.ts";
import { failure, setUp } from "../support/rig.ts";
import { FAST, paragraphs, VOICE } from "./setup.ts";
import { until } from "../support/until.ts";

Deno.test("Narration.failedPart is the part of the error, also when a later one has failed before", async () => {
  await using rig = await setUp({ client: { maxRetries: 0 } });
  const { emulator } = rig;
  let submissions = 0;
  emulator.addFault({
    kind: "error",
    code: "INVALID_ARGUMENT",
    method: "GenerateSpeech",
    times: Infinity,
    when: () => ++submissions > 1,
  });
  // The first job is denied after the second part has been refused.
  let allow = () => {};
  const isRefused = new Promise<void>((resolve) => allow = resolve);
  const fetch = async (input: string, init?: RequestInit) => {
    if (input.endsWith("/CheckStatus")) await isRefused;
    return await globalThis.fetch(input, init);
  };
  emulator.addFault({ kind: "error", code: "PERMISSION_DENIED", method: "CheckStatus" });
  const client = rig.open({ fetch: fetch as typeof globalThis.fetch, maxRetries: 0 });
  const narration = narrate(client, { text: paragraphs(3), ...VOICE }, { ...FAST, concurrency: 3 });
  const reading = failure(PermissionDeniedError, narration.bytes());
  await until(() => narration.failedPart === 1);
  allow();
  const error = await reading;
  await narration.settled();
  assertEquals(error.requestId, emulator.jobs[0]?.requestId);
  assertEquals(narration.failedPart, 0);
});
