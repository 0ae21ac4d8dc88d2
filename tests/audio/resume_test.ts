// A download whose connection is lost on the way.

import { assert, assertEquals } from "@std/assert";
import {
  type CheckStatusResponse,
  type Client,
  ConnectionError,
  PermissionDeniedError,
  ServerError,
  TimeoutError,
  type TsetsenError,
} from "../../mod.ts";
import type { AudioFault } from "../../src/emulator/mod.ts";
import { rawServer } from "../support/raw_server.ts";
import { clientOf, failure, GENERATE, rejection, type Rig, setUp } from "../support/rig.ts";
import { bytesOf, concat } from "../support/wire.ts";

/** Long enough for several pieces. */
const TEXT = "Хүн бүр төрж мэндлэхдээ эрх чөлөөтэй. ".repeat(4);

async function finished({ client, emulator }: Rig): Promise<[CheckStatusResponse, Uint8Array]> {
  const { requestId } = await client.generateSpeech({ ...GENERATE, text: TEXT });
  const done = await client.waitForCompletion(requestId);
  const whole = await (await emulator.fetch(done.audioUrl!)).bytes();
  assert(whole.length > 200_000);
  return [done, whole];
}

/** A lost connection, after what came before it has been read. */
const DROP = { kind: "drop", method: "Audio", pause: 30 } as const;

/** The ranges that were asked for, with what they depended on. */
function ranges({ emulator }: Rig): (string | undefined)[][] {
  return emulator.requests.filter(({ method, headers }) => method === "Audio" && headers["range"])
    .map(({ headers }) => [headers["range"], headers["if-range"]]);
}

Deno.test("AudioDownload goes on where its connection was lost, as often as maxRetries", async () => {
  await using rig = await setUp({ client: { maxRetries: 3 } });
  const [done, whole] = await finished(rig);
  for (const afterBytes of [100_000, 1, 50_000]) {
    rig.emulator.addFault({ ...DROP, afterBytes });
  }
  const came: number[] = [];
  const audio = rig.client.downloadAudio(done, { onProgress: ({ bytes }) => came.push(bytes) });
  assertEquals(await audio.bytes(), whole);
  const etag = (await rig.emulator.fetch(done.audioUrl!, { method: "HEAD" })).headers.get("etag")!;
  assertEquals(ranges(rig), [
    ["bytes=100000-", etag],
    ["bytes=100001-", etag],
    ["bytes=150001-", etag],
  ]);
  assertEquals(rig.log.map(({ type, method, error }) => [type, method, error.code]), [
    ["retry", "Download", "connection_error"],
    ["retry", "Download", "connection_error"],
    ["retry", "Download", "connection_error"],
  ]);
  assertEquals(came, came.toSorted((a, b) => a - b));
  assertEquals(came.at(-1), whole.length);
});

Deno.test("AudioDownload resumes no more often than maxRetries, and then says what was lost", async () => {
  for (const maxRetries of [0, 2]) {
    await using rig = await setUp({ client: { maxRetries } });
    const [done] = await finished(rig);
    rig.emulator.addFault({ ...DROP, afterBytes: 5_000, times: Infinity });
    const error = await failure(ConnectionError, rig.client.downloadAudio(done).bytes());
    assertEquals([error.requestId, error.charged], [done.requestId, "yes"]);
    assertEquals(ranges(rig).length, maxRetries);
  }
});

