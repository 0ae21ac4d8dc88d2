import { ServerError, type TsetsenError } from "@tsetsen/sdk";
import { equal, ok, rejected, sleep, until } from "../../hosts/assert.ts";
import type { Case } from "../../hosts/context.ts";
import { audio, type Context, REQUEST, same, Service } from "../context.ts";

const group = "Streaming";

export const streams: Case<Context>[] = [
  {
    group,
    name: "SpeechStream gives whole samples of the service's bytes, whatever the chunks",
    async run(context) {
      const service = new Service(context);
      using client = service.client();
      for (const chunks of [[4_801, 1, 1, 0, 3_333, 64], [3, 3_000_001]]) {
        const length = chunks.reduce((sum, size) => sum + size, 0);
        await service.script("StreamSpeech", { chunks });
        const stream = client.streamSpeech(REQUEST);
        const got: Uint8Array[] = [];
        for await (const samples of stream) {
          equal(samples.length % 2, 0, "bytes beside whole samples");
          got.push(samples);
        }
        // A lone byte at the end is no sample.
        ok(same(join(got), audio(length - length % 2)), `other bytes of chunks ${chunks}`);
      }
      for (const chunks of [[1], []]) {
        await service.script("StreamSpeech", { chunks });
        const error = await rejected(client.streamSpeech(REQUEST).bytes());
        ok(error instanceof ServerError, `no sample in chunks ${chunks}: ${error}`);
      }
      const [call] = await service.calls();
      equal(call?.message["version"], "beta-v0.2");
      equal(call?.timeLeft, null, "a stream's deadline");
    },
  },
  {
    group,
    name: "SpeechStream gives five minutes of audio, byte for byte",
    async run(context) {
      const service = new Service(context);
      using client = service.client();
      const chunks = Array.from({ length: 220 }, () => 65_455);
      await service.script("StreamSpeech", { chunks });
      const bytes = await client.streamSpeech(REQUEST).bytes();
      ok(same(bytes, audio(220 * 65_455)), "other bytes");
      return bytes.length;
    },
  },
  {
    group,
    name: "SpeechStream gives the first audio while the service has not made the rest",
    async run(context) {
      const service = new Service(context);
      using client = service.client();
      await service.script("StreamSpeech", { hold: true, after: 2 });
      const stream = client.streamSpeech(REQUEST);
      let length = 0;
      while (length < 9_600) length += (await stream.next()).value?.length ?? NaN;
      const [call] = await service.calls();
      equal([call?.sent, call?.end], [2, null], "what the service has done");
      await service.release();
      equal(length + await restOf(stream), 24_000);
    },
  },
  {
    group,
    name:
      "SpeechStream ends with the last message, or with the status when none says that it is last",
    async run(context) {
      const service = new Service(context);
      using client = service.client();
      for (const script of [{ neverFinal: true }, {}]) {
        await service.script("StreamSpeech", script);
        const { length } = await client.streamSpeech(REQUEST).bytes();
        equal(length, 24_000);
      }
      await service.script("StreamSpeech", { chunks: [], neverFinal: true });
      const error = await rejected(client.streamSpeech(REQUEST).bytes());
      ok(error instanceof ServerError, `a stream without audio: ${error}`);
      await until(
        "all calls are done",
        async () => (await service.calls()).every(({ end }) => end === "done"),
      );
    },
  },
  {
    group,
    name: "SpeechStream does not let the service run ahead of its reader",
    async run(context) {
      const service = new Service(context);
      using client = service.client();
      await service.script("StreamSpeech", { chunks: Array(5000).fill(65_000) });
      const stream = client.streamSpeech(REQUEST);
      await stream.next();
      // Chromium reads on even for a page's own fetch that nobody reads. Elsewhere only the sockets in between are filled.
      for (let before = 0; !context.readsAhead;) {
        await sleep(300);
        const [call] = await service.calls();
        equal(call?.end, null, "325 MB sent to nobody: the end");
        if (call?.sent === before) break;
        before = call?.sent ?? 0;
      }
      await stream.cancel();
      await until("the service is left", async () => (await service.calls())[0]?.end === "left");
    },
  },
  {
    group,
    name: "SpeechStream refuses a message above maxMessageBytes, and ends the synthesis",
    async run(context) {
      const service = new Service(context);
      using client = service.client({ maxMessageBytes: 100_000 });
      const chunks = [2_000, 2_000_000, ...Array(500).fill(65_000)];
      await service.script("StreamSpeech", { chunks, after: 1, hold: true });
      const stream = client.streamSpeech(REQUEST);
      await stream.next();
      await service.release();
      const error = await rejected(restOf(stream)) as TsetsenError;
      ok(error instanceof ServerError && error.charged === "yes", String(error));
      await until("the service is left", async () => (await service.calls())[0]?.end === "left");
      return error.message.replace("https:", "http:");
    },
  },
];

/** Reads on where `next()` has stopped. @returns The number of bytes. */
async function restOf(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const chunk of stream) length += chunk.length;
  return length;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
