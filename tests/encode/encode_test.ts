import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Client, isSafeToRetry, ServerError, TsetsenError } from "../../mod.ts";
import { until } from "../support/until.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { checkEncoder, encode, type EncodeFormat } from "../../src/encode/mod.ts";
import {
  breakWorkers,
  burst,
  decode,
  integers,
  lag,
  missing,
  output,
  tone,
  withFolder,
} from "./support.ts";

const SAMPLES = 100_001;
const FORMATS: readonly EncodeFormat[] = ["mp3", "flac", "aac", "wav"];
const CHAPTERS = [{ start: 0, title: "Нэг" }, { start: 2_500.4, title: "Хоёр: «Өвөл»" }];

const lacks = missing("ffmpeg", "ffprobe", "mpg123");
const decoded = (name: string, run: () => Promise<void>) =>
  Deno.test({
    name: `${name}${lacks.length > 0 ? ` (ignored: no ${lacks.join(", ")})` : ""}`,
    ignore: lacks.length > 0,
    fn: run,
  });

decoded("encode gives MP3, FLAC and WAV of exactly the samples that it was given", async () => {
  const pcm = tone(SAMPLES);
  await withFolder(async (folder) => {
    for (const format of ["mp3", "flac", "wav"] as const) {
      const file = `${folder}/tone.${format}`;
      const audio = encode(pcm, { format });
      await Deno.writeFile(file, await audio.bytes());
      assertEquals((await decode(file)).length, SAMPLES, format);
      assertEquals(audio.duration, SAMPLES * 1_000 / 24_000);
      if (format !== "mp3") assertEquals(await decode(file), integers(pcm), format);
    }
    const raw = await output("mpg123", ["-q", "-s", `${folder}/tone.mp3`]);
    assertEquals(raw.length / 2, SAMPLES);
    const probe = await output("ffprobe", [
      ..."-v error -show_entries format=duration -of csv=p=0".split(" "),
      `${folder}/tone.flac`,
    ]);
    assertEquals(Number(new TextDecoder().decode(probe)).toFixed(4), (SAMPLES / 24_000).toFixed(4));
  });
});

decoded("encode tells the delay of MP3 and AAC to the sample", async () => {
  const pcm = burst(SAMPLES, 30_000);
  await withFolder(async (folder) => {
    const file = (format: string) => `${folder}/burst.${format}`;
    const mp3 = encode(pcm, { format: "mp3", bitrate: 160_000 });
    await Deno.writeFile(file("mp3"), await mp3.bytes());
    // Without the facts of the first frame, and with them.
    const plain = await output("mpg123", ["-q", "--no-gapless", "-s", file("mp3")]);
    assertEquals(lag(integers(pcm), integers(plain), 30_000, 240), mp3.delay);
    const gapless = await output("mpg123", ["-q", "-s", file("mp3")]);
    assertEquals(lag(integers(pcm), integers(gapless), 30_000, 240), 0);
    assertEquals(lag(integers(pcm), await decode(file("mp3")), 30_000, 240), 0);
    const aac = encode(pcm, { format: "aac", bitrate: 128_000 });
    await Deno.writeFile(file("aac"), await aac.bytes());
    assertEquals(lag(integers(pcm), await decode(file("aac")), 30_000, 240), aac.delay);
    assertEquals([mp3.delay, aac.delay], [1_105, 1_024]);
  });
});

decoded("encode writes the title and the chapters where ffprobe reads them", async () => {
  await withFolder(async (folder) => {
    for (const format of ["mp3", "flac", "aac"] as const) {
      const file = `${folder}/book.${format}`;
      const audio = encode(tone(5 * 24_000), { format, title: "Өдрийн ном", chapters: CHAPTERS });
      await Deno.writeFile(file, await audio.bytes());
      const args = "-v error -of json -show_chapters -show_entries format_tags".split(" ");
      const { chapters, format: { tags } } = JSON.parse(
        new TextDecoder().decode(await output("ffprobe", [...args, file])),
      );
      assertEquals(tags.title ?? tags.TITLE, "Өдрийн ном", format);
      assertEquals(
        // deno-lint-ignore no-explicit-any -- JSON of another program
        chapters.map((chapter: any) => [
          Number(chapter.start_time),
          Number(chapter.end_time),
          chapter.tags.title,
        ]),
        [[0, 2.5, "Нэг"], [2.5, 5, "Хоёр: «Өвөл»"]],
        format,
      );
    }
  });
});