Deno.test("AudioDownload resumes what a server cuts short cleanly, and waits out a busy one", async () => {
  await using rig = await setUp({ client: { maxRetries: 2 } });
  const [done, whole] = await finished(rig);
  rig.emulator.addFault({ ...DROP, afterBytes: 70_000 });
  rig.emulator.addFault({ kind: "http", method: "Audio", status: 503 });
  assertEquals(await rig.client.downloadAudio(done).bytes(), whole);
  assertEquals(rig.log.map(({ error }) => error.code), ["connection_error", "service_unavailable"]);

  let requests = 0;
  await using server = rawServer(async ({ request, write, close }) => {
    const from = Number(/^range: *bytes=(\d+)-/im.exec(request.head)?.[1] ?? 0);
    const to = Math.min(from + 4_000, 10_000);
    const rest = `content-length: ${10_000 - from}\r\ncontent-range: bytes ${from}-9999/10000`;
    const status = requests++ === 0 ? "200 OK" : "206 Partial Content";
    await write(bytesOf(`HTTP/1.1 ${status}\r\netag: "one"\r\n${rest}\r\n\r\n`));
    await write(Uint8Array.from({ length: to - from }, (_, i) => (from + i) % 251));
    close();
  });
  using client = clientOf(server.url);
  const bytes = await client.downloadAudio({ audioUrl: `${server.url}/a` }).bytes();
  assertEquals(bytes, Uint8Array.from({ length: 10_000 }, (_, i) => i % 251));
  assertEquals(requests, 3);
});

Deno.test("AudioDownload never joins two versions, and says that the audio has changed", async () => {
  await using rig = await setUp();
  const [done, whole] = await finished(rig);
  const other = whole.map((byte) => byte ^ 1);
  const faults: Omit<AudioFault, "kind">[] = [
    { etag: '"another"', bytes: other },
    { etag: "" },
    { bytes: other.slice(0, 50_000) },
    { ranges: false },
  ];
  for (const fault of faults) {
    rig.emulator.addFault({ ...DROP, afterBytes: 60_000 });
    rig.emulator.addFault({ kind: "audio", ...fault });
    const got: Uint8Array[] = [];
    const error = await failure(ServerError, read(rig.client, done, got));
    assert(error.message.includes("another version of the audio now"), error.message);
    assert(error.message.includes("after 60000 bytes"), error.message);
    assertEquals(error.requestId, done.requestId);
    assertEquals(concat(...got), whole.slice(0, 60_000), JSON.stringify(fault));
  }
});

async function read(client: Client, done: CheckStatusResponse, got: Uint8Array[]): Promise<void> {
  for await (const chunk of client.downloadAudio(done)) got.push(chunk);
}

Deno.test("AudioDownload believes a part only by its Content-Range and its version", async () => {
  const right = { etag: '"one"', "content-range": "bytes 4000-9999/10000" };
  const parts: [string, Record<string, string>][] = [
    ["206", right],
    ["206", { ...right, "content-range": "bytes 4001-9999/10000" }],
    ["206", { ...right, "content-range": "bytes 4000-9998/10000" }],
    ["206", { ...right, "content-range": "bytes 4000-9999/*" }],
    ["206", { ...right, "content-range": "" }],
    ["206", { ...right, etag: '"two"' }],
    ["206", { ...right, etag: 'W/"one"' }],
    ["206", { ...right, etag: "" }],
    ["200", right],
    ["416", { "content-range": "bytes */3000" }],
  ];
  for (const [index, [status, headers]] of parts.entries()) {
    let first = true;
    await using server = rawServer(async ({ write, close }) => {
      const [code, given] = first ? ["200", { etag: '"one"' }] : [status, headers];
      const lines = Object.entries(given).filter(([, value]) => value !== "")
        .map(([name, value]) => `${name}: ${value}\r\n`).join("");
      const length = first ? 10_000 : 6_000;
      await write(bytesOf(`HTTP/1.1 ${code} X\r\n${lines}content-length: ${length}\r\n\r\n`));
      await write(new Uint8Array(first ? 4_000 : 6_000));
      if (first) close();
      first = false;
    });
    using client = clientOf(server.url, { maxRetries: 2 });
    const audio = client.downloadAudio({ audioUrl: `${server.url}/a` });
    if (index === 0) assertEquals((await audio.bytes()).length, 10_000);
    else await failure(ServerError, audio.bytes());
    assertEquals(server.requests.length, 2, `${status} ${JSON.stringify(headers)}`);
  }
});

