import { createRouterTransport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  RateLimitExceededError,
  ResourceNotFoundError,
  ServerError,
  ServiceUnavailableError,
  TsetsenError,
} from "../../mod.ts";
import {
  GetUserBalanceRequestSchema,
  TsetsenTTS,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { connectTransport } from "../../src/connect/mod.ts";
import { leanTransport } from "../../src/lean/mod.ts";
import { transportFetch } from "../../src/proxy/mod.ts";
import { closedPort } from "../support/raw_server.ts";
import { post, setUp } from "./setup.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";
import { grpcTransport } from "../../src/grpc/mod.ts";
import { until } from "../support/until.ts";

// Any transport of Connect will do, and that of this package: they reach an emulator that the proxy's endpoint does not
// name.

const text = "Сайн байна уу?";
const NATIVE = "over native gRPC";
const PROTOCOLS = ["over gRPC-Web", NATIVE] as const;
/** The transports of this package. */
const OWN = ["over the default transport", "over the lean transport", NATIVE] as const;

async function open(protocol: typeof PROTOCOLS[number] | typeof OWN[number]) {
  const service = await startEmulator({ queueTime: 0, pace: 0 });
  const native = await serveGrpc(service);
  const grpc = protocol === NATIVE
    ? grpcTransport({ endpoint: native.url, secure: false })
    : undefined;
  const transport = grpc !== undefined
    ? grpc
    : protocol === "over the default transport"
    ? connectTransport({ endpoint: service.url })
    : protocol === "over the lean transport"
    ? leanTransport({ endpoint: service.url })
    : createGrpcWebTransport({ baseUrl: service.url });
  const proxy = await setUp({ apiKey: service.apiKey, fetch: transportFetch(transport) });
  return {
    ...proxy,
    service,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      grpc?.close();
      await native.close();
      await service.close();
    },
  };
}

for (const protocol of PROTOCOLS) {
  Deno.test(`transportFetch carries every method, with the proxy's key, once, ${protocol}`, async () => {
    await using it = await open(protocol);
    const { page, service, voice, liveVoice, emulator } = it;
    assertEquals((await page.listVoices()).voices.length > 0, true);
    const { requestId } = await page.generateSpeech({ text, voiceId: voice });
    const done = await page.waitForCompletion(requestId);
    const audio = await page.downloadAudio(done).bytes();
    const streamed = await page.streamSpeech({ text, voiceId: liveVoice }).bytes();
    assert(audio.length > 44 && streamed.length > 0);
    await page.getUserBalance();

    assertEquals(emulator.requests, [], "the endpoint's service");
    assertEquals(service.ledger.charges.map(({ kind }) => kind), ["generate", "stream"]);
    for (const { method, headers, message } of service.requests) {
      if (method === "Audio") continue;
      assertEquals(
        [headers["x-api-key"], headers["x-goog-api-key"], message?.["apiKey"]],
        Array(3).fill(service.apiKey),
      );
      assertEquals(/^\d+m$/.test(headers["grpc-timeout"] ?? "") || method === "StreamSpeech", true);
    }
  });

  Deno.test(`transportFetch hands the service's status, trailers and waits on, ${protocol}`, async () => {
    await using it = await open(protocol);
    const { page, service, liveVoice } = it;
    service.addFault({
      kind: "error",
      code: "RESOURCE_EXHAUSTED",
      message: "тайван",
      trailers: { "retry-after": "7", "x-trace": "abc" },
    });
    const limited = await assertRejects(() => page.getUserBalance(), RateLimitExceededError);
    assertEquals([limited.retryAfter, limited.details["x-trace"]], [7_000, "abc"]);
    assertEquals(limited.rawMessage.startsWith("тайван"), true);
    service.addFault({ kind: "error", code: "NOT_FOUND", method: "StreamSpeech" });
    const stream = page.streamSpeech({ text, voiceId: liveVoice });
    await assertRejects(() => stream.bytes(), ResourceNotFoundError);
    assertEquals(service.requests.length, 2);
  });

  Deno.test(`transportFetch says that a deadline has passed, ${protocol}`, async () => {
    await using it = await open(protocol);
    it.service.addFault({ kind: "hang", times: Infinity });
    // A client that has no deadline of its own beside the one that it sends.
    const response = await post(it.url, "GetUserBalance", GetUserBalanceRequestSchema, {}, {
      "grpc-timeout": "300m",
    });
    const body = await response.text();
    assertEquals(/grpc-status: (\d+)/.exec(body)?.[1], "4", body);
    await until(() => it.service.requests[0]?.aborted === true);
  });
}

