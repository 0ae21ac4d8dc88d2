import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Code, ConnectError } from "@connectrpc/connect";
import { createEmulator, type Fault, ManualClock } from "../../src/emulator/mod.ts";
import { Client } from "../../mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";
import { grpcTransport } from "../../src/grpc/mod.ts";
import { rawStream, readUntilError, setUp } from "./setup.ts";

async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

Deno.test("Emulator.addFault strikes as many requests of its method as its times say, in the order added", async () => {
  await using running = await setUp();
  const { client, apiKey, emulator } = running;
  emulator.addFault({ kind: "error", code: "UNAVAILABLE", method: "GetUserBalance", times: 2 });
  emulator.addFault({ kind: "error", code: 99, method: "GetUserBalance" });
  await client.listVoices({ apiKey });
  const codes = [];
  for (let i = 0; i < 4; i++) {
    codes.push(
      await client.getUserBalance({ apiKey }).then(() => 0, (e) => ConnectError.from(e).code),
    );
  }
  // connect-web makes INTERNAL of a number that gRPC does not know.
  assertEquals(codes, [Code.Unavailable, Code.Unavailable, Code.Internal, 0]);
});

Deno.test("Emulator.addFault obeys its predicate, and can be taken back", async () => {
  await using running = await setUp();
  const { client, speech, emulator } = running;
  const takeBack = emulator.addFault({
    kind: "error",
    code: "ABORTED",
    times: Infinity,
    when: ({ message }) => message?.["text"] === "тийм",
  });
  await client.generateSpeech(speech);
  await assertRejects(() => client.generateSpeech({ ...speech, text: "тийм" }));
  takeBack();
  await client.generateSpeech({ ...speech, text: "тийм" });
  assertThrows(() => emulator.addFault({ kind: "hang", times: 0 }), RangeError);
  assertThrows(() => emulator.addFault({ kind: "rechunk", bytes: 0 }), RangeError);
});

Deno.test("Emulator.addFault breaks off a request whose predicate throws, and does not wait for it on close", async () => {
  await using running = await setUp();
  const { client, apiKey, emulator } = running;
  const when = () => {
    throw new Error("the predicate is wrong");
  };
  const takeBack = emulator.addFault({ kind: "hang", when });
  await assertRejects(() => client.getUserBalance({ apiKey }));
  assertEquals(emulator.requests.map(({ done }) => done), [true]);
  takeBack();
  await client.getUserBalance({ apiKey });
});

Deno.test("Emulator.addFault of metadata leaves out over native gRPC what HTTP/2 forbids", async () => {
  await using running = await setUp();
  const { emulator, apiKey } = running;
  await using server = await serveGrpc(emulator);
  const transport = grpcTransport({ endpoint: server.url, secure: false });
  let seen: readonly object[] = [];
  using client = new Client({ apiKey, transport, timeout: 5_000, maxRetries: 0 });
  const forbidden = { "keep-alive": "timeout=5", upgrade: "h2c", "proxy-connection": "close" };
  emulator.addFault({
    kind: "metadata",
    headers: { ...forbidden, "x-head": "a" },
    trailers: { ...forbidden, connection: "close", te: "gzip", "x-name": "сайн", "x-tail": "b" },
  });
  const names = ["keep-alive", "upgrade", "te", "connection", "x-head", "x-tail", "x-name"];
  const picked = (record: Readonly<Record<string, string | undefined>>) =>
    names.filter((name) => record[name] !== undefined);
  await client.getUserBalance({}, {
    onResponse: ({ headers, trailers }) => seen = [picked(headers), picked(trailers)],
  });
  assertEquals(seen, [["x-head"], ["x-tail"]]);
});

Deno.test("Emulator.addFault of an error sends its parts, in trailers or in headers", async () => {
  await using running = await setUp();
  const { client, apiKey, emulator } = running;
  for (const trailersOnly of [false, true]) {
    emulator.addFault({
      kind: "error",
      code: "RESOURCE_EXHAUSTED",
      message: "удаан 100%",
      trailersOnly,
      trailers: { "retry-after": "7" },
      headers: { "x-from": "gateway" },
      details: [{ type: "google.rpc.RetryInfo", value: new Uint8Array([10, 2, 8, 7]) }],
    });
    const error = ConnectError.from(
      await client.getUserBalance({ apiKey }).catch((reason: unknown) => reason),
    );
    assertEquals(error.code, Code.ResourceExhausted);
    assertEquals(error.rawMessage, "удаан 100%");
    assertEquals(error.metadata.get("retry-after"), "7");
    const [detail] = error.details as { type: string; value: Uint8Array }[];
    assertEquals(detail?.type, "google.rpc.RetryInfo");
    assertEquals([...detail?.value ?? []], [10, 2, 8, 7]);
  }
});

