// Whether the service is told that its caller is gone, and after how long.

import type { TsetsenError } from "../../../mod.ts";
import { equal, ok, rejected, sleep } from "../../hosts/assert.ts";
import { all, call, type Check, REQUEST, type Script, type Subject } from "../check.ts";

/** How long a check waits for a server to notice that its caller is gone. */
const NOTICE_MS = 9_000;

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

export const ends: readonly Check[] = [
  {
    name: "Client ends a unary call at its deadline, and the service ends, too",
    async run(subject, facts) {
      const { id, client } = call(subject, { hang: 1 }, { timeout: 500 });
      using _ = client;
      const at = performance.now() + 500;
      const error = await rejected(client.generateSpeech(REQUEST)) as TsetsenError;
      equal([error.name, error.code, error.charged], ["TimeoutError", "timeout", "unknown"]);
      facts["deadline, unary"] = await noticed(subject, id, at);
      ok(facts["deadline, unary"] !== "never", "the service goes on");
    },
  },
  {
    name: "Client ends a stream at its deadline, and the service ends, too",
    async run(subject, facts) {
      const { id, client } = call(subject, { hang: 1, after: 1 });
      using _ = client;
      const at = performance.now() + 600;
      const error = await rejected(
        all(client.streamSpeech(REQUEST, { timeout: 600 })),
      ) as TsetsenError;
      equal([error.name, error.code], ["TimeoutError", "timeout"]);
      facts["deadline, stream"] = await noticed(subject, id, at);
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
      ok(await subject.told(id, "begin", 3_000), "the call did not come");
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