Deno.test("AudioDownload resumes by Last-Modified when there is no ETag and the date is old enough", async () => {
  const old = "Sun, 01 Nov 2020 10:00:00 GMT";
  const cases: [Omit<AudioFault, "kind">, boolean][] = [
    [{ etag: "", lastModified: old }, true],
    [{ etag: 'W/"weak"', lastModified: old }, false],
    [{ etag: 'W/"weak"' }, false],
    [{ etag: "", lastModified: new Date(Date.now() + 60_000).toUTCString() }, false],
    [{ etag: "" }, false],
  ];
  for (const [fault, resumes] of cases) {
    await using rig = await setUp();
    const [done, whole] = await finished(rig);
    // Both at once, which no fault can: the emulator's answer, cut off here.
    let first = true;
    const fetch = async (input: string, init?: RequestInit) => {
      if (!input.includes("/audio/")) return await globalThis.fetch(input, init);
      rig.emulator.addFault({ kind: "audio", ...fault });
      const response = await globalThis.fetch(input, init);
      if (!first) return response;
      first = false;
      return new Response(cut(response.body!, 90_000), response);
    };
    const client = rig.open({ fetch: fetch as typeof globalThis.fetch });
    const download = client.downloadAudio(done).bytes();
    if (resumes) assertEquals(await download, whole);
    else await failure(ConnectionError, download);
    assertEquals(ranges(rig), resumes ? [["bytes=90000-", old]] : [], JSON.stringify(fault));
  }
});

/** The first bytes of a body, and then an error. */
function cut(body: ReadableStream<Uint8Array>, bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        const part = chunk.subarray(0, left);
        left -= part.length;
        if (part.length > 0) controller.enqueue(part);
        if (left === 0) controller.error(new TypeError("connection lost"));
      },
    }),
  );
}

Deno.test("AudioDownload asks for the whole again when no bytes had come, whatever the headers were", async () => {
  let requests = 0;
  await using server = rawServer(async ({ write, close }) => {
    await write(bytesOf("HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n"));
    // Time for the client to see the headers before the end.
    await new Promise((resolve) => setTimeout(resolve, 30));
    if (requests++ > 0) await write(new Uint8Array(5_000));
    close();
  });
  using client = clientOf(server.url);
  const bytes = await client.downloadAudio({ audioUrl: `${server.url}/a` }).bytes();
  assertEquals([bytes.length, requests], [5_000, 2]);
  assert(server.requests.every(({ head }) => !/^(range|if-range):/im.test(head)));
});

Deno.test("AudioDownload says so when its address has expired meanwhile", async () => {
  await using rig = await setUp();
  const [done] = await finished(rig);
  rig.emulator.addFault({ ...DROP, afterBytes: 60_000 });
  rig.emulator.addFault({ kind: "http", method: "Audio", status: 403, times: Infinity });
  const error = await failure(PermissionDeniedError, rig.client.downloadAudio(done).bytes());
  assert(error.message.includes("Check the job again"), error.message);
});

Deno.test("AudioDownload keeps its idle timeout, its deadline and its abort while it resumes", async () => {
  await using rig = await setUp({ client: { backoff: { baseDelay: 60_000, jitter: false } } });
  const [done] = await finished(rig);
  const drop = () => rig.emulator.addFault({ ...DROP, afterBytes: 60_000 });
  // A delay past the deadline is not waited for: the error tells more than a TimeoutError.
  drop();
  await failure(ConnectionError, rig.client.downloadAudio(done, { timeout: 5_000 }).bytes());

  drop();
  const controller = new AbortController();
  const { signal } = controller;
  const reason = new Error("enough");
  const logged = rig.log.length;
  const waiting = rig.client.downloadAudio(done, { signal }).bytes();
  waiting.catch(() => {});
  while (rig.log.length === logged) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort(reason);
  assert(await rejection(waiting) === reason);

  const quick = rig.open();
  drop();
  rig.emulator.addFault({ kind: "hang", method: "Audio", afterBytes: 10, times: Infinity });
  const error = await failure(
    TimeoutError,
    quick.downloadAudio(done, { idleTimeout: 150 }).bytes(),
  ) as TsetsenError;
  assert(error.message.includes("for 150 ms (idleTimeout)"), error.message);
});