Deno.test("Emulator.addFault with charged lets the service work before it strikes", async () => {
  await using running = await setUp();
  const { client, speech, emulator } = running;
  const kinds: Fault[] = [
    { kind: "error", code: "INTERNAL" },
    { kind: "http", status: 502 },
    { kind: "drop" },
    { kind: "garbage" },
    { kind: "oversized-frame" },
  ];
  for (const charged of [false, true]) {
    for (const fault of kinds) {
      emulator.reset();
      emulator.addFault({ ...fault, charged, times: Infinity } as Fault);
      await assertRejects(() => client.generateSpeech(speech));
      const generated = emulator.ledger.charges.length;
      assertEquals(generated > 0, charged, `${fault.kind} ${generated}`);
      emulator.reset();
      emulator.addFault({ ...fault, charged, times: Infinity } as Fault);
      await assertRejects(async () => {
        for await (const _ of client.streamSpeech(speech));
      });
      assertEquals(emulator.ledger.charges.length > 0, charged, fault.kind);
      assertEquals(emulator.activeStreams, 0);
    }
  }
});

Deno.test("Emulator.addFault of plain HTTP answers as a proxy does", async () => {
  await using running = await setUp();
  const { emulator, speech } = running;
  for (const status of [200, 401, 403, 404, 429, 502, 503]) {
    emulator.addFault({ kind: "http", status, headers: { "retry-after": "3" } });
    const response = await rawStream(emulator.url, speech);
    assertEquals(response.status, status);
    assertEquals(response.headers.get("retry-after"), "3");
    assertEquals((await response.text()).startsWith("<!doctype html>"), true);
  }
  for (const status of [301, 302, 307, 308]) {
    emulator.addFault({ kind: "http", status, body: "", headers: { location: "/elsewhere" } });
    const url = `${emulator.url}/tsetsen.api.v1.TsetsenTTS/ListVoices`;
    const response = await fetch(url, { method: "POST", redirect: "manual" });
    await response.body?.cancel();
    assertEquals(response.status, status);
    assertEquals(response.headers.get("location"), "/elsewhere");
  }
});

Deno.test("Emulator.addFault breaks the frames in each way that a fault can name", async () => {
  await using running = await setUp();
  const { emulator, speech } = running;
  const answer = async (fault?: Fault) => {
    if (fault !== undefined) emulator.addFault(fault);
    return await bytesOf(await rawStream(emulator.url, speech));
  };
  const whole = await answer();
  const trailer = whole.lastIndexOf(0x80);
  assertEquals(await answer({ kind: "no-trailers" }), whole.subarray(0, trailer));
  assertEquals(await answer({ kind: "rechunk", bytes: 4_001 }), whole);
  const flagged = await answer({ kind: "frame-flags" });
  assertEquals([flagged[0], flagged[1], flagged.length], [1, whole[1], whole.length]);
  const first = 5 + new DataView(whole.buffer).getUint32(1);
  const middle = 5 + Math.floor((first - 5) / 2);
  assertEquals(await answer({ kind: "truncate" }), whole.subarray(0, middle));
  assertEquals(await answer({ kind: "truncate", afterBytes: 3 }), whole.subarray(0, 3));
  const huge = await answer({ kind: "oversized-frame", bytes: 100_000 });
  assertEquals([...huge.subarray(0, 6)], [0, 255, 255, 255, 255, 0]);
  assertEquals(huge.length, 100_005);
  const noise = await answer({ kind: "garbage", bytes: 9 });
  assertEquals(noise.length, 9);
  assertEquals(await answer({ kind: "garbage", bytes: noise }), noise);
});

Deno.test("Emulator.addFault changes content type and metadata", async () => {
  await using running = await setUp();
  const { emulator, speech } = running;
  emulator.addFault({ kind: "content-type", contentType: "application/json" });
  const json = await rawStream(emulator.url, speech);
  await json.body?.cancel();
  assertEquals(json.headers.get("content-type"), "application/json");
  emulator.addFault({ kind: "metadata", headers: { "x-a": "1" }, trailers: { "x-b": "2" } });
  const more = await rawStream(emulator.url, speech);
  assertEquals(more.headers.get("x-a"), "1");
  assertEquals((await more.text()).includes("grpc-status: 0\r\nx-b: 2\r\n"), true);
});

Deno.test("Emulator.addFault sends enum numbers that nobody knows", async () => {
  await using running = await setUp();
  const { emulator, client, speech, apiKey } = running;
  emulator.addFault({ kind: "unknown-enum", times: Infinity, value: 42 });
  const { status, requestId } = await client.generateSpeech(speech);
  assertEquals(status as number, 42);
  assertEquals((await client.checkStatus({ apiKey, requestId })).status as number, 42);
  const { voices } = await client.listVoices({ apiKey });
  assertEquals(voices[0]?.gender as number, 42);
});

