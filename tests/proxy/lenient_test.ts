// Answers of real gateways that write types and statuses in their own way, and servers on the way that answer instead.

import { assertEquals, assertRejects } from "@std/assert";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  GenerateSpeechResponseSchema,
  GetUserBalanceResponseSchema,
  ListVoicesResponseSchema,
  StreamSpeechResponseSchema,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import {
  type Client,
  InvalidRequestError,
  RateLimitExceededError,
  ServerError,
  ServiceUnavailableError,
  type TsetsenError,
} from "../../mod.ts";
import { framed, startProxy, startUpstream, trailers } from "./setup.ts";
import { concat } from "../support/hex.ts";

const KEY = "tsetsen-prod-Xy12345678";
const SPEECH = { text: "Сайн байна уу?", voiceId: "v" };

const OK = trailers({ "grpc-status": "0" });
const EMPTY = framed(0x80, new Uint8Array(0));
const credits = framed(
  0,
  toBinary(GetUserBalanceResponseSchema, create(GetUserBalanceResponseSchema, { credits: 7 })),
);

interface Answer {
  readonly type?: string | undefined;
  readonly headers?: Record<string, string>;
  readonly status?: number;
  readonly body?: Uint8Array<ArrayBuffer>;
}

/** A proxy before a service that answers so to every call. */
function open({ type, headers = {}, status = 200, body = new Uint8Array(0) }: Answer) {
  /** The header `accept` of each request. */
  const requests: (string | null)[] = [];
  const upstream = startUpstream(async (request) => {
    requests.push(request.headers.get("accept"));
    await request.arrayBuffer();
    const given = type === undefined ? headers : { "content-type": type, ...headers };
    return new Response(body, { status, headers: given });
  });
  const proxy = startProxy({ apiKey: KEY, endpoint: upstream.url });
  return {
    ...proxy,
    requests,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

const LENIENT = [
  "*/*",
  undefined,
  "application/octet-stream",
  "application/grpc",
  "application/grpc+proto",
  "application/grpc-web; charset=utf-8",
  "Application/gRPC-Web+Proto",
];

for (const type of LENIENT) {
  Deno.test(`createProxy reads an answer of the type ${type} as gRPC-Web, where the frames are`, async () => {
    await using t = open({ type, body: concat(credits, OK) });
    assertEquals((await t.page.getUserBalance()).credits, 7);
    assertEquals(t.requests, ["application/grpc-web+proto"]);
  });
}

const PAGE = new TextEncoder().encode("<html>not here</html>");

for (
  const type of ["*/*", undefined, "text/html", "application/json", "application/grpc-web-text"]
) {
  Deno.test(`createProxy takes no page of the type ${type} for an answer`, async () => {
    await using t = open({ type, body: PAGE });
    const error = await assertRejects(() => t.page.generateSpeech(SPEECH), ServerError);
    assertEquals([error.statusCode, error.charged], [13, "unknown"]);
    assertEquals(t.events.map(({ type }) => type), ["upstream_failed"]);
  });
}

const BUSY = { "grpc-status": "8", "grpc-message": "rate limit" };

/** Where a status may stand. */
const PLACES: Readonly<Record<string, Answer>> = {
  "in the headers, with an empty frame of trailers": { headers: BUSY, body: EMPTY },
  "in the headers, without a body": { headers: BUSY },
  "in the headers of an answer without a type": { headers: BUSY, type: "*/*" },
  "in the headers of native gRPC": { headers: BUSY, type: "application/grpc" },
  "in the trailers": { body: trailers(BUSY) },
  "in trailers with capitals and blank lines": {
    body: framed(0x80, new TextEncoder().encode("Grpc-Status: 8\r\n\r\n")),
  },
  "in the headers of HTTP 503": { headers: BUSY, status: 503 },
};

for (const [where, answer] of Object.entries(PLACES)) {
  Deno.test(`createProxy finds a status ${where}`, async () => {
    await using t = open({ type: "application/grpc-web+proto", ...answer });
    const calls: ((client: Client) => Promise<unknown>)[] = [
      (client) => client.generateSpeech(SPEECH),
      (client) => client.streamSpeech(SPEECH).bytes(),
    ];
    for (const call of calls) {
      const error = await assertRejects(() => call(t.page), RateLimitExceededError);
      assertEquals(error.charged, "no");
    }
  });
}

for (const [what, body] of [["an empty frame", EMPTY], ["nothing", new Uint8Array(0)]] as const) {
  Deno.test(`createProxy finds OK in the headers when ${what} follows the message`, async () => {
    const message = framed(
      0,
      toBinary(
        GenerateSpeechResponseSchema,
        create(GenerateSpeechResponseSchema, { requestId: "job-7" }),
      ),
    );
    await using t = open({
      type: "application/grpc-web+proto",
      headers: { "grpc-status": "0" },
      body: concat(message, body),
    });
    assertEquals((await t.page.generateSpeech(SPEECH)).requestId, "job-7");
  });
}

/** What servers on the way answer in the service's place: HTTP status, class, gRPC status, charged. */
const PAGES:
  readonly (readonly [number, new (...args: never[]) => TsetsenError, number, string])[] = [
    [413, InvalidRequestError, 3, "no"],
    [429, RateLimitExceededError, 8, "no"],
    [500, ServiceUnavailableError, 14, "unknown"],
    [502, ServiceUnavailableError, 14, "unknown"],
    [504, ServiceUnavailableError, 14, "unknown"],
    [520, ServiceUnavailableError, 14, "unknown"],
    [530, ServiceUnavailableError, 14, "unknown"],
    [400, ServerError, 13, "unknown"],
    [404, ServerError, 13, "unknown"],
    [501, ServerError, 13, "unknown"],
  ];

for (const [status, Class, code, charged] of PAGES) {
  Deno.test(`createProxy says of HTTP ${status} what it is`, async () => {
    await using t = open({ type: "text/html", status, body: PAGE });
    const error = await assertRejects(() => t.page.generateSpeech(SPEECH), Class) as TsetsenError;
    assertEquals([error.statusCode, error.charged], [code, charged]);
    if (status !== 429) assertEquals(error.rawMessage?.includes(`HTTP ${status}`), true);
    assertEquals(t.requests.length, 1);
  });
}

const message = (init: { audioChunk?: Uint8Array<ArrayBuffer>; isFinal?: boolean }) =>
  framed(
    0,
    toBinary(StreamSpeechResponseSchema, create(StreamSpeechResponseSchema, init)),
  );

const SILENT: Readonly<Record<string, Uint8Array<ArrayBuffer>[]>> = {
  "no message": [OK],
  "empty messages": [message({}), message({}), OK],
  "an empty last chunk": [message({ audioChunk: new Uint8Array(0), isFinal: true }), OK],
};

for (const [what, frames] of Object.entries(SILENT)) {
  Deno.test(`createProxy calls a stream of ${what} no success`, async () => {
    await using t = open({ type: "application/grpc-web+proto", body: concat(...frames) });
    const response = await fetch(`${t.url}/tsetsen.api.v1.TsetsenTTS/StreamSpeech`, {
      method: "POST",
      headers: { "content-type": "application/grpc-web+proto" },
      // text: "a", voice_id: "v"
      body: framed(0, new Uint8Array([0x12, 1, 0x61, 0x1a, 1, 0x76])),
    });
    const body = await response.text();
    assertEquals(/grpc-status: (\d+)/.exec(body)?.[1], "13");
  });
}

Deno.test("createProxy keeps a status that has come when the connection is cut behind it", async () => {
  const bytes = trailers(BUSY);
  const raw = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = raw.addr as Deno.NetAddr;
  const serving = (async () => {
    for await (const connection of raw) {
      await connection.read(new Uint8Array(8_192));
      const head = "HTTP/1.1 200 OK\r\ncontent-type: application/grpc-web+proto\r\n" +
        `transfer-encoding: chunked\r\n\r\n${bytes.length.toString(16)}\r\n`;
      await connection.write(concat(new TextEncoder().encode(head), bytes));
      await new Promise((resolve) => setTimeout(resolve, 30));
      connection.close();
    }
  })();
  try {
    await using t = startProxy({ apiKey: KEY, endpoint: `http://127.0.0.1:${port}` });
    await assertRejects(() => t.page.generateSpeech(SPEECH), RateLimitExceededError);
    const stream = t.page.streamSpeech(SPEECH);
    await assertRejects(() => stream.bytes(), RateLimitExceededError);
  } finally {
    raw.close();
    await serving;
  }
});

Deno.test("createProxy reads no list of a million empty voices, and filters a long one without objects", async () => {
  const voices = Array.from({ length: 2_000 }, (_, i) => ({ id: `v${i}`, name: "Болд" }));
  const long = toBinary(ListVoicesResponseSchema, create(ListVoicesResponseSchema, { voices }));
  const empty = new Uint8Array(2_000_000);
  for (let at = 0; at < empty.length; at += 2) empty[at] = 0x0a;
  for (const [data, expected] of [[long, ["v7"]], [empty, undefined]] as const) {
    await using upstream = startUpstream(() =>
      new Response(concat(framed(0, data), OK), {
        headers: { "content-type": "application/grpc-web+proto" },
      })
    );
    await using t = startProxy({ apiKey: KEY, endpoint: upstream.url, voices: ["v7"] });
    if (expected === undefined) await assertRejects(() => t.page.listVoices(), ServerError);
    else assertEquals((await t.page.listVoices()).voices.map(({ id }) => id), [...expected]);
  }
});
