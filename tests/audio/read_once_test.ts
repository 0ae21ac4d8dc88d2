// Audio is read once, by one reader, as the body of a Response is.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { type AudioStream, interruptedJobs, isSafeToRetry, retry } from "../../mod.ts";
import { encode } from "../../src/encode/mod.ts";
import { saveAudio } from "../../src/file/mod.ts";
import { failure, GENERATE, rejection, type Rig, setUp, STREAM, within } from "../support/rig.ts";

/** Audio of both kinds, and what it holds. */
async function kinds({ client }: Rig): Promise<[string, () => AudioStream][]> {
  const { requestId } = await client.generateSpeech(GENERATE);
  const done = await client.waitForCompletion(requestId);
  return [
    ["a stream", () => client.streamSpeech(STREAM)],
    ["a download", () => client.downloadAudio(done)],
  ];
}

const WHOLES: Readonly<Record<string, (audio: AudioStream) => unknown>> = {
  "bytes": (audio) => audio.bytes(),
  "wav": (audio) => audio.wav(),
  "blob": (audio) => audio.blob(),
  "toResponse": (audio) => audio.toResponse(),
  "toReadableStream": (audio) => audio.toReadableStream(),
};

/** What a first reader does, whether the audio is used then, and what a loop may still do. */
const FIRSTS: Readonly<Record<string, [(audio: AudioStream) => unknown, boolean]>> = {
  "next()": [(audio) => audio.next(), true],
  "a loop that ended": [async (audio) => {
    for await (const _ of audio);
  }, true],
  "a loop that broke": [async (audio) => {
    for await (const _ of audio) break;
  }, true],
  "an iterator": [(audio) => audio[Symbol.asyncIterator](), false],
  "cancel()": [(audio) => audio.cancel(), true],
  "bytes()": [(audio) => audio.bytes(), true],
  "toReadableStream()": [(audio) => audio.toReadableStream(), false],
};