Deno.test("encode streams a file that differs from the whole one at its start only", async () => {
  const pcm = tone(SAMPLES);
  for (const format of FORMATS) {
    const options = format === "wav" ? { format } : { format, chapters: CHAPTERS };
    const whole = await encode(pcm, options).bytes();
    const streamed = encode([pcm.subarray(0, 7), pcm.subarray(7)], options);
    assertEquals([streamed.head, streamed.duration], [undefined, undefined]);
    const chunks: Uint8Array[] = [];
    for await (const chunk of streamed) chunks.push(chunk);
    const bytes = await new Blob(chunks as Uint8Array<ArrayBuffer>[]).bytes();
    const { head = new Uint8Array() } = streamed;
    assertEquals(bytes.subarray(head.length), whole.subarray(head.length), format);
    assertEquals(head, whole.subarray(0, head.length));
    assertEquals(format === "aac" || head.length > 0, true);
  }
});

Deno.test("encode takes a WAV of the service's format, and refuses other audio", async () => {
  const pcm = tone(24_000);
  const wav = await encode(pcm, { format: "wav" }).bytes();
  for (const format of FORMATS) {
    assertEquals(await encode(wav, { format }).bytes(), await encode(pcm, { format }).bytes());
  }
  const flac = await encode(pcm, { format: "flac" }).bytes();
  const error = await assertRejects(() => encode(flac, { format: "mp3" }).bytes(), TsetsenError);
  assertEquals(/got FLAC/.test(error.message), true);
  await assertRejects(() => encode(new Uint8Array(), { format: "mp3" }).bytes(), TypeError);
});

Deno.test("encode takes no bytes of a job for samples whose content type names another format", async () => {
  await using emulator = await startEmulator({ queueTime: 0, pace: 0 });
  using client = new Client({ apiKey: emulator.apiKey, endpoint: emulator.url });
  const job = await client.submit({ text: "Сайн уу?", voiceId: "emulator-v1-bold" });
  const bytes = tone(24_000);
  for (const [contentType, format] of [["audio/aac", "aac"], ["video/mp4", "mp4"]] as const) {
    emulator.addFault({ kind: "audio", bytes, contentType });
    const file = encode(await job.audio(), { format: "wav" });
    const error = await assertRejects(() => file.bytes(), ServerError) as ServerError;
    assertEquals(error.message.includes(`The audio is ${format}: expected WAV or PCM`), true);
    assertEquals([error.charged, error.requestId, error.reason], ["yes", job.requestId, "not_pcm"]);
  }
  emulator.addFault({ kind: "audio", bytes, contentType: "application/octet-stream" });
  const { length } = await encode(await job.audio(), { format: "wav" }).bytes();
  assertEquals(length, 44 + bytes.length);
});

Deno.test("encode asks for no more audio than its reader takes", async () => {
  for (const format of FORMATS) {
    let asked = 0;
    const endless = (function* () {
      for (;; asked++) yield tone(24_000);
    })();
    const audio = encode(endless, { format });
    assertEquals(asked, 0);
    for (let i = 0; i < 5; i++) await audio.next();
    assert(asked < 20, `${format} asked for ${asked} s`);
    await audio.cancel();
  }
});

Deno.test("encode holds no chunk of an hour that its reader has taken", async () => {
  const file = new URL("./programs/memory.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", "--v8-flags=--expose-gc", file];
  const printed = new TextDecoder().decode(await output(Deno.execPath(), args));
  const { bytes, grown } = JSON.parse(printed);
  assertEquals(bytes, 44 + 60 * 60 * 48_000);
  assert(grown < 16e6, `it holds ${grown} bytes more`);
});

