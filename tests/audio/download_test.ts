import { assert, assertEquals } from "@std/assert";
import {
  ConnectionError,
  InvalidRequestError,
  RequestStatus,
  ResourceNotFoundError,
  ServerError,
  TimeoutError,
  TsetsenError,
} from "../../mod.ts";
import { closedPort, rawServer } from "../support/raw_server.ts";
import {
  clientOf,
  failure,
  GENERATE,
  rejection,
  type Rig,
  setUp,
  sleep,
  within,
} from "../support/rig.ts";
import { bytesOf } from "../support/wire.ts";
import { until } from "../support/until.ts";

async function finished(rig: Rig) {
  const { requestId } = await rig.client.generateSpeech(GENERATE);
  return await rig.client.waitForCompletion(requestId);
}

/** The file as a plain fetch gets it. */
async function plain(url: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

Deno.test("Client.downloadAudio gives the bytes of audioUrl, in one piece, in chunks and as a stream", async () => {
  await using rig = await setUp();
  const done = await finished(rig);
  assertEquals(done.status, RequestStatus.COMPLETED);
  const whole = await plain(done.audioUrl!);
  assert(whole.length > 10_000);
  assertEquals(new TextDecoder().decode(whole.subarray(0, 4)), "RIFF");
  assertEquals(await rig.client.downloadAudio(done).bytes(), whole);
  const chunks: Uint8Array[] = [];
  for await (const chunk of rig.client.downloadAudio(done)) {
    assert(chunk.length > 0);
    chunks.push(chunk);
  }
  assertEquals(new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer()), whole);
  const readable = rig.client.downloadAudio(done).toReadableStream();
  assertEquals(new Uint8Array(await new Response(readable).arrayBuffer()), whole);
});

Deno.test("AudioDownload.toResponse has the bytes, their type and their length, and no header in front", async () => {
  await using rig = await setUp();
  const done = await finished(rig);
  const whole = await plain(done.audioUrl!);
  const response = await rig.client.downloadAudio(done).toResponse();
  assertEquals(response.headers.get("content-type"), "audio/wav");
  assertEquals(response.headers.get("content-length"), `${whole.length}`);
  assertEquals(new Uint8Array(await response.arrayBuffer()), whole);
});

Deno.test("Client.downloadAudio sends nothing before it is read, and leaving it ends the transfer", async () => {
  await using rig = await setUp();
  const done = await finished(rig);
  const downloads = () => rig.sent("Audio");
  rig.client.downloadAudio(done);
  await sleep(30);
  assertEquals(downloads().length, 0);
  rig.emulator.addFault({ kind: "hang", method: "Audio", afterBytes: 5_000, times: 3 });
  for await (const _ of rig.client.downloadAudio(done)) break;
  await until(() => downloads()[0]?.aborted === true);
  const response = await rig.client.downloadAudio(done).toResponse();
  await response.body!.cancel();
  await until(() => downloads()[1]?.aborted === true);
  const audio = rig.client.downloadAudio(done);
  await audio.next();
  const pending = audio.next();
  const [, ended] = await within(Promise.all([audio.cancel(), pending]));
  assertEquals(ended, { done: true, value: undefined });
  await until(() => downloads()[2]?.aborted === true);
});

Deno.test("Client.downloadAudio refuses an address that is not https, this machine's http excepted", () => {
  using client = clientOf("127.0.0.1:1");
  const refused = [
    undefined,
    "",
    "a path",
    "http://example.com/a.wav?signature=s3cret",
    "http://127.0.0.1.example.com/a.wav",
    "ftp://example.com/a.wav",
    "file:///etc/passwd",
    "data:audio/wav;base64,AAAA",
    "https://user:password@example.com/a.wav",
  ];
  for (const audioUrl of refused) {
    let error: unknown;
    try {
      client.downloadAudio({ audioUrl });
    } catch (thrown) {
      error = thrown;
    }
    assert(error instanceof InvalidRequestError, `${audioUrl}: ${error}`);
    assert(!/s3cret|password/.test((error as Error).message), (error as Error).message);
  }
  for (const audioUrl of ["https://example.com/a", "http://localhost:1/a", "http://[::1]:1/a"]) {
    client.downloadAudio({ audioUrl });
  }
});

