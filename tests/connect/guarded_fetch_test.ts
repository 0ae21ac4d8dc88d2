// connect-web over our guard against connect-web alone: what is sent, what interceptors see, and what becomes of an answer.

import { ConnectError, type Interceptor, type Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { assert, assertEquals } from "@std/assert";
import { TsetsenTTS } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { guardedFetch } from "../../src/connect/guarded_fetch.ts";
import { Lifetime } from "../../src/lib/lifetime.ts";
import { cannedFetch, grpcWeb } from "../support/canned_fetch.ts";
import { hex, string, toHex } from "../support/hex.ts";

const baseUrl = "https://tts.example/some/path";
const { checkStatus, streamSpeech } = TsetsenTTS.method;
const METHODS = ["unary", "stream"] as const;

/** CheckStatusResponse { request_id: "job" }, and StreamSpeechResponse { error_message: "job" } but for the number. */
const MESSAGE = { unary: string(1, "job"), stream: string(3, "job") };

interface Options {
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  readonly interceptors: Interceptor[];
}

/** connect-web's transport over our guard. */
function ours({ fetch, ...options }: Options, unary: boolean): Transport {
  const call = {
    lifetime: new Lifetime(new Set()),
    headers: {},
    billable: false,
    secrets: [],
    maxMessageBytes: 1_000,
  };
  const guard = { call, unary, origin: "https://tts.example", fetch };
  return createGrpcWebTransport({ ...options, fetch: guardedFetch(guard) });
}

/** Everything about one call that can be seen from outside. */
async function observe(
  kind: typeof METHODS[number],
  answer: Response,
  make: (options: Options, unary: boolean) => Transport,
  intercepted = true,
): Promise<unknown> {
  const seen: unknown[] = [];
  const interceptor: Interceptor = (next) => async (request) => {
    const { stream, url, requestMethod, method, service, header } = request;
    const messages = stream ? await Array.fromAsync(request.message) : [request.message];
    seen.push({ stream, url, requestMethod, method: method.name, service: service.typeName });
    seen.push({ header: [...header], messages });
    // What an interceptor puts in the place of another is what is sent.
    header.set("x-intercepted", "yes");
    const [message] = messages.map((message) => ({ ...message, apiKey: "other" }));
    if (request.stream) return await next({ ...request, message: iterable([message!]) });
    return await next({ ...request, message: message! });
  };
  const canned = cannedFetch(() => answer);
  const interceptors = intercepted ? [interceptor] : [];
  const transport = make({ baseUrl, fetch: canned.fetch, interceptors }, kind === "unary");
  const header = { "x-user-agent": "test", "x-api-key": "key" };
  const call = [undefined, undefined, header] as const;
  let result: unknown;
  try {
    if (kind === "unary") {
      const input = { apiKey: "key", requestId: "job" };
      const { header, trailer, message } = await transport.unary(checkStatus, ...call, input);
      result = { header: [...header], trailer: [...trailer], message };
    } else {
      const input = iterable([{ apiKey: "key", text: "Сайн", voiceId: "voice", speed: 1.5 }]);
      const { header, trailer, message } = await transport.stream(streamSpeech, ...call, input);
      const messages = await Array.fromAsync(message);
      result = { header: [...header], trailer: [...trailer], messages };
    }
  } catch (error) {
    const { code, rawMessage, metadata, details } = ConnectError.from(error);
    result = { code, rawMessage, metadata: [...metadata], details };
  }
  const sent = canned.sent.map(({ url, method, headers, body }) => ({
    url,
    method,
    // Only the guard asks for a type.
    headers: [...headers].filter(([name]) => name !== "accept"),
    body: toHex(body),
  }));
  return { sent, seen, result };
}

async function* iterable<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

/** google.rpc.Status { code: 8, message: "slow down", details: [Any { google.rpc.RetryInfo { retry_delay 7 s } }] } */
const DETAILS = btoa(String.fromCharCode(...hex(`
  08 08 12 09 73 6c 6f 77 20 64 6f 77 6e
  1a 30 0a 28 ${toHex(new TextEncoder().encode("type.googleapis.com/google.rpc.RetryInfo"))}
  12 04 0a 02 08 07`)));

const ANSWERS: Record<string, (message: Uint8Array) => Response> = {
  "OK": (message) => grpcWeb([message]),
  "OK, with more in headers and trailers": (message) =>
    grpcWeb([message], { "grpc-status": "0", "grpc-message": "", "x-tail": "1" }, {
      "x-head": "2",
    }),
  "a status with a message": () =>
    grpcWeb([], { "grpc-status": "5", "grpc-message": "no%20such%20job", "x-tail": "1" }),
  "a status after a message": (message) => grpcWeb([message], { "grpc-status": "13" }),
  "details": () =>
    grpcWeb([], { "grpc-status": "8", "grpc-status-details-bin": DETAILS }, { "x-head": "2" }),
  "a status that gRPC does not know": () => grpcWeb([], { "grpc-status": "99" }),
  "a status in the headers": () =>
    new Response(null, {
      headers: {
        "content-type": "application/grpc-web+proto",
        "grpc-status": "7",
        "grpc-message": "not%20yours",
      },
    }),
};

for (const [name, answer] of Object.entries(ANSWERS)) {
  Deno.test(`guardedFetch lets connect-web make the same of ${name} as without it`, async () => {
    for (const kind of METHODS) {
      for (const intercepted of [true, false]) {
        const run = (make: typeof ours) => observe(kind, answer(MESSAGE[kind]), make, intercepted);
        const expected = await run(createGrpcWebTransport);
        const text = JSON.stringify(expected);
        assert(text.includes(`"url":"${baseUrl}`));
        assertEquals(text.includes("google.rpc.RetryInfo"), name === "details");
        assertEquals(await run(ours), expected, `${kind}, intercepted: ${intercepted}`);
      }
    }
  });
}