Deno.test("transportFetch ends a stream of the service when the visitor leaves, over native gRPC", async () => {
  await using it = await open(NATIVE);
  it.service.addFault({ kind: "stream", bytes: 100_000_000 });
  for await (const _ of it.page.streamSpeech({ text, voiceId: it.liveVoice })) break;
  await until(() => it.service.requests[0]?.aborted === true);
  assertEquals(it.service.activeStreams, 0);
});

Deno.test("transportFetch tells an answer that breaks the rules from a service that is away", async () => {
  await using it = await open(NATIVE);
  const { page, service } = it;
  for (
    const fault of [
      { kind: "http", status: 200 },
      { kind: "garbage" },
      { kind: "oversized-frame" },
      { kind: "frame-flags" },
    ] as const
  ) {
    service.addFault(fault);
    const error = await assertRejects(
      () => page.getUserBalance(),
      ServerError,
      undefined,
      fault.kind,
    );
    assertEquals(error.rawMessage, "The answer of the speech service is not acceptable.");
  }
  service.addFault({ kind: "drop" });
  await assertRejects(() => page.getUserBalance(), ServiceUnavailableError, "cannot be reached");
  assertEquals(it.events.map(({ type }) => type), ["upstream_failed"]);
});

Deno.test("transportFetch ends the synthesis when the visitor leaves", async () => {
  let told = 0;
  const transport = createRouterTransport(({ service }) => {
    service(TsetsenTTS, {
      async *streamSpeech(_, { signal }) {
        // Connect leaves a generator at its yield when nobody asks for more: only the signal always tells.
        signal.addEventListener("abort", () => told++);
        while (!signal.aborted) {
          yield { audioChunk: new Uint8Array(4_000) };
          // No timer outlives the test: it ends with the signal.
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, 5);
            signal.addEventListener("abort", () => {
              clearTimeout(timer);
              resolve();
            });
          });
        }
      },
    });
  });
  await using it = await setUp({ fetch: transportFetch(transport) });
  for await (const _ of it.page.streamSpeech({ text, voiceId: it.liveVoice })) break;
  await until(() => told === 1);
});

Deno.test("transportFetch says of a service that is away that it is, and not where; the owner is told", async () => {
  const port = closedPort();
  const transport = createGrpcWebTransport({ baseUrl: `http://127.0.0.1:${port}` });
  await using it = await setUp({ fetch: transportFetch(transport) });
  const error = await assertRejects(() => it.page.getUserBalance(), ServiceUnavailableError);
  assertEquals(error.rawMessage, "The speech service cannot be reached.");
  assertEquals(JSON.stringify([error, error.details, it.events]).includes(`${port}`), false);
  const message = "The speech service cannot be reached.";
  assertEquals(it.events, [{ type: "upstream_failed", method: "GetUserBalance", message }]);
});

for (const protocol of OWN) {
  for (const kind of ["hang", "drop"] as const) {
    Deno.test(`transportFetch hands on the id of a paid job whose answer ends in a ${kind}, ${protocol}`, async () => {
      await using it = await open(protocol);
      // The frame of the message is whole, the trailers do not come: it has two fields, of which one is the id.
      const afterBytes = 5 + 2 + "job-00000000-1".length + 2;
      const pause = kind === "drop" ? { pause: 100 } : {};
      it.service.addFault({ kind, method: "GenerateSpeech", afterBytes, ...pause });
      const call = () => it.page.generateSpeech({ text, voiceId: it.voice }, { timeout: 1_000 });
      const error = await assertRejects(call, TsetsenError);
      assertEquals([error.charged, error.requestId], ["yes", it.service.jobs[0]!.requestId]);
      assertEquals(it.service.ledger.charges.length, 1);
    });
  }

  Deno.test(`transportFetch makes no proof of a refusal that its details contradict, ${protocol}`, async () => {
    await using it = await open(protocol);
    it.service.addFault({
      kind: "error",
      code: "RESOURCE_EXHAUSTED",
      charged: true,
      // google.rpc.Status { code: 14 }
      trailers: { "grpc-status-details-bin": "CA4" },
    });
    const error = await assertRejects(
      () => it.page.generateSpeech({ text, voiceId: it.voice }),
      TsetsenError,
    );
    assertEquals(error.charged, "unknown");
    assertEquals(it.service.ledger.charges.length, 1);
  });
}