Deno.test("Client.downloadAudio refuses a redirect that leads to such an address", async () => {
  await using other = rawServer((connection) =>
    connection.write(bytesOf("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"))
  );
  await using rig = await setUp();
  const done = await finished(rig);
  const location = other.url.replace("127.0.0.1", "0.0.0.0");
  rig.emulator.addFault({ kind: "http", method: "Audio", status: 302, headers: { location } });
  await failure(InvalidRequestError, rig.client.downloadAudio(done).bytes());
});

Deno.test("Client.downloadAudio ends a redirect that has no end, or leads out of http, in a TsetsenError", async () => {
  await using rig = await setUp({ client: { maxRetries: 1 } });
  const done = await finished(rig);
  const redirect = (location: string, times: number) =>
    rig.emulator.addFault({
      kind: "http",
      method: "Audio",
      status: 302,
      headers: { location },
      times,
    });
  const takeBack = redirect(done.audioUrl!, Infinity);
  await failure(ConnectionError, rig.client.downloadAudio(done).bytes());
  takeBack();
  // Five redirects, for each of the two attempts.
  assertEquals(rig.sent("Audio").length, 2 * 6);
  for (const location of ["file:///etc/passwd", "data:audio/wav;base64,UklGRg==", "gopher://x/"]) {
    redirect(location, 2);
    await failure(ConnectionError, rig.client.downloadAudio(done).bytes());
  }
  for (const location of ["http://[::]/a.wav", "http://user@127.0.0.1/a.wav"]) {
    redirect(location, 2);
    const error = await failure(TsetsenError, rig.client.downloadAudio(done).bytes());
    assertEquals(error.requestId, done.requestId);
  }
});

/** A server that sends its visitors on, or gives what it has. */
function redirecting(next: (path: string) => string | undefined) {
  return rawServer(({ request, write }) => {
    const location = next(request.head.split(" ")[1]!);
    return write(bytesOf(
      location === undefined
        ? "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
        : `HTTP/1.1 302 Found\r\nlocation: ${location}\r\ncontent-length: 3\r\n\r\nnot`,
    ));
  });
}

Deno.test("Client.downloadAudio follows up to five redirects, relative ones, too, and no key or cookie goes along", async () => {
  const count = (most: number) =>
    redirecting((path) =>
      Number(path.slice(1)) < most ? `${Number(path.slice(1)) + 1}` : undefined
    );
  await using other = redirecting(() => undefined);
  await using five = count(5);
  await using six = count(6);
  await using away = redirecting(() => `${other.url}/other.wav?signature=s3cret`);
  using client = clientOf("127.0.0.1:1", { maxRetries: 0, headers: { "x-mine": "1" } });
  const download = (audioUrl: string) => client.downloadAudio({ audioUrl }).bytes();
  assertEquals(await download(`${five.url}/0`), bytesOf("ok"));
  assertEquals(five.requests.length, 6);
  const error = await failure(ConnectionError, download(`${six.url}/0`));
  assert(error.message.includes("redirects more than 5 times"), error.message);
  assertEquals(six.requests.length, 6);
  assertEquals(await download(`${away.url}/a.wav`), bytesOf("ok"));
  for (const { head } of [...away.requests, ...other.requests]) {
    assert(!/^(x-api-key|x-goog-api-key|authorization|cookie|x-mine|referer):/im.test(head), head);
  }
});