Deno.test("EncodedAudio.cancel ends audio that keeps its reader waiting", async () => {
  const { promise: cancelled, resolve: cancel } = Promise.withResolvers<void>();
  const audio = {
    async *[Symbol.asyncIterator]() {
      yield tone(24_000);
      await cancelled;
    },
    cancel: () => Promise.resolve(cancel()),
  };
  const encoded = encode(audio, { format: "wav" });
  await encoded.next();
  await encoded.next();
  const pending = encoded.next();
  await encoded.cancel();
  assertEquals(await pending, { done: true, value: undefined });
  assertEquals([encoded.duration, encoded.head], [undefined, undefined]);
});

Deno.test("EncodedAudio.cancel ends a stream of the web, between two reads and while one is pending", async () => {
  const stalled = () => {
    const { promise: cancelled, resolve: cancel } = Promise.withResolvers<void>();
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(tone(24_000)),
      cancel: () => {
        cancel();
        throw new Error("whoever leaves asks for no failure");
      },
    });
    return { stream, cancelled };
  };
  for (const format of ["wav", "mp3"] as const) {
    const left = stalled();
    for await (const _ of encode(left.stream, { format })) break;
    await left.cancelled;
    const idle = stalled();
    const encoded = encode(idle.stream, { format });
    await encoded.next();
    await encoded.cancel();
    await idle.cancelled;
    const waiting = stalled();
    const read = encode(waiting.stream, { format });
    const reads = (async () => {
      while (!(await read.next()).done);
    })();
    await read.cancel();
    await reads;
    await waiting.cancelled;
    assertEquals([read.duration, read.head], [undefined, undefined]);
    const response = await encode(stalled().stream, { format }).toResponse();
    await response.body?.cancel();
  }
});

Deno.test("encode reads a stream that has a reader and no loop, as Safari's have", async () => {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(tone(100));
      controller.close();
    },
  });
  const audio = { getReader: () => stream.getReader(), locked: false };
  const wav = await encode(audio as unknown as typeof stream, { format: "wav" }).bytes();
  assertEquals(wav.subarray(44), tone(100));
});

Deno.test("encode fails when the audio is cancelled in the middle: what came is not the whole", async () => {
  await using emulator = await startEmulator({ streamPace: 40 });
  const { apiKey, url } = emulator;
  using client = new Client({ apiKey, endpoint: url });
  for (const format of ["mp3", "wav"] as const) {
    const text = "Сайн байна уу? ".repeat(20);
    const speech = client.streamSpeech({ text, voiceId: "emulator-v2-bold" });
    const audio = encode(speech, { format });
    await audio.next();
    await speech.cancel();
    const rest = (async () => {
      while (!(await audio.next()).done);
    })();
    const error = await assertRejects(() => rest, DOMException);
    assertEquals([error.name, audio.duration, audio.head], ["AbortError", undefined, undefined]);
  }
});

Deno.test("EncodedAudio.cancel ends the synthesis at the service", async () => {
  await using emulator = await startEmulator({ streamPace: 40 });
  const { apiKey, url } = emulator;
  using client = new Client({ apiKey, endpoint: url, secure: false });
  for (const format of ["mp3", "wav"] as const) {
    const text = "Сайн байна уу? ".repeat(20);
    const audio = encode(client.streamSpeech({ text, voiceId: "emulator-v2-bold" }), { format });
    assertEquals((await audio.next()).done, false);
    const pending = (async () => {
      while (!(await audio.next()).done);
    })();
    await audio.cancel();
    await pending;
    assertEquals([audio.duration, audio.head], [undefined, undefined]);
    await until(() => emulator.activeStreams === 0);
    assertEquals(emulator.requests.at(-1)?.aborted, true);
  }
});

