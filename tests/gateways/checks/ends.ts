// Whether the service is told that its caller is gone, and after how long.

import type { TsetsenError } from "../../../mod.ts";
import { equal, ok, rejected, sleep } from "../../hosts/assert.ts";
import { all, call, type Check, rawCall, REQUEST, type Script, type Subject } from "../check.ts";

/** How long a check waits for a server to notice that its caller is gone. */
const NOTICE_MS = 9_000;
/** The deadline of the calls that wait for theirs. */
const DEADLINE_MS = 1_500;

/** Tells how long after `at` the server noticed, in words. */
async function noticed(subject: Subject, id: string, at: number): Promise<string> {
  const end = await subject.told(id, "end", NOTICE_MS);
  if (end === undefined || end.how !== "left") return "never";
  const ms = Math.max(0, end.at - at);
  return ms < 300 ? "at once" : `after ${(ms / 1000).toFixed(1)} s`;
}

/** A stream that is cancelled after its first chunk. */
async function cancelled(subject: Subject, script: Script): Promise<string> {
  const { id, client } = call(subject, script);
  using _ = client;
  const stream = client.streamSpeech(REQUEST);
  await stream.next();
  await sleep(100);
  const at = performance.now();
  await stream.cancel();
  return await noticed(subject, id, at);
}

/** Tells whether the server itself ends a call at its deadline: the caller holds the connection. */
async function held(subject: Subject, method: string, script: string): Promise<string> {
  const id = `held-${method}-${performance.now()}`;
  const controller = new AbortController();
  const at = performance.now() + DEADLINE_MS;
  const timeout = { "grpc-timeout": `${DEADLINE_MS}m` };
  const answer = rawCall(subject, method, `id=${id};${script}`, timeout, controller.signal)
    .then((response) => response.bytes()).catch(() => {});
  const end = await noticed(subject, id, at);
  controller.abort();
  await answer;
  return end;
}

export const ends: readonly Check[] = [
  {
    name: "Client ends a unary call at its deadline, and the service ends, too",
    async run(subject, facts) {
      const { id, client } = call(subject, { hang: 1 }, { timeout: DEADLINE_MS });
      using _ = client;
      const at = performance.now() + DEADLINE_MS;
      const error = await rejected(client.generateSpeech(REQUEST)) as TsetsenError;
      equal([error.name, error.code, error.charged], ["TimeoutError", "timeout", "unknown"]);
      facts["deadline, unary"] = await noticed(subject, id, at);
      facts["held, unary"] = await held(subject, "GetUserBalance", "hang=1");
      ok(facts["deadline, unary"] !== "never", "the service goes on");
    },
  },
  {
    name: "Client ends a stream at its deadline, and the service ends, too",
    async run(subject, facts) {
      const { id, client } = call(subject, { hang: 1, after: 1 });
      using _ = client;
      const at = performance.now() + DEADLINE_MS;
      const error = await rejected(
        all(client.streamSpeech(REQUEST, { timeout: DEADLINE_MS })),
      ) as TsetsenError;
      equal([error.name, error.code], ["TimeoutError", "timeout"]);
      facts["deadline, stream"] = await noticed(subject, id, at);
      facts["held, stream"] = await held(subject, "StreamSpeech", "hang=1;after=1");
      ok(facts["deadline, stream"] !== "never", "the service goes on");
    },
  },
  {
    name: "Client cancels a unary call, and the service ends, too",
    async run(subject, facts) {
      const { id, client } = call(subject, { hang: 1 });
      using _ = client;
      const controller = new AbortController();
      const work = rejected(client.generateSpeech(REQUEST, { signal: controller.signal }));
      ok(await subject.told(id, "begin", NOTICE_MS), "the call did not come");
      const at = performance.now();
      controller.abort(new Error("enough"));
      equal(`${await work}`, "Error: enough");
      facts["cancel, unary"] = await noticed(subject, id, at);
      ok(facts["cancel, unary"] !== "never", "the service goes on");
    },
  },
  {
    name: "SpeechStream.cancel ends the synthesis while it makes chunks",
    async run(subject, facts) {
      const came = facts["cancel, making"] = await cancelled(subject, {
        interval: 100,
        chunks: 70,
      });
      ok(came !== "never", "the service goes on");
    },
  },
  {
    name: "SpeechStream.cancel ends the synthesis while it is silent",
    async run(subject, facts) {
      const came = facts["cancel, silent"] = await cancelled(subject, { hang: 1, after: 1 });
      ok(came !== "never", "the service goes on");
    },
  },
];