for (const [first, [read, isUsed]] of Object.entries(FIRSTS)) {
  Deno.test(`AudioStream refuses each second reader with a TypeError after ${first}`, async () => {
    await using rig = await setUp();
    const folder = await Deno.makeTempDir();
    try {
      const path = `${folder}/good.wav`;
      await Deno.writeTextFile(path, "good");
      for (const [kind, make] of await kinds(rig)) {
        const audio = make();
        assertEquals([audio.locked, audio.bodyUsed], [false, false]);
        const got = await read(audio);
        assertEquals([audio.locked, audio.bodyUsed], [first !== "cancel()", isUsed], kind);
        for (const [name, take] of Object.entries(WHOLES)) {
          const error = await failure(TypeError, Promise.resolve().then(() => take(audio)));
          assert(error.message.includes("must be unread"), `${kind}, ${name}: ${error.message}`);
          // What was read before is bought. The audio of a job costs nothing the second time.
          assertEquals(isSafeToRetry(error), !isUsed || kind === "a download");
        }
        if (first !== "next()") assertThrows(() => audio[Symbol.asyncIterator](), TypeError);
        // A good file is not written over.
        const refusal = await failure(TypeError, saveAudio(path, audio, { overwrite: true }));
        assertEquals(isSafeToRetry(refusal), !isUsed || kind === "a download");
        assertEquals(await Deno.readTextFile(path), "good");
        assertEquals([...Deno.readDirSync(folder)].length, 1);
        if (got instanceof ReadableStream) await got.cancel();
        await audio.cancel();
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("AudioStream gives all of its bytes to the first of two readers that come at once", async () => {
  await using rig = await setUp();
  for (const [kind, make] of await kinds(rig)) {
    const whole = await make().bytes();
    for (const second of ["next", "bytes", "loop"]) {
      const audio = make();
      const first = audio.bytes();
      const other = (async (): Promise<unknown> => {
        if (second === "loop") return audio[Symbol.asyncIterator]();
        return await (second === "next" ? audio.next() : audio.bytes());
      })();
      await failure(TypeError, other);
      assertEquals(await first, whole, `${kind}, ${second}`);
    }
  }
});

Deno.test("AudioStream goes on in a loop after calls of next()", async () => {
  await using rig = await setUp();
  for (const [, make] of await kinds(rig)) {
    const audio = make();
    const { value } = await audio.next();
    let bytes = value!.length;
    for await (const chunk of audio) bytes += chunk.length;
    assertEquals(bytes, (await make().bytes()).length);
  }
});

Deno.test("AudioStream.bytes fails when the audio is cancelled meanwhile, and the stream of it, too", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "hang", method: "StreamSpeech", afterBytes: 5_000, times: 2 });
  const audio = rig.client.streamSpeech(STREAM);
  const bytes = rejection(audio.bytes());
  await audio.cancel();
  assertEquals((await within(bytes) as Error).name, "AbortError");
  const other = rig.client.streamSpeech(STREAM);
  const reading = rejection(new Response(other.toReadableStream()).arrayBuffer());
  await other.cancel();
  assertEquals((await within(reading) as Error).name, "AbortError");
});

Deno.test("isSafeToRetry is false for a stream that was cancelled while it was read, and true for a download", async () => {
  await using rig = await setUp({ emulator: { streamPace: 20 } });
  const { client, emulator } = rig;
  const done = await client.waitForCompletion((await client.generateSpeech(GENERATE)).requestId);
  const takers: Readonly<Record<string, (audio: AudioStream) => Promise<unknown>>> = {
    bytes: (audio) => audio.bytes(),
    blob: (audio) => audio.blob(),
    toReadableStream: (audio) => new Response(audio.toReadableStream()).arrayBuffer(),
    encode: (audio) => encode(audio, { format: "wav" }).bytes(),
  };
  for (const [name, take] of Object.entries(takers)) {
    for (const isJob of [false, true]) {
      const onProgress = () => void audio.cancel();
      const audio: AudioStream = isJob
        ? client.downloadAudio(done, { onProgress })
        : client.streamSpeech(STREAM, { onProgress });
      const error = await rejection(take(audio)) as Error;
      assertEquals([error.name, isSafeToRetry(error)], ["AbortError", isJob], name);
      const { requestId } = done;
      assertEquals(interruptedJobs(error), isJob ? [{ requestId, charged: "yes" }] : [], name);
    }
  }
  assertEquals(emulator.ledger.charges.length, 5);
});

Deno.test("retry buys nothing again when audio was cancelled while it was read, or its pipe ended", async () => {
  await using rig = await setUp({ emulator: { streamPace: 20 } });
  const { client, emulator } = rig;
  const broken = () => {
    throw new Error("The disk is full.");
  };
  const reads: Readonly<Record<string, () => Promise<unknown>>> = {
    "a job that its owner cancels": async () => {
      const onProgress = () => void audio.cancel();
      const audio: AudioStream = await client.speak(GENERATE, { onProgress });
      return await audio.blob();
    },
    "a stream into a writer that fails": () =>
      client.streamSpeech(STREAM).toReadableStream().pipeTo(new WritableStream({ write: broken })),
    "a job into a writer that fails": async () => {
      const audio = await client.speak(GENERATE);
      await audio.toReadableStream().pipeTo(new WritableStream({ write: broken }));
    },
    "a stream whose pipe aborts": () => {
      const visitor = new AbortController();
      const into = new WritableStream({ write: () => visitor.abort(new Error("enough")) });
      const { signal } = visitor;
      return client.streamSpeech(STREAM).toReadableStream().pipeTo(into, { signal });
    },
  };
  for (const [name, read] of Object.entries(reads)) {
    const before = emulator.ledger.charges.length;
    const options = { maxRetries: 2, baseDelay: 1, retryExceptions: [Error] };
    await rejection(retry(read, options));
    assertEquals(emulator.ledger.charges.length - before, 1, name);
  }
});

Deno.test("saveAudio refuses an exhausted iterable, and keeps the good file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/good.wav`;
    await saveAudio(path, new Uint8Array([1, 2]));
    const good = await Deno.readFile(path);
    const used = function* () {
      yield new Uint8Array([1, 2]);
    }();
    for (const _ of used);
    for (const audio of [used, [], new Uint8Array(), [new Uint8Array()]]) {
      await failure(TypeError, saveAudio(path, audio, { overwrite: true }));
    }
    const stream = new Response(new Uint8Array([1, 2])).body!;
    stream.getReader();
    await failure(TypeError, saveAudio(path, stream, { overwrite: true }));
    assertEquals(await Deno.readFile(path), good);
    assertEquals([...Deno.readDirSync(folder)].length, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
