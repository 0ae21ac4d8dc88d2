// A paid call that ends before its request is sent: nothing was charged, and the error says so.

import { assert, assertEquals } from "@std/assert";
import {
  Client,
  ClientClosedError,
  type ClientOptions,
  interruptedJobs,
  TimeoutError,
} from "../../mod.ts";
import { connectTransport } from "../../src/connect/mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";
import { grpcTransport } from "../../src/grpc/mod.ts";
import { leanTransport } from "../../src/lean/mod.ts";
import { rawServer } from "../support/raw_server.ts";
import { failure, GENERATE, KEY, rejection, setUp, STREAM } from "../support/rig.ts";
import { until } from "../support/until.ts";

/** How many turns of the queue of microtasks are tried: a call over Connect takes some thirty until it is sent. */
const TURNS = 60;

/** The transports that send by `fetch`, and know when. */
const WEB: Readonly<
  Record<string, (endpoint: string, fetch: typeof globalThis.fetch) => ClientOptions>
> = {
  "the default": (endpoint, fetch) => ({ endpoint, fetch }),
  "lean": (endpoint, fetch) => ({ transport: leanTransport({ endpoint, fetch }) }),
  "the Connect protocol": (endpoint, fetch) => ({
    transport: connectTransport({ endpoint, fetch, protocol: "connect" }),
  }),
};

const METHODS = {
  generateSpeech: (client: Client, signal?: AbortSignal) =>
    client.generateSpeech(GENERATE, { signal }),
  streamSpeech: (client: Client, signal?: AbortSignal) =>
    client.streamSpeech(STREAM, { signal }).next(),
} as const;

for (const [name, optionsOf] of Object.entries(WEB)) {
  for (const [method, call] of Object.entries(METHODS)) {
    Deno.test(`Client.${method} over ${name} sends nothing once it was stopped, and says that nothing was charged`, async () => {
      await using rig = await setUp();
      let unsent = 0;
      for (let turns = 0; turns < TURNS; turns++) {
        let sent = 0;
        const fetch: typeof globalThis.fetch = (input, init) => {
          sent++;
          assertEquals(init?.signal?.aborted, false);
          return globalThis.fetch(input, init);
        };
        const client = new Client({ apiKey: KEY, ...optionsOf(rig.emulator.url, fetch) });
        const controller = new AbortController();
        const work = rejection(call(client, controller.signal));
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        const reason = new Error("enough");
        controller.abort(reason);
        assertEquals(await work, reason);
        const [job, ...others] = interruptedJobs(reason, controller.signal);
        assertEquals([job?.charged, others], [sent === 0 ? "no" : "unknown", []]);
        client.close();
        if (sent === 0) unsent++;
      }
      // Connect begins a stream some turns later. All else is sent in the same turn.
      const isLate = method === "streamSpeech" && name !== "lean";
      assertEquals([unsent > 0, unsent < TURNS], [isLate, true], `${unsent}`);
      assert(rig.emulator.ledger.charges.length <= TURNS - unsent);
    });

    Deno.test(`Client.close in the turn in which ${method} over ${name} begins says that nothing was charged, if so`, async () => {
      await using rig = await setUp();
      let sent = 0;
      const fetch: typeof globalThis.fetch = (input, init) => {
        sent++;
        return globalThis.fetch(input, init);
      };
      const client = new Client({ apiKey: KEY, ...optionsOf(rig.emulator.url, fetch) });
      const work = call(client);
      client.close();
      const { charged } = await failure(ClientClosedError, work);
      const isLate = method === "streamSpeech" && name !== "lean";
      assertEquals([charged, sent], isLate ? ["no", 0] : ["unknown", 1]);
    });
  }
}

for (const [method, call] of Object.entries(METHODS)) {
  Deno.test(`Client.${method} over native gRPC says that nothing was charged when no connection comes about in time`, async () => {
    // It accepts connections, and does not speak TLS.
    await using server = rawServer(({ gone }) => gone);
    const endpoint = server.url.replace("http:", "https:");
    using client = new Client({
      apiKey: KEY,
      timeout: 300,
      transport: grpcTransport({ endpoint }),
    });
    assertEquals((await failure(TimeoutError, call(client))).charged, "no");
  });
}

Deno.test("Client.generateSpeech over native gRPC does not know what was charged once it is sent", async () => {
  await using rig = await setUp();
  await using server = await serveGrpc(rig.emulator);
  rig.emulator.addFault({ kind: "hang", method: "GenerateSpeech", charged: true });
  using client = new Client({
    apiKey: KEY,
    transport: grpcTransport({ endpoint: server.url, secure: false }),
  });
  const work = failure(ClientClosedError, client.generateSpeech(GENERATE));
  await until(() => rig.emulator.ledger.charges.length > 0);
  client.close();
  assertEquals((await work).charged, "unknown");
});

Deno.test("Client.generateSpeech does not know what was charged over a transport that does not tell when it sends", async () => {
  await using rig = await setUp();
  const base = leanTransport({ endpoint: rig.emulator.url });
  // It is made of one that tells, and has a way of its own.
  const transport = { ...base, generateSpeech: () => new Promise<never>(() => {}) };
  const client = new Client({ apiKey: KEY, transport });
  const work = failure(ClientClosedError, client.generateSpeech(GENERATE));
  client.close();
  assertEquals((await work).charged, "unknown");
});
