import {
  InsufficientCreditsError,
  ServerError,
  type SpeechStream,
  TimeoutError,
  type TsetsenError,
} from "@tsetsen/sdk";
import { endsAfter, equal, ok, rejected, sleep, until } from "../assert.ts";
import { type Case, SPEECH, Stand } from "../context.ts";

const group = "Streaming";
const ENDLESS = { kind: "stream", bytes: 2 ** 40, chunkBytes: 4_000 } as const;

export const streaming: Case[] = [
  {
    group,
    name: "SpeechStream gives whole samples however the service and the network cut them",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      const whole = await client.streamSpeech(SPEECH).bytes();
      for (
        const fault of [
          { kind: "stream", chunkBytes: 1_001 },
          { kind: "stream", chunkBytes: 7_777, waveHeader: true },
          { kind: "rechunk", bytes: 997 },
        ] as const
      ) {
        await stand.fault(fault);
        const parts: Uint8Array[] = [];
        for await (const chunk of client.streamSpeech(SPEECH)) {
          equal(chunk.length % 2, 0, "bytes beside whole samples");
          parts.push(chunk);
        }
        ok(same(parts, whole), `other bytes under ${JSON.stringify(fault)}`);
      }
      return whole.length;
    },
  },
  {
    group,
    name: "SpeechStream sends nothing before its first chunk is asked for",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      const stream = client.streamSpeech(SPEECH);
      await sleep(100);
      equal((await stand.state()).posts, []);
      await stream.cancel();
      equal(await stream.next(), { done: true, value: undefined });
      equal((await stand.state()).posts, []);
    },
  },
  {
    group: "Leaving a stream",
    name: "SpeechStream cancels the synthesis when its loop is left",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      await stand.fault(ENDLESS);
      for await (const _ of client.streamSpeech(SPEECH)) break;
      await gone(stand);
    },
  },
  {
    group: "Leaving a stream",
    name: "SpeechStream.cancel ends a next() that waits",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      await stand.fault({ kind: "hang", afterBytes: 2_000 });
      const stream = client.streamSpeech(SPEECH);
      const waiting = stream.next();
      await until("the request", async () => (await stand.state()).requests.length === 1);
      await sleep(50);
      void stream.cancel();
      await endsAfter(0, waiting);
      equal(await waiting, { done: true, value: undefined });
      await gone(stand);
    },
  },
  {
    group: "Leaving a stream",
    name: "SpeechStream.toReadableStream cancels the synthesis when it is cancelled",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      await stand.fault(ENDLESS);
      const reader = client.streamSpeech(SPEECH).toReadableStream().getReader();
      await reader.read();
      await reader.cancel();
      await gone(stand);
    },
  },
  {
    group: "Leaving a stream",
    name: "SpeechStream ends at an abort with the signal's own reason",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      await stand.fault({ kind: "hang", afterBytes: 20_000 });
      const controller = new AbortController();
      const reason = new Error("enough");
      const { signal } = controller;
      const reading = client.streamSpeech(SPEECH, { signal }).bytes();
      reading.catch(() => {});
      await until("the charge", async () => (await stand.state()).charges.length === 1);
      await sleep(100);
      controller.abort(reason);
      await endsAfter(0, reading);
      ok(await rejected(reading) === reason, "not the signal's reason");
      await gone(stand);
    },
  },
  {
    group,
    name:
      "SpeechStream ends when nothing comes for idleTimeout, though the reader may take its time",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      await stand.fault({ kind: "hang", afterBytes: 15_000 });
      const stream = client.streamSpeech(SPEECH, { idleTimeout: 300 });
      await stream.next();
      await sleep(500);
      const reading = readOn(stream);
      reading.catch(() => {});
      await endsAfter(300, reading);
      const error = await rejected(reading) as TimeoutError;
      ok(error instanceof TimeoutError && error.charged === "yes", String(error));
      await gone(stand);
      return error.message;
    },
  },
  {
    group,
    name: "SpeechStream ends at its deadline in the middle of an endless stream",
    async run(context) {
      await using stand = await Stand.open(context, { streamPace: 20 });
      using client = stand.client();
      const text = "уншина ".repeat(200);
      const reading = client.streamSpeech({ ...SPEECH, text }, { timeout: 500 }).bytes();
      reading.catch(() => {});
      await endsAfter(500, reading);
      const error = await rejected(reading) as TimeoutError;
      ok(error instanceof TimeoutError && error.charged === "yes", String(error));
      await gone(stand, "done");
      return error.message;
    },
  },
  {
    group,
    name: "SpeechStream turns an error_message into an error of its class",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      await stand.fault({ kind: "stream", errorMessage: "the model broke", afterChunks: 1 });
      const broken = await rejected(client.streamSpeech(SPEECH).bytes()) as TsetsenError;
      ok(broken instanceof ServerError && broken.charged === "yes", String(broken));
      await stand.fault({ kind: "stream", errorMessage: "out of credits", afterChunks: 0 });
      const poor = await rejected(client.streamSpeech(SPEECH).bytes());
      ok(poor instanceof InsufficientCreditsError, String(poor));
      return [broken.message, poor.message];
    },
  },
  {
    group,
    name: "SpeechStream.toResponse serves WAV, and fails before it when the stream does",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      const response = await client.streamSpeech(SPEECH).toResponse({ status: 201 });
      const bytes = new Uint8Array(await response.arrayBuffer());
      await stand.fault({ kind: "error", code: "PERMISSION_DENIED" });
      const error = await rejected(client.streamSpeech(SPEECH).toResponse());
      return [response.status, response.headers.get("content-type"), bytes.length, String(error)];
    },
  },
];

/** The service has noticed that its client left. */
async function gone(stand: Stand, how: "aborted" | "done" = "aborted"): Promise<void> {
  await until("the synthesis ends", async () => {
    const { activeStreams, requests } = await stand.state();
    // At a deadline the service may have ended by itself: it was told the time.
    return activeStreams === 0 && requests.at(-1)?.[how] === true;
  }, 1_000);
}

function same(parts: readonly Uint8Array[], whole: Uint8Array): boolean {
  let at = 0;
  for (const part of parts) {
    for (const byte of part) if (byte !== whole[at++]) return false;
  }
  return at === whole.length;
}

/** Reads a stream to its end that has been read from already. */
async function readOn(stream: SpeechStream): Promise<void> {
  while (!(await stream.next()).done);
}