Deno.test("Client.downloadAudio gives its fetch no key and no credentials, on the first hop and on later ones", async () => {
  const asked: [string, RequestInit][] = [];
  const fetch = (url: string, init: RequestInit = {}) => {
    asked.push([url, init]);
    const hop = asked.length;
    if (hop === 4) return Promise.reject(new TypeError("the connection was lost"));
    if (hop === 3) {
      // As in browsers, which tell nothing of a redirect that is not followed.
      return Promise.resolve(
        Object.defineProperty(new Response(), "type", { value: "opaqueredirect" }),
      );
    }
    const location = hop === 1 ? "/b.wav" : "https://other.example/c.wav";
    return Promise.resolve(
      hop === 5
        ? new Response(bytesOf("ok"))
        : new Response(null, { status: 302, headers: { location } }),
    );
  };
  const headers = { authorization: "Bearer s3cret", "x-mine": "1" };
  using client = clientOf("127.0.0.1:1", {
    headers,
    fetch: fetch as typeof globalThis.fetch,
    maxRetries: 1,
  });
  const audioUrl = "https://audio.example/a.wav";
  // The fourth is lost, and the second try begins at the start: it answers at once.
  assertEquals(await client.downloadAudio({ audioUrl }).bytes(), bytesOf("ok"));
  assertEquals(asked.map(([url, { redirect }]) => [url, redirect]), [
    ["https://audio.example/a.wav", "manual"],
    ["https://audio.example/b.wav", "manual"],
    ["https://other.example/c.wav", "manual"],
    ["https://other.example/c.wav", "follow"],
    ["https://audio.example/a.wav", "manual"],
  ]);
  for (const [url, { signal, redirect: _, ...init }] of asked) {
    assert(signal instanceof AbortSignal, url);
    // All that is given: no method, no mode, no referrer, no header but this.
    const headers = { "accept-encoding": "identity" };
    // `timeout` lifts a limit of Bun's own.
    assertEquals(init, { credentials: "omit", headers, timeout: false }, url);
  }
});

Deno.test("Client.downloadAudio asks nothing of an address on the way that is not allowed", async () => {
  await using end = redirecting(() => undefined);
  await using forbidden = redirecting(() => end.url);
  const url = forbidden.url.replace("127.0.0.1", "0.0.0.0");
  await using start = redirecting(() => url);
  using client = clientOf("127.0.0.1:1");
  const audioUrl = `${start.url}/a.wav`;
  const error = await failure(InvalidRequestError, client.downloadAudio({ audioUrl }).bytes());
  assert(error.message.includes(`got ${url}`), error.message);
  assertEquals([start.requests.length, forbidden.requests.length], [1, 0]);

  // From elsewhere no redirect leads to this machine's plaintext servers.
  const fetch = (input: string, init?: RequestInit) =>
    input.startsWith("https://audio.example/")
      ? Promise.resolve(new Response(null, { status: 307, headers: { location: end.url } }))
      : globalThis.fetch(input, init);
  const abroad = clientOf("127.0.0.1:1", { fetch: fetch as typeof globalThis.fetch });
  const source = { audioUrl: "https://audio.example/a.wav" };
  await failure(InvalidRequestError, abroad.downloadAudio(source).bytes());
  abroad.close();
  assertEquals(end.requests.length, 0);
});

Deno.test("Client.downloadAudio checks where a fetch that follows by itself has ended", async () => {
  // As browsers do: nothing is told of a redirect that is not followed.
  const answers: Response[] = [];
  const asked: unknown[] = [];
  const fetch = (_: string, { redirect }: RequestInit = {}) => {
    asked.push(redirect);
    return Promise.resolve(answers.shift()!);
  };
  using client = clientOf("127.0.0.1:1", { fetch: fetch as unknown as typeof globalThis.fetch });
  const opaque = () => Object.defineProperty(new Response(), "type", { value: "opaqueredirect" });
  const followed = (url: string) =>
    Object.defineProperties(new Response(bytesOf("ok")), {
      redirected: { value: true },
      url: { value: url },
    });
  const source = { audioUrl: "https://audio.example/a.wav" };
  answers.push(opaque(), followed("https://other.example/b.wav"));
  assertEquals(await client.downloadAudio(source).bytes(), bytesOf("ok"));
  answers.push(opaque(), followed("http://other.example/b.wav"));
  await failure(InvalidRequestError, client.downloadAudio(source).bytes());
  assertEquals(asked, ["manual", "follow", "manual", "follow"]);
});

