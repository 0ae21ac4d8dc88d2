// Promise 2: from the moment a request id is known, every error about that job carries it.

import { assert, assertEquals } from "@std/assert";
import {
  type Client,
  ClientClosedError,
  interruptedJobs,
  RequestStatus,
  TimeoutError,
  TsetsenError,
} from "../../mod.ts";
import type { Fault } from "../../src/emulator/mod.ts";
import { failure, GENERATE, rejection, type Rig, setUp } from "../support/rig.ts";
import { until } from "../support/until.ts";

interface Options {
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

interface Job {
  readonly requestId: string;
  readonly audioUrl: string;
}

/** Everything that is done about a job, each once. */
const OPERATIONS: Readonly<
  Record<string, (client: Client, job: Job, options?: Options) => Promise<unknown>>
> = {
  "Client.checkStatus": (client, { requestId }, options) => client.checkStatus(requestId, options),
  "Client.watchStatus": (client, { requestId }, options) =>
    client.watchStatus(requestId, options).next(),
  "Client.waitForCompletion": (client, { requestId }, options) =>
    client.waitForCompletion({ requestId }, options),
  "Job.wait": (client, { requestId }, options) => client.job(requestId).wait(options),
  "Client.downloadAudio": (client, job, options) => client.downloadAudio(job, options).bytes(),
};

const FAULTS: Readonly<Record<string, Fault>> = {
  "a lost connection": { kind: "drop" },
  "an answer that breaks off": { kind: "drop", afterBytes: 3 },
  "HTTP 401": { kind: "http", status: 401 },
  "HTTP 404": { kind: "http", status: 404 },
  "HTTP 500": { kind: "http", status: 500 },
  "HTTP 503": { kind: "http", status: 503 },
};

async function setUpJob(): Promise<{ rig: Rig; job: Job }> {
  const rig = await setUp({ client: { maxRetries: 0 } });
  const { requestId } = await rig.client.generateSpeech(GENERATE);
  const { audioUrl } = await rig.client.checkStatus(requestId);
  return { rig, job: { requestId, audioUrl: audioUrl! } };
}

function carries(error: TsetsenError, { requestId }: Job): void {
  assertEquals(error.requestId, requestId);
  assert(error.message.endsWith(`(Request ID: ${requestId})`), error.message);
  assertEquals(interruptedJobs(error), [{ requestId, charged: error.charged! }]);
}

for (const [name, run] of Object.entries(OPERATIONS)) {
  const method = name === "Client.downloadAudio" ? "Audio" : "CheckStatus";

  Deno.test(`${name} names the job in the error after each fault`, async () => {
    const { rig, job } = await setUpJob();
    await using _ = rig;
    for (const [fault, what] of Object.entries(FAULTS)) {
      rig.emulator.addFault({ ...what, method });
      const error = await failure(TsetsenError, run(rig.client, job));
      assertEquals(error.requestId, job.requestId, fault);
      carries(error, job);
      // The address of the audio, or the job itself, may be gone: that proves nothing about the money.
      const unknown = method === "Audio" && what.kind === "http" && what.status === 404;
      assertEquals(error.charged, unknown ? "unknown" : "yes", fault);
    }
  });

  Deno.test(`${name} names the job in the error after its timeout`, async () => {
    const { rig, job } = await setUpJob();
    await using _ = rig;
    rig.emulator.addFault({ kind: "hang", method });
    carries(await failure(TimeoutError, run(rig.client, job, { timeout: 30 })), job);
  });

  Deno.test(`${name} names the job in the error when the client is closed`, async () => {
    const { rig, job } = await setUpJob();
    await using _ = rig;
    rig.emulator.addFault({ kind: "hang", method });
    const before = rig.sent(method).length;
    const work = run(rig.client, job);
    work.catch(() => {});
    await until(() => rig.sent(method).length > before);
    rig.client.close();
    carries(await failure(ClientClosedError, work), job);
    carries(await failure(ClientClosedError, run(rig.client, job)), job);
  });

  Deno.test(`${name} leaves the reason of an abort untouched, and interruptedJobs knows the job`, async () => {
    const { rig, job } = await setUpJob();
    await using _ = rig;
    rig.emulator.addFault({ kind: "hang", method });
    const before = rig.sent(method).length;
    const controller = new AbortController();
    const work = run(rig.client, job, { signal: controller.signal });
    work.catch(() => {});
    await until(() => rig.sent(method).length > before);
    const reason = Object.freeze(new Error("enough"));
    controller.abort(reason);
    assert(await rejection(work) === reason);
    assertEquals(interruptedJobs(reason), [{ requestId: job.requestId, charged: "yes" }]);
  });
}

Deno.test("Client.checkStatus names a job that the service does not know, and says nothing of its money", async () => {
  await using rig = await setUp();
  const error = await failure(TsetsenError, rig.client.checkStatus("job-unheard-of"));
  carries(error, { requestId: "job-unheard-of", audioUrl: "" });
  assertEquals([error.code, error.charged], ["resource_not_found", "unknown"]);
});

Deno.test("interruptedJobs knows all jobs that one signal interrupted", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "hang", method: "CheckStatus", times: 3 });
  const controller = new AbortController();
  const ids = ["a", "b", "c"];
  const waits = ids.map((id) =>
    rejection(rig.client.waitForCompletion(id, { signal: controller.signal }))
  );
  await until(() => rig.sent("CheckStatus").length === 3);
  controller.abort();
  const [reason] = await Promise.all(waits);
  assertEquals(interruptedJobs(reason).map(({ requestId }) => requestId).sort(), ids);
});

Deno.test("Client.job takes up a job from its JSON, in which there is nothing but the id", async () => {
  await using rig = await setUp();
  const stored = JSON.stringify(await rig.client.submit(GENERATE));
  assertEquals(stored, JSON.stringify({ requestId: rig.emulator.jobs[0]?.requestId }));
  rig.client.close();
  const done = await rig.open().job(JSON.parse(stored)).wait();
  assertEquals(done.status, RequestStatus.COMPLETED);
});
