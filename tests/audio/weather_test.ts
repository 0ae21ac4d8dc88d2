// A download costs nothing: what may pass is asked again, within its limits and on another connection.

import { assert, assertEquals } from "@std/assert";
import {
  AuthenticationError,
  encodeWav,
  PermissionDeniedError,
  ResourceNotFoundError,
  ServerError,
  TimeoutError,
  TsetsenError,
} from "../../mod.ts";
import { type AudioAnswer, audioServer, JOB } from "../support/audio_server.ts";
import { clientOf, failure, within } from "../support/rig.ts";

const WAV = encodeWav(Uint8Array.from({ length: 48_000 }, (_, i) => i % 200));
const GOOD: AudioAnswer = { body: WAV, headers: { etag: '"one"' } };

Deno.test("Client.downloadAudio asks again after a failure that may pass", async () => {
  for (const status of [403, 404, 408, 421, 425, 429, 500, 502, 503, 504, 520, 522, 529, 599]) {
    await using server = audioServer({ status }, { status }, GOOD);
    using client = clientOf(server.url, { maxRetries: 2 });
    const audio = client.downloadAudio({ audioUrl: `${server.url}/a`, requestId: JOB });
    assertEquals(await audio.bytes(), WAV, `${status}`);
    assertEquals(server.requests.length, 3, `${status}`);
  }
});

Deno.test("Client.downloadAudio ends with what the server said when it does not pass", async () => {
  const classes = {
    403: PermissionDeniedError,
    404: ResourceNotFoundError,
    500: ServerError,
    520: ServerError,
  };
  for (const [status, Class] of Object.entries(classes)) {
    await using server = audioServer({ status: Number(status) });
    using client = clientOf(server.url, { maxRetries: 2 });
    const source = { audioUrl: `${server.url}/a?signature=s3cret`, requestId: JOB };
    const error = await failure<TsetsenError>(Class, client.downloadAudio(source).bytes());
    assertEquals([error.statusCode, error.requestId], [Number(status), JOB]);
    assertEquals(error.constructor, Class);
    assert(!Deno.inspect(error).includes("s3cret"));
    assertEquals(server.requests.length, 3, "no more often than maxRetries");
  }
});

Deno.test("Client.downloadAudio does not ask again after an answer that is final", async () => {
  for (
    const [status, Class] of [[400, ServerError], [401, AuthenticationError], [
      410,
      ResourceNotFoundError,
    ]] as const
  ) {
    await using server = audioServer({ status }, GOOD);
    using client = clientOf(server.url, { maxRetries: 2 });
    await failure<TsetsenError>(
      Class,
      client.downloadAudio({ audioUrl: `${server.url}/a` }).bytes(),
    );
    assertEquals(server.requests.length, 1, `${status}`);
  }
});

Deno.test("Client.downloadAudio waits as long as the server of the audio asks, and no longer than its bound", async () => {
  await using server = audioServer({ status: 503, headers: { "retry-after": "61" } });
  using client = clientOf(server.url);
  const error = await failure(
    TsetsenError,
    within(client.downloadAudio({ audioUrl: `${server.url}/a` }).bytes()),
  );
  assertEquals([error.retryAfter, server.requests.length], [61_000, 1]);
});

Deno.test("AudioDownload goes on where it was when the connection falls silent", async () => {
  const silent: AudioAnswer = { ...GOOD, until: 20_000, then: "silence" };
  await using server = audioServer(silent, { ...GOOD, status: 206 });
  using client = clientOf(server.url, { maxRetries: 1 });
  const audio = client.downloadAudio({ audioUrl: `${server.url}/a` }, { idleTimeout: 1_000 });
  assertEquals(await audio.bytes(), WAV);
  const [, second] = server.requests;
  assert(/^range: bytes=20000-/im.test(second!.head), second!.head.slice(0, 300));
  assert(/^if-range: "one"/im.test(second!.head));
  // On another connection: the silent one is given up.
  assertEquals(server.connections, 2);
});

Deno.test("AudioDownload tries another connection when one is mute, and leaves it time before the deadline", async () => {
  await using server = audioServer({ then: "silence" }, GOOD);
  using client = clientOf(server.url, { maxRetries: 1, timeout: 30_000 });
  const audio = client.downloadAudio({ audioUrl: `${server.url}/a` }, { timeout: 1_500 });
  assertEquals(await audio.bytes(), WAV);
  assertEquals([server.requests.length, server.connections], [2, 2]);
});

Deno.test("AudioDownload tries another connection when one that is kept in the pool is mute", async () => {
  // The first download leaves a connection in the pool, on which the second is not answered.
  await using server = audioServer(GOOD, { then: "silence" }, GOOD);
  using client = clientOf(server.url, { maxRetries: 1 });
  const source = { audioUrl: `${server.url}/a` };
  assertEquals(await client.downloadAudio(source).bytes(), WAV);
  assertEquals(await client.downloadAudio(source, { idleTimeout: 1_000 }).bytes(), WAV);
  assertEquals(server.requests.map(({ connection }) => connection), [1, 1, 2]);
});

Deno.test("AudioDownload ends at idleTimeout when every connection is silent", async () => {
  for (const until of [undefined, 20_000]) {
    await using server = audioServer({ ...GOOD, until, then: "silence" } as AudioAnswer);
    using client = clientOf(server.url, { maxRetries: 2 });
    const audio = client.downloadAudio(
      { audioUrl: `${server.url}/a`, requestId: JOB },
      { idleTimeout: 60 },
    );
    const error = await failure(TsetsenError, within(audio.bytes()));
    if (until === undefined) {
      assert(error instanceof TimeoutError, `${error}`);
      assert(error.message.includes("sent nothing for 60 ms (idleTimeout)"), error.message);
      assertEquals(server.requests.length, 3);
    }
    assertEquals([error.requestId, error.charged], [JOB, "yes"]);
  }
});

Deno.test("AudioDownload ends at its deadline, not before and not after, when every connection is silent", async () => {
  await using server = audioServer({ then: "silence" });
  using client = clientOf(server.url, { maxRetries: 5 });
  const start = performance.now();
  const audio = client.downloadAudio({ audioUrl: `${server.url}/a` }, { timeout: 400 });
  const error = await failure(TimeoutError, within(audio.bytes()));
  assert(performance.now() - start > 395, `${performance.now() - start} ms`);
  assert(error.message.includes("longer than its timeout of 400 ms"), error.message);
});