Deno.test("Client.downloadAudio stops at maxBytes, whether the length is announced or not", async () => {
  await using rig = await setUp();
  const done = await finished(rig);
  const { length } = await plain(done.audioUrl!);
  const exact = await rig.client.downloadAudio(done, { maxBytes: length }).bytes();
  assertEquals(exact.length, length);
  const announced = rig.client.downloadAudio(done, { maxBytes: length - 1 });
  const error = await failure(ServerError, announced.next());
  assert(error.message.includes(`larger than ${length - 1} bytes`), error.message);

  let taken = 0;
  await using endless = rawServer(async (connection) => {
    await connection.write(bytesOf("HTTP/1.1 200 OK\r\n\r\n"));
    for (; taken < 2 ** 30; taken += 65_536) await connection.write(new Uint8Array(65_536));
  });
  const audioUrl = `${endless.url}/a.wav`;
  await failure(ServerError, rig.client.downloadAudio({ audioUrl }, { maxBytes: 1e6 }).bytes());
  assert(taken < 32e6, `${taken} bytes`);
});

Deno.test("Client.downloadAudio tries again before the first bytes", async () => {
  await using rig = await setUp({ client: { maxRetries: 2 } });
  const done = await finished(rig);
  // Not a drop: Deno itself sends a GET again when a kept connection closes before the answer.
  rig.emulator.addFault({ kind: "http", status: 429, method: "Audio" });
  rig.emulator.addFault({ kind: "http", status: 503, method: "Audio" });
  assertEquals(await rig.client.downloadAudio(done).bytes(), await plain(done.audioUrl!));
  assertEquals(rig.log.map(({ error }) => error.code), [
    "rate_limit_exceeded",
    "service_unavailable",
  ]);
  rig.emulator.addFault({ kind: "http", status: 503, method: "Audio" });
  await failure(TsetsenError, rig.client.downloadAudio(done, { maxRetries: 0 }).bytes());
});

Deno.test("Client.downloadAudio fails when fewer bytes come than were announced", async () => {
  await using server = rawServer(async (connection) => {
    await connection.write(bytesOf("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nshort"));
    connection.close();
  });
  using client = clientOf(server.url);
  const audioUrl = `${server.url}/a.wav`;
  const error = await failure(ConnectionError, client.downloadAudio({ audioUrl }).bytes());
  assertEquals(error.code, "connection_error");
});

Deno.test("Client.downloadAudio ends at idleTimeout when nothing comes any more", async () => {
  await using rig = await setUp();
  const done = await finished(rig);
  for (const afterBytes of [undefined, 5_000]) {
    const silent = { kind: "hang", method: "Audio", ...afterBytes && { afterBytes } } as const;
    rig.emulator.addFault(silent);
    const download = rig.client.downloadAudio(done, { idleTimeout: 100, maxRetries: 0 });
    const error = await failure(TimeoutError, download.bytes());
    assert(error.message.includes("for 100 ms (idleTimeout)"), error.message);
    assertEquals(error.requestId, done.requestId);
  }
});

Deno.test("Client.downloadAudio keeps the address of the audio out of its errors", async () => {
  await using rig = await setUp({ client: { maxRetries: 0 } });
  const done = await finished(rig);
  const audioUrl = `${done.audioUrl}?signature=s3cret`;
  for (const status of [403, 404, 500]) {
    rig.emulator.addFault({ kind: "http", status, method: "Audio" });
    const error = await failure(TsetsenError, rig.client.downloadAudio({ audioUrl }).bytes());
    assertEquals(error.statusCode, status);
    if (status === 404) assert(error instanceof ResourceNotFoundError);
    assert(!/s3cret|\.wav/.test(Deno.inspect(error)), Deno.inspect(error));
  }
  const nowhere = `http://127.0.0.1:${closedPort()}/a.wav?signature=s3cret`;
  const lost = await rejection(rig.client.downloadAudio({ audioUrl: nowhere }).bytes());
  assert(!/s3cret|\.wav/.test(Deno.inspect(lost)), Deno.inspect(lost));
});
