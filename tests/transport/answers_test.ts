// Answers that real servers give, over a real socket, with the default client and with the lean one.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  AuthenticationError,
  type BaseClient,
  Client as DefaultClient,
  ConnectionError,
  RateLimitExceededError,
  ServerError,
  TimeoutError,
  TsetsenError,
  wavHeader,
} from "../../mod.ts";
import { StreamSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { Client as LeanClient } from "../../src/lean/mod.ts";
import { hex } from "../support/hex.ts";
import { type RawConnection, rawServer } from "../support/raw_server.ts";
import { failure, GENERATE, KEY, QUICK, STREAM, within } from "../support/rig.ts";
import { answer, bytesOf, concat, frame, message, trailers } from "../support/wire.ts";

const CLIENTS = [["the default", DefaultClient], ["lean", LeanClient]] as const;

/** Serves each request by the next of `answers`, the last of them for ever, and runs `test` with a client. */
function over(
  Client: (typeof CLIENTS)[number][1],
  answers: readonly ((connection: RawConnection) => Promise<void>)[],
  test: (client: BaseClient, requests: () => number) => Promise<void>,
  options: { readonly maxRetries?: number; readonly timeout?: number } = {},
): () => Promise<void> {
  return async () => {
    let count = 0;
    await using server = rawServer((connection) => {
      const next = answers[Math.min(count++, answers.length - 1)]!;
      return next(connection);
    });
    using client = new Client({
      apiKey: KEY,
      endpoint: server.url,
      backoff: QUICK,
      maxRetries: 0,
      ...options,
    });
    await within(test(client, () => count));
  };
}

const whole = (body: Uint8Array, headers: Record<string, string> = {}) => (c: RawConnection) =>
  c.write(answer(body, headers));

/** GenerateSpeechResponse { request_id: "job-1", status: PENDING }, and CheckStatusResponse of a job that COMPLETED. */
const JOB = frame(0, hex("0a 05 6a 6f 62 2d 31 10 01"));
const DONE = frame(0, hex("0a 05 6a 6f 62 2d 31 10 03 1a 01 61"));
const OK = trailers();
const EMPTY_TRAILERS = hex("80 00 00 00 00");

/** google.rpc.Status { code: RESOURCE_EXHAUSTED }, in base64. */
const EXHAUSTED = "CAg=";

for (const [name, Client] of CLIENTS) {
  const test = (title: string, run: () => Promise<void>) =>
    Deno.test(`${title}, with ${name}`, run);

  test(
    "Client.generateSpeech reads a status in the headers beside an empty trailers frame",
    over(Client, [
      whole(EMPTY_TRAILERS, { "grpc-status": "8", "grpc-message": "rate limit" }),
      whole(concat(JOB, OK)),
    ], async (client, requests) => {
      // The status proves a refusal, so the policy may send it again.
      assertEquals((await client.generateSpeech(GENERATE, { maxRetries: 1 })).requestId, "job-1");
      assertEquals(requests(), 2);
    }),
  );

  test(
    "Client.generateSpeech says that something on the way made text of the bytes, and keeps the job's id",
    over(Client, [
      whole(new TextEncoder().encode(new TextDecoder().decode(concat(JOB, OK)))),
    ], async (client) => {
      const error = await failure(ServerError, client.generateSpeech(GENERATE));
      assertEquals([error.charged, error.requestId], ["yes", "job-1"]);
      assertStringIncludes(error.message, "(239: bytes read as text on the way)");
    }),
  );

  for (const method of ["generateSpeech", "streamSpeech"] as const) {
    const call = (client: BaseClient): Promise<unknown> =>
      method === "generateSpeech"
        ? client.generateSpeech(GENERATE)
        : client.streamSpeech(STREAM).bytes();

    test(
      `Client.${method} takes UNAUTHENTICATED in the headers beside an empty trailers frame for a refusal`,
      over(Client, [whole(EMPTY_TRAILERS, { "grpc-status": "16" })], async (client) => {
        assertEquals((await failure(AuthenticationError, call(client))).charged, "no");
      }),
    );

    for (const [headers, last] of [["8", "14"], ["14", "8"], ["8", "0"]] as const) {
      test(
        `Client.${method} takes ${headers} in the headers and ${last} in the trailers for no refusal`,
        over(
          Client,
          [whole(trailers({ "grpc-status": last }), { "grpc-status": headers })],
          async (client, requests) => {
            const error = await failure(TsetsenError, call(client));
            assertEquals([error.charged, requests()], ["unknown", 1]);
            // The trailers come last, and count.
            assertEquals(error.statusCode, last === "0" ? undefined : Number(last));
          },
          { maxRetries: 3 },
        ),
      );
    }

    test(
      `Client.${method} reads trailers with capitals, blanks and empty lines`,
      over(
        Client,
        [whole(hex("80 00000014 477270632d5374617475733a20380d0a0d0a0d0a"))],
        async (client) => {
          assertEquals((await failure(RateLimitExceededError, call(client))).statusCode, 8);
        },
      ),
    );

    test(
      `Client.${method} sends nothing again when the details name another code than the status`,
      over(
        Client,
        [whole(new Uint8Array(), { "grpc-status": "14", "grpc-status-details-bin": EXHAUSTED })],
        async (client, requests) => {
          assertEquals((await failure(TsetsenError, call(client))).charged, "unknown");
          assertEquals(requests(), 1);
        },
        { maxRetries: 3 },
      ),
    );

    test(
      `Client.${method} keeps a status that has come when the connection is cut behind it`,
      over(Client, [async (connection) => {
        const body = trailers({ "grpc-status": "8", "grpc-message": "rate limit" });
        await connection.write(concat(
          bytesOf(
            "HTTP/1.1 200 OK\r\ncontent-type: application/grpc-web+proto\r\ntransfer-encoding: chunked\r\n\r\n",
          ),
          bytesOf(`${body.length.toString(16)}\r\n`),
          body,
          bytesOf("\r\n"),
        ));
        // The last chunk, which says that the body is whole, never comes.
        connection.close();
      }], async (client) => {
        const error = await failure(RateLimitExceededError, call(client));
        assertEquals([error.statusCode, error.charged], [8, "no"]);
      }),
    );

    test(
      `Client.${method} takes a status outside gRPC-Web for the deadline once that has passed`,
      over(Client, [async (connection) => {
        const ms = Number(/^grpc-timeout: *(\d+)m/im.exec(connection.request.head)?.[1]);
        assert(ms <= 300);
        await new Promise((resolve) => setTimeout(resolve, ms));
        // tonic 0.14 answers an expired deadline so.
        const headers = { "grpc-status": "1", "grpc-message": "Timeout expired" };
        await connection.write(
          answer(new Uint8Array(), { "content-type": "application/grpc", ...headers }),
        ).catch(() => {});
      }], async (client) => {
        const options = { timeout: 300 };
        const work = method === "generateSpeech"
          ? client.generateSpeech(GENERATE, options)
          : client.streamSpeech(STREAM, options).bytes();
        await failure(TimeoutError, work);
      }),
    );
  }

  test(
    "Client.checkStatus reads an answer whose content type is */*, and says what it accepts",
    over(Client, [async (connection) => {
      assert(/^accept: *application\/grpc-web\+proto\r?$/im.test(connection.request.head));
      await connection.write(answer(concat(DONE, OK), { "content-type": "*/*" }));
    }], async (client) => {
      assertEquals((await client.checkStatus("job-1")).status, 3);
    }),
  );

  for (const status of [500, 520]) {
    test(
      `Client.waitForCompletion goes on after HTTP ${status}`,
      over(Client, [
        (connection) =>
          connection.write(bytesOf(`HTTP/1.1 ${status} Weather\r\ncontent-length: 0\r\n\r\n`)),
        whole(concat(DONE, OK)),
      ], async (client) => {
        assertEquals((await client.waitForCompletion("job-1", { maxRetries: 3 })).status, 3);
      }),
    );
  }

  test(
    "Client.waitForCompletion follows its own job that the service does not know at first",
    over(Client, [
      whole(concat(JOB, OK)),
      whole(trailers({ "grpc-status": "5" })),
      whole(concat(DONE, OK)),
    ], async (client) => {
      const { requestId } = await client.generateSpeech(GENERATE);
      assertEquals((await client.waitForCompletion(requestId, { maxRetries: 3 })).status, 3);
    }),
  );

  test(
    "Client.generateSpeech keeps an id of 900,000 characters whole, and the message of its error short",
    over(Client, [
      whole(concat(
        // The length of the field is a varint of three bytes.
        frame(0, concat(hex("0a a0 f7 36"), new Uint8Array(900_000).fill(97))),
        trailers({ "grpc-status": "13" }),
      )),
    ], async (client) => {
      const error = await failure(TsetsenError, client.generateSpeech(GENERATE));
      assertEquals([error.requestId?.length, error.charged], [900_000, "yes"]);
      assert(error.message.length < 2_000, `${error.message.length}`);
    }),
  );

  test(
    "Client.generateSpeech keeps the id of a message that is cut behind it",
    // request_id: "job-1", and the tag of a field whose value is missing.
    over(Client, [whole(concat(frame(0, hex("0a 05 6a 6f 62 2d 31 10")), OK))], async (client) => {
      const error = await failure(ServerError, client.generateSpeech(GENERATE));
      assertEquals([error.requestId, error.charged], ["job-1", "yes"]);
    }),
  );

  test(
    "Client.streamSpeech calls a stream without a message an error",
    over(Client, [whole(OK)], async (client) => {
      const error = await failure(ServerError, client.streamSpeech(STREAM).bytes());
      assertEquals(error.charged, "unknown");
    }),
  );

  test(
    "Client.streamSpeech reads a stream whose headers say OK, too",
    over(Client, [
      whole(
        concat(
          message(StreamSpeechResponseSchema, { audioChunk: new Uint8Array(4), isFinal: true }),
          OK,
        ),
        { "grpc-status": "0" },
      ),
    ], async (client) => {
      assertEquals((await client.streamSpeech(STREAM).bytes()).length, 4);
    }),
  );

  test(
    "Client.streamSpeech calls a WAV that is shorter than its header says an error",
    over(Client, [
      whole(concat(
        message(StreamSpeechResponseSchema, { audioChunk: wavHeader(96_000) }),
        message(StreamSpeechResponseSchema, { audioChunk: new Uint8Array(48_000), isFinal: true }),
        trailers({ "grpc-status": "13" }),
      )),
    ], async (client) => {
      const error = await failure(TsetsenError, client.streamSpeech(STREAM).bytes());
      assertEquals(error.charged, "yes");
    }),
  );

  test(
    "Client.streamSpeech does not wait longer than idleTimeout for a service that asks to wait",
    over(Client, [
      (connection) =>
        connection.write(
          bytesOf("HTTP/1.1 429 Too Many\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n"),
        ),
    ], async (client) => {
      const limits = { timeout: 1_500, idleTimeout: 1_500 };
      const start = performance.now();
      const error = await failure(
        RateLimitExceededError,
        client.streamSpeech(STREAM, { ...limits, maxRetries: 3 }).bytes(),
      );
      assertEquals(error.retryAfter, 2_000);
      assert(performance.now() - start < 1_900);
    }),
  );

  // Deno and Node say which ports `fetch` refuses (https://fetch.spec.whatwg.org/#port-blocking).
  Deno.test(`Client.generateSpeech was not charged when fetch refuses the port, with ${name}`, async () => {
    using client = new Client({ apiKey: KEY, endpoint: "http://127.0.0.1:6000", maxRetries: 0 });
    assertEquals((await failure(ConnectionError, client.generateSpeech(GENERATE))).charged, "no");
  });

  Deno.test(`Client ends at once when its fetch rejects with an error that is its own cause, with ${name}`, async () => {
    const endless = new AggregateError([], "in a circle");
    endless.cause = endless;
    endless.errors = Array(10).fill(endless);
    const fetch = () => Promise.reject(endless);
    using client = new Client({ apiKey: KEY, endpoint: "tts.example", maxRetries: 0, fetch });
    const start = performance.now();
    await failure(ConnectionError, client.generateSpeech(GENERATE));
    assert(performance.now() - start < 500, "it took too long");
  });
}
