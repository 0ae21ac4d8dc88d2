// Every wait of the proxy ends: for the visitor's bytes, the hooks, the service's bytes, and the visitor who does not read.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { ServerError, TimeoutError } from "../../mod.ts";
import { AudioTokens } from "../../src/proxy/audio/audio_token.ts";
import { framed, SERVICE, setUp, startProxy, startUpstream } from "./setup.ts";
import { until } from "../support/until.ts";

const KEY = "tsetsen-prod-Xy12345678";
const text = "Сайн байна уу?";
const GRPC_WEB = { "content-type": "application/grpc-web+proto" };
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Bytes that come one by one, for ever. */
function trickle(first: Uint8Array<ArrayBuffer>, byte: number, ms: number) {
  const state = { cancelled: false };
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(first),
    async pull(controller) {
      await sleep(ms);
      if (!state.cancelled) controller.enqueue(new Uint8Array([byte]));
    },
    cancel: () => void (state.cancelled = true),
  }, { highWaterMark: 0 });
  return { stream, state };
}

Deno.test("createProxy ends a request that comes byte by byte after timeout, and sends nothing", async () => {
  await using t = await setUp({ timeout: 250 });
  const { stream, state } = trickle(new Uint8Array([0, 0, 0, 1, 0]), 0x0a, 20);
  const start = performance.now();
  // Deno's server goes on taking bytes of an answered request: what counts is that the proxy does not wait for them.
  const response = await fetch(`${t.url}/${SERVICE}/GenerateSpeech`, {
    method: "POST",
    headers: GRPC_WEB,
    body: stream,
  });
  assertEquals(response.headers.get("grpc-status"), "4");
  assert(performance.now() - start >= 200);
  state.cancelled = true;
  await sleep(40);
  await response.body?.cancel();
  assertEquals(t.emulator.requests.length, 0);
  assertEquals(t.events.map(({ type }) => type), ["refused"]);
});

Deno.test("createProxy ends an answer of the service that comes byte by byte after timeout", async () => {
  const states: { cancelled: boolean }[] = [];
  await using upstream = startUpstream(() => {
    const { stream, state } = trickle(new Uint8Array([0, 0, 0, 1, 0]), 0x0a, 20);
    states.push(state);
    return new Response(stream, { headers: GRPC_WEB });
  });
  await using t = startProxy({ apiKey: KEY, endpoint: upstream.url, timeout: 250 });
  await assertRejects(() => t.page.generateSpeech({ text, voiceId: "v" }), TimeoutError);
  await until(() => states.every(({ cancelled }) => cancelled));
  await sleep(40);
});

for (const hook of ["authorize", "rateLimit", "origins"] as const) {
  Deno.test(`createProxy refuses a call when ${hook} does not answer within timeout`, async () => {
    const never = () => new Promise<never>(() => {});
    await using t = await setUp({ timeout: 150, [hook]: never });
    if (hook === "origins") {
      const response = await fetch(`${t.url}/${SERVICE}/ListVoices`, {
        method: "POST",
        headers: { ...GRPC_WEB, origin: "https://my.site" },
      });
      await response.body?.cancel();
      assertEquals(response.status, 403);
    } else await assertRejects(() => t.page.listVoices(), ServerError);
    assertEquals(t.events[0]?.type, "hook_failed");
    assert(t.events[0]?.message.includes("timeout"));
    assertEquals(t.emulator.requests.length, 0);
  });
}

/** A service whose every answer never ends. */
function startFlood() {
  const state = { open: 0, sent: 0 };
  const frame = framed(0, new Uint8Array([0x0a, 0x80, 0x80, 4, ...new Uint8Array(65_536)]));
  const upstream = startUpstream((request) => {
    const isAudio = new URL(request.url).pathname === "/a";
    state.open++;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        state.sent += frame.length;
        controller.enqueue(frame);
      },
      cancel: () => void state.open--,
    }, { highWaterMark: 0 });
    return new Response(body, { headers: isAudio ? { "content-type": "audio/wav" } : GRPC_WEB });
  });
  return Object.assign(upstream, { state });
}

/** Sends a request by hand, and reads nothing of the answer. */
async function ask(url: string, request: string, body = new Uint8Array(0)): Promise<Deno.TcpConn> {
  const { port, hostname } = new URL(url);
  const connection = await Deno.connect({ port: Number(port), hostname });
  const head = new TextEncoder().encode(`${request}\r\nhost: ${hostname}:${port}\r\n\r\n`);
  for (const bytes of [head, body]) {
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  }
  return connection;
}

Deno.test("createProxy ends the stream and the transfer of a visitor who does not read", async () => {
  await using upstream = startFlood();
  await using t = startProxy({ apiKey: KEY, endpoint: upstream.url, timeout: 1_000 });
  const token = await new AudioTokens(KEY, 60_000).seal(`${upstream.url}/a`);
  const speech = framed(0, new Uint8Array([0x12, 1, 0x61, 0x1a, 1, 0x76]));
  const visitors = [
    await ask(
      t.url,
      `POST /tts/${SERVICE}/StreamSpeech HTTP/1.1\r\ncontent-type: application/grpc-web+proto\r\n` +
        `content-length: ${speech.length}`,
      speech,
    ),
    await ask(t.url, `GET /tts/audio/${token} HTTP/1.1`),
  ];
  try {
    await until(() => upstream.state.open === 2);
    await until(() => upstream.state.open === 0);
    const left = t.events.filter(({ type }) => type === "visitor_left");
    assertEquals(left.map(({ method }) => method), ["StreamSpeech"]);
  } finally {
    for (const visitor of visitors) visitor.close();
  }
});

Deno.test("createProxy keeps a slow visitor who goes on reading", async () => {
  await using t = await setUp({ timeout: 2_000 });
  const stream = t.page.streamSpeech({ text: text.repeat(20), voiceId: t.liveVoice });
  const start = performance.now();
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (performance.now() - start < 3_000) await sleep(200);
  }
  assert(bytes > 200_000, `${bytes}`);
});