Deno.test("Emulator.addFault of a stream changes its chunks, its beginning and its end", async () => {
  await using running = await setUp();
  const { emulator, client, speech } = running;
  const stream = async (fault: Omit<Extract<Fault, { kind: "stream" }>, "kind">) => {
    emulator.addFault({ kind: "stream", ...fault });
    const messages = [];
    for await (const message of client.streamSpeech(speech)) messages.push(message);
    return messages;
  };
  const odd = await stream({ chunkBytes: 1_001 });
  assertEquals(odd[0]?.audioChunk.length, 1_001);
  const [headed] = await stream({ waveHeader: true });
  assertEquals(new TextDecoder().decode(headed?.audioChunk.subarray(0, 4)), "RIFF");
  const failed = await stream({ errorMessage: "broke", afterChunks: 2 });
  assertEquals(failed.map(({ errorMessage }) => errorMessage), ["", "", "broke"]);
  const charges = emulator.ledger.charges.length;
  const atOnce = await stream({ errorMessage: "broke", afterChunks: 0 });
  assertEquals(atOnce.map(({ errorMessage }) => errorMessage), ["broke"]);
  assertEquals(emulator.ledger.charges.length, charges);
  const few = await stream({ errorMessage: "broke", afterChunks: 1_000 });
  assertEquals(few.at(-1)?.errorMessage, "broke");
  assertEquals(few.some(({ isFinal }) => isFinal), false);
  const synthetic = await stream({ bytes: 1_000_001, chunkBytes: 65_536 });
  assertEquals(synthetic.reduce((sum, { audioChunk }) => sum + audioChunk.length, 0), 1_000_001);
  const open = await stream({ neverFinal: true });
  assertEquals(open.some(({ isFinal }) => isFinal), false);
});

Deno.test("Emulator.addFault waits by the clock before anything else happens", async () => {
  const clock = new ManualClock();
  await using running = await setUp({ clock });
  const { emulator, client, speech } = running;
  emulator.addFault({ kind: "delay", delay: 60_000, method: "GenerateSpeech" });
  emulator.addFault({ kind: "delay", delay: 60_000, method: "GenerateSpeech", charged: true });
  for (const charges of [0, 2]) {
    const call = client.generateSpeech(speech);
    while (clock.sleepers === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    assertEquals(emulator.ledger.charges.length, charges);
    await clock.advance(60_000);
    await call;
  }
});

Deno.test("Emulator.addFault of a drop waits for its pause with the connection open", async () => {
  const clock = new ManualClock();
  await using running = await setUp({ clock, streamPace: 0 });
  const { emulator, speech } = running;
  emulator.addFault({ kind: "drop", afterBytes: 3, pause: 60_000 });
  const reader = (await rawStream(emulator.url, speech)).body!.getReader();
  assertEquals((await reader.read()).value?.length, 3);
  let over = false;
  const end = assertRejects(() => reader.read().finally(() => over = true));
  const look = async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return [clock.sleepers, over];
  };
  assertEquals(await look(), [1, false]);
  await clock.advance(59_999);
  assertEquals(await look(), [1, false]);
  await clock.advance(1);
  await end;
  assertEquals(clock.sleepers, 0);
});

Deno.test("Emulator.addFault leaves no stream behind that it has cut short", async () => {
  await using running = await setUp();
  const { emulator, speech } = running;
  for (const afterBytes of [0, 3, 20_000]) {
    for (const kind of ["drop", "truncate"] as const) {
      emulator.addFault({ kind, afterBytes });
      await readUntilError(await rawStream(emulator.url, speech));
      assertEquals(emulator.activeStreams, 0, `${kind} after ${afterBytes}`);
    }
  }
});

Deno.test("Emulator.addFault reaches downloads only when it names them", async () => {
  await using running = await setUp();
  const { emulator } = running;
  const url = `${emulator.url}/audio/voice-emulator-v2-bold.wav`;
  const whole = await bytesOf(await fetch(url));
  emulator.addFault({ kind: "http", status: 503 });
  assertEquals((await bytesOf(await fetch(url))).length, whole.length);
  emulator.clearFaults();
  emulator.addFault({ kind: "http", status: 503, method: "Audio" });
  const refused = await fetch(url);
  await refused.body?.cancel();
  assertEquals(refused.status, 503);
  emulator.addFault({ kind: "truncate", afterBytes: 1_000, method: "Audio" });
  assertEquals((await bytesOf(await fetch(url))).length, 1_000);
  emulator.addFault({ kind: "drop", afterBytes: 1_000, method: "Audio" });
  assertEquals((await readUntilError(await fetch(url))).error, true);
});

Deno.test("createEmulator's fetch rejects like a real one when the connection is dropped or aborted", async () => {
  const emulator = createEmulator();
  const url = "http://localhost/tsetsen.api.v1.TsetsenTTS/ListVoices";
  emulator.addFault({ kind: "drop" });
  await assertRejects(() => emulator.fetch(url, { method: "POST" }), TypeError);
  emulator.addFault({ kind: "hang" });
  const reason = new Error("enough");
  const leave = new AbortController();
  const call = emulator.fetch(url, { method: "POST", signal: leave.signal });
  setTimeout(() => leave.abort(reason), 10);
  assertEquals(await call.catch((error) => error), reason);
  assertEquals(emulator.requests.map(({ aborted, done }) => [aborted, done]), [
    [false, true],
    [true, true],
  ]);
  emulator.close();
  await assertRejects(() => emulator.fetch(url, { method: "POST" }), TypeError, "closed");
});
