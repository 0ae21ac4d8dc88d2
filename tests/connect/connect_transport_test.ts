// connectTransport against a router of Connect's own: gRPC-Web and the Connect protocol, binary and JSON.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { Code, ConnectError, createConnectRouter } from "@connectrpc/connect";
import { createFetchHandler } from "@connectrpc/connect/protocol";
import {
  GenerateSpeechResponse_Status as Status,
  TsetsenTTS,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import {
  AuthenticationError,
  Client,
  InsufficientCreditsError,
  isSafeToRetry,
  type LogEvent,
  RateLimitExceededError,
  RequestStatus,
  type ResponseMetadata,
  ServerError,
  ServiceUnavailableError,
  TsetsenError,
} from "../../mod.ts";
import { connectTransport, type ConnectTransportOptions } from "../../src/connect/mod.ts";
import { rawServer } from "../support/raw_server.ts";
import { failure, GENERATE, KEY, QUICK, STREAM } from "../support/rig.ts";
import { answer, bytesOf, concat, frame } from "../support/wire.ts";

/** A service of Connect's own, behind a socket. It notes the content types that it is asked in. */
function serve(fail?: ConnectError) {
  const types: (string | null)[] = [];
  const router = createConnectRouter({ grpc: false });
  router.service(TsetsenTTS, {
    generateSpeech(_, { responseHeader, responseTrailer }) {
      if (fail !== undefined) throw fail;
      responseHeader.set("x-region", "mn-1");
      responseTrailer.set("x-cost", "7");
      return { requestId: "job-1", status: Status.PENDING };
    },
    async *streamSpeech(_, { responseHeader, responseTrailer }) {
      if (fail !== undefined) throw fail;
      responseHeader.set("x-region", "mn-1");
      responseTrailer.set("x-cost", "7");
      yield { audioChunk: new Uint8Array(3) };
      yield { audioChunk: new Uint8Array(5), isFinal: true };
    },
  });
  const handlers = new Map(
    router.handlers.map((handler) => [handler.requestPath, createFetchHandler(handler)]),
  );
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    types.push(request.headers.get("content-type"));
    const handler = handlers.get(new URL(request.url).pathname);
    return handler?.(request) ?? new Response(null, { status: 404 });
  });
  const endpoint = `http://127.0.0.1:${server.addr.port}`;
  return { endpoint, types, [Symbol.asyncDispose]: () => server.shutdown() };
}

function clientOf(options: ConnectTransportOptions): Client {
  return new Client({ apiKey: KEY, backoff: QUICK, transport: connectTransport(options) });
}

const KINDS = [
  [{ protocol: "grpc-web" }, "application/grpc-web+proto", "application/grpc-web+proto"],
  [
    { protocol: "grpc-web", binary: false },
    "application/grpc-web+json",
    "application/grpc-web+json",
  ],
  [{ protocol: "connect" }, "application/proto", "application/connect+proto"],
  [{ protocol: "connect", binary: false }, "application/json", "application/connect+json"],
] as const;

for (const [kind, unary, stream] of KINDS) {
  const name = JSON.stringify(kind);

  Deno.test(`connectTransport of ${name} submits and streams`, async () => {
    await using service = serve();
    using client = clientOf({ ...kind, endpoint: service.endpoint });
    const { requestId, status } = await client.generateSpeech(GENERATE);
    assertEquals([requestId, status], ["job-1", RequestStatus.PENDING]);
    assertEquals((await client.streamSpeech(STREAM).bytes()).length, 8);
    assertEquals(service.types, [unary, stream]);
  });

  Deno.test(`connectTransport of ${name} hands on headers and trailers, and counts bytes`, async () => {
    await using service = serve();
    const bytes: (number | undefined)[] = [];
    const transport = connectTransport({ ...kind, endpoint: service.endpoint });
    const log = (event: LogEvent) => {
      if (event.type === "end") bytes.push(event.bytes);
    };
    using client = new Client({ apiKey: KEY, transport, log });
    const responses: ResponseMetadata[] = [];
    const options = { onResponse: (response: ResponseMetadata) => responses.push(response) };
    await client.generateSpeech(GENERATE, options);
    await client.streamSpeech(STREAM, options).bytes();
    const told = responses.map((
      { headers, trailers },
    ) => [headers["x-region"], trailers["x-cost"]]);
    assertEquals(told, [["mn-1", "7"], ["mn-1", "7"]]);
    assert(bytes[0]! > 5 && bytes[1]! > 8, `${bytes}`);
  });

  Deno.test(`connectTransport of ${name} knows a refusal, and that it cost nothing`, async () => {
    const refusal = new ConnectError("credits: 0 left", Code.ResourceExhausted);
    await using service = serve(refusal);
    using client = clientOf({ ...kind, endpoint: service.endpoint });
    for (
      const call of [
        () => client.generateSpeech(GENERATE, { maxRetries: 0 }),
        () => client.streamSpeech(STREAM, { maxRetries: 0 }).bytes(),
      ]
    ) {
      assertEquals((await failure(InsufficientCreditsError, call())).charged, "no");
    }
  });
}

