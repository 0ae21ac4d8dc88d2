// The proxy on the servers of Bun and Node: visitors who leave, and silence.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { create, toBinary } from "@bufbuild/protobuf";
import { StreamSpeechRequestSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { Client } from "../../mod.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { type Adapter, ADAPTERS, startProcess } from "./programs.ts";
import { framed, SERVICE } from "./setup.ts";
import { until } from "../support/until.ts";
import { concat } from "../support/hex.ts";

const text = "Сайн байна уу?";

async function open(adapter: Adapter, env: Readonly<Record<string, string>> = {}) {
  const stack = new AsyncDisposableStack();
  const emulator = await startEmulator({ queueTime: 0, pace: 0, streamPace: 20 });
  stack.defer(() => emulator.close());
  const proxy = stack.use(
    await startProcess(adapter, { KEY: emulator.apiKey, ENDPOINT: emulator.url, ...env }),
  );
  const page = stack.adopt(
    new Client({ apiKey: null, endpoint: proxy.url, maxRetries: 0 }),
    (client) => client.close(),
  );
  const voice = (version: string) => emulator.voices.find((voice) => voice.version === version)!.id;
  return {
    emulator,
    proxy,
    page,
    voiceId: voice("beta-v0.1"),
    liveVoiceId: voice("beta-v0.2"),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

for (const adapter of ADAPTERS) {
  Deno.test(`createProxy on ${adapter} ends the service's stream when the visitor leaves, and keeps the id of a job`, async () => {
    await using it = await open(adapter);
    const { page, emulator, proxy } = it;
    for await (const _ of page.streamSpeech({ text: text.repeat(50), voiceId: it.liveVoiceId })) {
      break;
    }
    await until(() => emulator.activeStreams === 0);
    await until(() => proxy.events.length === 1);
    assertEquals(proxy.events[0]?.type, "visitor_left");

    /** A call of a visitor who leaves once the service has it. */
    const left = async (call: (signal: AbortSignal) => Promise<unknown>) => {
      const visitor = new AbortController();
      const count = emulator.requests.length;
      const leaving = assertRejects(() => call(visitor.signal));
      await until(() => emulator.requests.length > count);
      visitor.abort();
      await leaving;
    };
    emulator.addFault({ kind: "hang" });
    await left((signal) => page.listVoices({}, { signal }));
    await until(() => emulator.requests.at(-1)!.aborted);

    emulator.addFault({ kind: "delay", delay: 1_000, charged: true });
    await left((signal) => page.generateSpeech({ text, voiceId: it.voiceId }, { signal }));
    await until(() => proxy.events.length === 2);
    assertEquals(proxy.events[1]?.requestId, emulator.jobs[0]!.requestId);
    assertEquals(proxy.stderr(), "");
  });
}

for (const adapter of ADAPTERS) {
  Deno.test(`createProxy on ${adapter} sends nothing for a visitor who left while a hook was asked`, async () => {
    await using it = await open(adapter, { HOLD: "1" });
    const { page, emulator, proxy } = it;
    const calls = [
      (signal: AbortSignal) => page.generateSpeech({ text, voiceId: it.voiceId }, { signal }),
      (signal: AbortSignal) =>
        page.streamSpeech({ text, voiceId: it.liveVoiceId }, { signal }).bytes(),
      (signal: AbortSignal) => page.listVoices({}, { signal }),
    ];
    for (const [i, call] of calls.entries()) {
      const visitor = new AbortController();
      const leaving = assertRejects(() => call(visitor.signal));
      await until(() => proxy.events.length === 2 * i + 1);
      visitor.abort();
      await leaving;
      await until(() => proxy.events.length === 2 * i + 2);
      assertEquals(proxy.events.at(-1)?.type, "refused");
    }
    assertEquals(emulator.requests, []);
    assertEquals(emulator.jobs, []);
  });
}

for (const adapter of ADAPTERS) {
  Deno.test(`createProxy on ${adapter} ends the streams of visitors who do not read`, async () => {
    await using it = await open(adapter, { TIMEOUT: "2000", IDLE: "0" });
    it.emulator.addFault({ kind: "stream", bytes: 100_000_000, times: 3 });
    const speech = framed(
      0,
      toBinary(
        StreamSpeechRequestSchema,
        create(StreamSpeechRequestSchema, { text, voiceId: it.liveVoiceId }),
      ),
    );
    const { port, host } = new URL(it.proxy.url);
    const head = `POST /tts/${SERVICE}/StreamSpeech HTTP/1.1\r\nhost: ${host}\r\n` +
      "content-type: application/grpc-web+proto\r\n" + `content-length: ${speech.length}\r\n\r\n`;
    const visitors: Deno.TcpConn[] = [];
    try {
      for (let i = 0; i < 3; i++) {
        const visitor = await Deno.connect({ port: Number(port), hostname: "127.0.0.1" });
        visitors.push(visitor);
        await visitor.write(concat(new TextEncoder().encode(head), speech));
      }
      await until(() => it.emulator.requests.length === 3);
      await until(() => it.proxy.events.length === 3);
      await until(() => it.emulator.activeStreams === 0);
      assertEquals(it.proxy.events.map(({ type }) => type), Array(3).fill("visitor_left"));
      assert((await it.page.listVoices()).voices.length > 0);
    } finally {
      for (const visitor of visitors) visitor.close();
    }
  });
}

Deno.test("createProxy on Bun outlasts the time after which Bun's server cuts a silent answer", async () => {
  await using it = await open("bun", { IDLE: "1" });
  // Bun looks at its idle connections every four seconds, whatever idleTimeout says.
  it.emulator.addFault({ kind: "delay", delay: 5_500, times: 2 });
  const [voices, pcm] = await Promise.all([
    it.page.listVoices(),
    it.page.streamSpeech({ text, voiceId: it.liveVoiceId }).bytes(),
  ]);
  assert(voices.voices.length > 0 && pcm.length > 0);
});
