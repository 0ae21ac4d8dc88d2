// Promise 1: what costs credits is never sent again once it may have reached the server, and every error says what is
// known about the money.

import { assert, assertEquals } from "@std/assert";
import {
  type Client,
  InsufficientCreditsError,
  RateLimitExceededError,
  TsetsenError,
} from "../../mod.ts";
import { type Fault, startEmulator } from "../../src/emulator/mod.ts";
import { closedPort } from "../support/raw_server.ts";
import { clientOf, failure, GENERATE, setUp, sleep, startAgain, STREAM } from "../support/rig.ts";
import { until } from "../support/until.ts";

type Bare<F> = F extends Fault ? Omit<F, "method" | "times" | "when"> : never;
type Paid = "GenerateSpeech" | "StreamSpeech";
type CallFor = { readonly timeout?: number; readonly maxRetries?: number };

const PAID: readonly Paid[] = ["GenerateSpeech", "StreamSpeech"];

function speak(client: Client, method: Paid, options: CallFor = {}): Promise<unknown> {
  return method === "GenerateSpeech"
    ? client.generateSpeech(GENERATE, options)
    : client.streamSpeech(STREAM, options).bytes();
}

const ONCE: readonly [name: string, fault: Bare<Fault>, charges: number][] = [
  ["the connection drops before the charge", { kind: "drop" }, 0],
  ["the connection drops after the charge", { kind: "drop", charged: true }, 1],
  ["the connection resets after the headers", { kind: "drop", afterBytes: 0 }, 1],
  ["the connection resets mid-answer", { kind: "drop", afterBytes: 3 }, 1],
  ["the answer is cut off", { kind: "truncate", afterBytes: 4 }, 1],
  ["the answer is HTML", { kind: "http", status: 200, charged: true }, 1],
  ["the service is UNAVAILABLE", { kind: "error", code: "UNAVAILABLE" }, 0],
  ["it is UNAVAILABLE late", { kind: "error", code: "UNAVAILABLE", charged: true }, 1],
  ["the service says INTERNAL", { kind: "error", code: "INTERNAL", charged: true }, 1],
  ["the service says UNKNOWN", { kind: "error", code: "UNKNOWN", charged: true }, 1],
  ["the service says ABORTED", { kind: "error", code: "ABORTED", charged: true }, 1],
  ["it says DEADLINE_EXCEEDED", { kind: "error", code: "DEADLINE_EXCEEDED", charged: true }, 1],
  ["a proxy says 502", { kind: "http", status: 502, charged: true }, 1],
  ["a proxy says 503", { kind: "http", status: 503, charged: true }, 1],
  ["a proxy says 503 and when to retry", {
    kind: "http",
    status: 503,
    charged: true,
    headers: { "retry-after": "0" },
  }, 1],
  ["a proxy says 504", { kind: "http", status: 504, charged: true }, 1],
  ["nothing comes until the deadline", { kind: "hang" }, 0],
  ["nothing comes after the charge", { kind: "hang", charged: true }, 1],
];

for (const method of PAID) {
  for (const [name, fault, charges] of ONCE) {
    Deno.test(`Client sends ${method} once when ${name}`, async () => {
      await using rig = await setUp();
      rig.emulator.addFault({ ...fault, method });
      const options = fault.kind === "hang" ? { timeout: 500 } : {};
      const error = await failure(TsetsenError, speak(rig.client, method, options));
      // A second one, late, would be as bad.
      await sleep(30);
      assertEquals(rig.sent(method).length, 1);
      assertEquals(rig.emulator.ledger.charges.length, charges);
      assertEquals(error.charged, "unknown");
      assertEquals(rig.log, []);
    });
  }

  const refusals: readonly [name: string, fault: Bare<Fault>][] = [
    ["RESOURCE_EXHAUSTED", { kind: "error", code: "RESOURCE_EXHAUSTED", message: "slow down" }],
    ["HTTP 429", { kind: "http", status: 429 }],
  ];
  for (const [name, fault] of refusals) {
    Deno.test(`Client sends ${method} again after ${name}, and it is charged once`, async () => {
      await using rig = await setUp();
      rig.emulator.addFault({ ...fault, method, times: 2 });
      await speak(rig.client, method);
      assertEquals(rig.sent(method).length, 3);
      assertEquals(rig.emulator.ledger.charges.length, 1);
      assertEquals(rig.log.map(({ type, attempt }) => `${type} ${attempt}`), [
        "retry 1",
        "retry 2",
      ]);
    });

    for (const maxRetries of [0, 1]) {
      Deno.test(`Client sends ${method} ${maxRetries + 1} times with maxRetries ${maxRetries} after ${name}`, async () => {
        await using rig = await setUp({ client: { maxRetries } });
        rig.emulator.addFault({ ...fault, method, times: Infinity });
        const error = await failure(RateLimitExceededError, speak(rig.client, method));
        assertEquals(error.charged, "no");
        assertEquals(rig.sent(method).length, 1 + maxRetries);
        // A call's own number wins.
        await failure(TsetsenError, speak(rig.client, method, { maxRetries: 2 }));
        assertEquals(rig.sent(method).length, 1 + maxRetries + 3);
      });
    }
  }

  Deno.test(`Client sends ${method} again when the connection was refused`, async () => {
    const port = closedPort();
    let retries = 0;
    using client = clientOf(`127.0.0.1:${port}`, {
      maxRetries: 10,
      backoff: { baseDelay: 200, backoffFactor: 1.5, jitter: false },
      log: ({ type }) => type === "retry" && retries++,
    });
    const spoken = speak(client, method);
    await until(() => retries > 0);
    await using emulator = await startAgain(() => startEmulator({ port }));
    await spoken;
    assertEquals(emulator.requests.length, 1);
    assertEquals(emulator.ledger.charges.length, 1);
  });

  Deno.test(`Client says that ${method} was not charged when no connection came about`, async () => {
    using client = clientOf(`127.0.0.1:${closedPort()}`, { maxRetries: 1 });
    const error = await failure(TsetsenError, speak(client, method));
    assertEquals([error.code, error.charged], ["connection_error", "no"]);
  });

  Deno.test(`Client does not send ${method} again without credits`, async () => {
    const apiKey = "tsetsen-development-poor";
    await using rig = await setUp({ emulator: { apiKeys: { [apiKey]: 3 } }, client: { apiKey } });
    const error = await failure(InsufficientCreditsError, speak(rig.client, method));
    assertEquals(error.charged, "no");
    assertEquals(rig.sent(method).length, 1);
    assertEquals(rig.emulator.ledger.charges, []);
  });

  Deno.test(`Client sends ${method} once on a kept connection that closes`, async () => {
    await using rig = await setUp();
    // Several rounds: a runtime resends only on a connection that was used before.
    for (let round = 1; round <= 3; round++) {
      await rig.client.getUserBalance();
      rig.emulator.addFault({ kind: "drop", method });
      const error = await failure(TsetsenError, speak(rig.client, method));
      assertEquals(error.charged, "unknown");
      assertEquals(rig.sent(method).length, round);
    }
    assert(rig.emulator.ledger.charges.length === 0);
  });
}