Deno.test("connectTransport keeps the id of a job whose message does not fit otherwise", async () => {
  await using server = rawServer((connection) =>
    connection.write(answer(bytesOf('{"requestId":"job-1","status":{}}'), {
      "content-type": "application/json",
    }))
  );
  using client = clientOf({ endpoint: server.url, protocol: "connect", binary: false });
  const error = await failure(TsetsenError, client.generateSpeech(GENERATE));
  assertEquals([error.requestId, error.charged, server.requests.length], ["job-1", "yes", 1]);
});

Deno.test("connectTransport bounds an answer of the Connect protocol", async () => {
  await using server = rawServer((connection) =>
    connection.write(
      answer(new Uint8Array(2_000_000), { "content-type": "application/proto" }),
    ).catch(() => {})
  );
  using client = clientOf({ endpoint: server.url, protocol: "connect" });
  await failure(ServerError, client.getUserBalance({}, { maxRetries: 0 }));
});

Deno.test("connectTransport does not take an answer that it cannot read for an error of the service", async () => {
  const body = concat(frame(0, bytesOf('{"audioChunk":"no base64!"}')), frame(2, bytesOf("{}")));
  await using server = rawServer((connection) =>
    connection.write(answer(body, { "content-type": "application/connect+json" }))
  );
  using client = clientOf({ endpoint: server.url, protocol: "connect", binary: false });
  const error = await failure(ServerError, client.streamSpeech(STREAM).bytes());
  assertEquals([error.charged, isSafeToRetry(error)], ["unknown", false]);
  assertEquals(server.requests.length, 1);
});

Deno.test("connectTransport uses the HTTP status where the JSON is not an error of Connect", async () => {
  const cases = [
    ["401 Unauthorized", "", AuthenticationError, "no"],
    ["429 Too Many Requests", '{"code":8,"message":"quota"}', RateLimitExceededError, "no"],
    ["429 Too Many Requests", '{"code":"quota","message":"quota"}', RateLimitExceededError, "no"],
    ["503 Service Unavailable", "{", ServiceUnavailableError, "unknown"],
    ["429 Too Many Requests", '{"code":"unavailable"}', ServiceUnavailableError, "unknown"],
  ] as const;
  for (const [status, body, Class, charged] of cases) {
    await using server = rawServer((connection) => {
      const type = "content-type: application/json\r\n";
      const head = `HTTP/1.1 ${status}\r\n${type}content-length: ${body.length}\r\n\r\n`;
      return connection.write(bytesOf(head + body));
    });
    using client = clientOf({ endpoint: server.url, protocol: "connect", binary: false });
    const call = client.generateSpeech(GENERATE, { maxRetries: 0 });
    const error = await failure(TsetsenError, call);
    assertEquals([error.constructor, error.charged], [Class, charged], body);
  }
});

Deno.test("connectTransport refuses a protocol and options that do not exist", () => {
  for (const options of [{ protocol: "grpc" }, { endpoit: "x" }]) {
    assertThrows(() => connectTransport(options as unknown as ConnectTransportOptions), TypeError);
  }
});