Deno.test("encode buys nothing when the encoder does not work here", async () => {
  await using emulator = await startEmulator();
  const { apiKey, url } = emulator;
  using client = new Client({ apiKey, endpoint: url, secure: false });
  const program = `
    import { Client } from "@tsetsen/sdk";
    import { encode } from "@tsetsen/sdk/encode";
    globalThis.Worker = class { constructor() { throw new Error("no workers here"); } };
    using client = new Client({ apiKey: "${apiKey}", endpoint: "${url}", secure: false });
    const speech = client.streamSpeech({ text: "Сайн уу?", voiceId: "emulator-v2-bold" });
    const error = await encode(speech, { format: "mp3" }).bytes().catch((error) => error);
    console.log(error.code, error.charged, /no workers here/.test(error.message));
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--config", new URL("../../deno.json", import.meta.url).pathname, program],
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "encoder_failed no true\n");
  assertEquals(emulator.requests.length, 0);
  // The same request is charged where the encoder works.
  await encode(client.streamSpeech({ text: "Сайн уу?", voiceId: "emulator-v2-bold" }), {
    format: "mp3",
  }).bytes();
  assertEquals(emulator.ledger.charges.length, 1);
});

Deno.test("encode says that it is paid for when the encoder fails in the middle", async () => {
  await using emulator = await startEmulator();
  const { apiKey, url } = emulator;
  using client = new Client({ apiKey, endpoint: url, secure: false });
  await checkEncoder("mp3");
  using _ = breakWorkers(2);
  const speech = client.streamSpeech({ text: "Сайн уу?", voiceId: "emulator-v2-bold" });
  const error = await assertRejects(() => encode(speech, { format: "mp3" }).bytes(), TsetsenError);
  assertEquals([error.code, error.charged], ["encoder_failed", "yes"]);
  assertEquals(isSafeToRetry(error), false);
  const job = await client.submit({ text: "Сайн уу?", voiceId: "emulator-v1-bold" });
  using __ = breakWorkers(2);
  const audio = await job.audio();
  const failed = await assertRejects(() => encode(audio, { format: "mp3" }).bytes(), TsetsenError);
  assertEquals([failed.charged, failed.requestId], ["yes", job.requestId]);
});

Deno.test("encode refuses a WAV beyond 4 GiB before anything is read, and writes RF64 when asked for", async () => {
  let read = 0;
  const huge = {
    isRaw: true,
    contentLength: 5 * 2 ** 30,
    async *[Symbol.asyncIterator]() {
      yield tone(100);
      read++;
    },
  };
  assertThrows(() => encode(huge, { format: "wav" }), RangeError, "at most 4 GiB");
  assertEquals(read, 0);
  const { value } = await encode(huge, { format: "wav", large: true }).next();
  const head = value as Uint8Array;
  const view = new DataView(head.buffer);
  assertEquals(new TextDecoder().decode(head.subarray(0, 4)), "RF64");
  assertEquals(view.getBigUint64(20, true), BigInt(5 * 2 ** 30 + 80 - 8));
  assertEquals(view.getBigUint64(28, true), BigInt(5 * 2 ** 30));
  assertEquals(view.getBigUint64(36, true), BigInt(5 * 2 ** 29));
  // A short one is a plain WAV.
  const short = await encode(tone(100), { format: "wav", large: true }).bytes();
  assertEquals([short.length, new TextDecoder().decode(short.subarray(0, 4))], [280, "RIFF"]);
  assertEquals(new DataView(short.buffer).getUint32(76, true), 200);
});

const refused: Record<string, [options: unknown, message: RegExp]> = {
  "no format": [{}, /^format must be one of/],
  "a format that there is not": [{ format: "opus" }, /^format must be "mp3" or .*: got/],
  "a bitrate of FLAC": [{ format: "flac", bitrate: 64_000 }, /^bitrate goes with mp3 and aac/],
  "a bitrate that MP3 does not have": [
    { format: "mp3", bitrate: 320_000 },
    /^bitrate must be one of/,
  ],
  "a bitrate beyond AAC": [{ format: "aac", bitrate: 200_000 }, /^bitrate must be a whole number/],
  "chapters of a WAV": [{ format: "wav", chapters: CHAPTERS }, /^chapters goes with mp3/],
  "chapters out of order": [
    { format: "mp3", chapters: [...CHAPTERS].reverse() },
    /^chapters must be at most 255 chapters, in order/,
  ],
  "a title of half a letter": [
    { format: "mp3", title: "\ud83d" },
    /^title must be a string in well/,
  ],
  "RF64 of MP3": [{ format: "mp3", large: true }, /^large goes with wav/],
  "an option that there is not": [{ format: "mp3", bitRate: 64_000 }, /did you mean bitrate/],
};

for (const [name, [options, message]] of Object.entries(refused)) {
  Deno.test(`encode refuses ${name}`, () => {
    const error = assertThrows(() => encode(new Uint8Array(2), options as never), Error);
    assertEquals(message.test(error.message), true, error.message);
  });
}
