// What streams and downloads have in common: formats, WAV, Blob, Response, duration, progress.

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type AudioProgress,
  type AudioStream,
  encodeWav,
  repairWav,
  ServerError,
  wavHeader,
} from "../../mod.ts";
import { mendHeader } from "../../src/audio/wav/wav_repair.ts";
import { cannedClient, cannedFetch } from "../support/canned_fetch.ts";
import { crumbs } from "../support/crumbs.ts";
import { concat, cut, hex, utf8 } from "../support/hex.ts";
import { failure, GENERATE, type Rig, setUp, STREAM } from "../support/rig.ts";

const PCM = Uint8Array.from({ length: 48_000 }, (_, i) => i % 200);
const MP3 = utf8("ID3\x04\0\0\0\0\0\0".padEnd(5_000, "\x01"));
const OGG = utf8("OggS\0\x02".padEnd(5_000, "\x01"));

interface Served {
  readonly bytes?: Uint8Array;
  readonly contentType?: string;
  /** Answers without a length. */
  readonly unknownLength?: boolean;
  /** The length that the metrics of the job name. Default 1. */
  readonly seconds?: number;
}

/** A download that has not begun, of a job whose audio is served as told. */
async function downloadOf(
  { client, emulator }: Rig,
  { unknownLength, seconds = 1, ...fault }: Served = {},
  onProgress?: (progress: AudioProgress) => void,
) {
  const { requestId } = await client.generateSpeech(GENERATE);
  const { metrics, ...job } = await client.waitForCompletion(requestId);
  const done = { ...job, metrics: { ...metrics, audioLength: seconds } };
  if (!unknownLength) emulator.addFault({ kind: "audio", ...fault });
  else {
    emulator.addFault({
      kind: "http",
      method: "Audio",
      status: 200,
      body: fault.bytes!,
      headers: { "content-type": fault.contentType ?? "audio/wav", "transfer-encoding": "chunked" },
    });
  }
  return client.downloadAudio(done, { onProgress });
}

const facts = ({ format, sampleRate, duration }: AudioStream) => [format, sampleRate, duration];

Deno.test("AudioStream of a stream knows its format and rate at once, and its duration at its end", async () => {
  await using rig = await setUp();
  const stream = rig.client.streamSpeech(STREAM);
  assertEquals(facts(stream), ["pcm", 24_000, undefined]);
  await stream.next();
  assertEquals(stream.duration, undefined);
  for await (const _ of stream);
  const again = rig.client.streamSpeech(STREAM);
  const whole = await again.bytes();
  assertEquals(again.duration, whole.length / 48);
  assertEquals(stream.duration, again.duration);

  const left = rig.client.streamSpeech(STREAM);
  for await (const _ of left) break;
  assertEquals(left.duration, undefined);
  rig.emulator.addFault({ kind: "stream", errorMessage: "broke", afterChunks: 2 });
  const broken = rig.client.streamSpeech(STREAM);
  await failure(ServerError, broken.bytes());
  assertEquals(await broken.next(), { done: true, value: undefined });
  assertEquals(broken.duration, undefined);
});

Deno.test("AudioStream of a download knows all from its first chunk on, when the length is announced", async () => {
  await using rig = await setUp();
  const wav = encodeWav(PCM);
  const fast = wavHeader(PCM.length);
  const view = new DataView(fast.buffer);
  view.setUint16(22, 2, true);
  view.setUint32(24, 48_000, true);
  view.setUint32(28, 192_000, true);
  view.setUint16(32, 4, true);
  const rows: [Uint8Array, unknown[]][] = [
    [wav, ["wav", 24_000, 1_000]],
    // Its header does not know the length: that of the transfer tells it.
    [concat(wavHeader(), PCM), ["wav", 24_000, 1_000]],
    // What follows the samples is no sound.
    [concat(wav, utf8("LIST"), hex("04 00 00 00 61 62 63 64")), ["wav", 24_000, 1_000]],
    [concat(fast, PCM), ["wav", 48_000, 250]],
    [PCM, ["pcm", 24_000, 1_000]],
    [wav.slice(0, 100), ["wav", 24_000, 56 / 48]],
    [MP3, ["mp3", undefined, undefined]],
    [OGG, ["ogg", undefined, undefined]],
    // They are WAVE, but not of this form.
    [concat(utf8("RF64"), wav.slice(4)), ["rf64", undefined, undefined]],
    [concat(utf8("RIFX"), wav.slice(4)), ["rifx", undefined, undefined]],
  ];
  for (const [bytes, expected] of rows) {
    const download = await downloadOf(rig, { bytes });
    assertEquals(facts(download), [undefined, undefined, undefined]);
    const first = await download.next();
    assertEquals(facts(download), expected);
    const chunks = [first.value!];
    for await (const chunk of download) chunks.push(chunk);
    assertEquals(concat(...chunks), bytes);
    assertEquals(facts(download), expected);
  }
});

Deno.test("AudioStream of a download without a length knows its duration by its header, or at its end", async () => {
  await using rig = await setUp();
  const long = new Uint8Array(480_000);
  const known = await downloadOf(rig, { bytes: encodeWav(long), unknownLength: true });
  await known.next();
  assertEquals(known.duration, 10_000);
  await known.cancel();
  for (const bytes of [long, concat(wavHeader(), long)]) {
    const download = await downloadOf(rig, { bytes, unknownLength: true, seconds: 10 });
    await download.next();
    assertEquals(download.duration, undefined);
    for await (const _ of download);
    assertEquals(download.duration, 10_000);
  }
});

Deno.test("AudioDownload tells its format however small the pieces are in which it comes", async () => {
  await using rig = await setUp();
  const frame = Uint8Array.from({ length: 417 }, (_, i) => [0xff, 0xfb, 0x90, 0x64][i] ?? 7);
  const mp3 = concat(...Array.from({ length: 12 }, () => frame));
  const { requestId } = await rig.client.generateSpeech(GENERATE);
  const done = await rig.client.waitForCompletion(requestId);
  for (const bytes of [mp3, encodeWav(PCM), encodeWav(PCM.slice(0, 6))]) {
    const fetch = (input: string, init?: RequestInit) => {
      if (!input.includes("/audio/")) return globalThis.fetch(input, init);
      const pieces = cut(bytes, [1, 2, 700]);
      return Promise.resolve(new Response(ReadableStream.from(pieces)));
    };
    const client = rig.open({ fetch: fetch as typeof globalThis.fetch });
    const download = client.downloadAudio(done);
    assertEquals(await download.bytes(), bytes);
    assertEquals(download.format, bytes === mp3 ? "mp3" : "wav");
  }
});

Deno.test("AudioStream.bytes keeps no small chunks, each of which costs far more than its bytes", async () => {
  using client = cannedClient(cannedFetch(() => new Response(crumbs(MP3))));
  assertEquals(await client.downloadAudio({ audioUrl: "https://cdn.example/a" }).bytes(), MP3);
});

Deno.test("AudioStream corrects a content type that is not audio, from the bytes", async () => {
  await using rig = await setUp();
  const rows: [Uint8Array, string, string][] = [
    [MP3, "application/octet-stream", "audio/mpeg"],
    [OGG, "", "audio/ogg"],
    [encodeWav(PCM), "binary/octet-stream", "audio/wav"],
    [encodeWav(PCM), "text/plain", "audio/wav"],
    [encodeWav(PCM), "audio/x-wav", "audio/x-wav"],
    [OGG, "audio/ogg; codecs=opus", "audio/ogg; codecs=opus"],
    // A player needs a header.
    [PCM, "", "audio/wav"],
    [PCM, "audio/L16", "audio/wav"],
    [OGG, "text/html", "audio/ogg"],
  ];
  for (const [bytes, contentType, expected] of rows) {
    const response = await (await downloadOf(rig, { bytes, contentType })).toResponse();
    assertEquals(response.headers.get("content-type"), expected);
    const file = bytes === PCM ? encodeWav(PCM) : bytes;
    assertEquals(response.headers.get("content-length"), `${file.length}`);
    assertEquals(await response.bytes(), file);
    const blob = await (await downloadOf(rig, { bytes, contentType })).blob();
    // A Blob's type is in lower case.
    assertEquals(blob.type, expected.toLowerCase());
    assertEquals(new Uint8Array(await blob.arrayBuffer()), file);
  }
});

Deno.test("AudioStream.blob of a stream is a WAV with true lengths", async () => {
  await using rig = await setUp();
  const blob = await rig.client.streamSpeech(STREAM).blob();
  assertEquals(blob.type, "audio/wav");
  const wav = await rig.client.streamSpeech(STREAM).wav();
  assertEquals(new Uint8Array(await blob.arrayBuffer()), wav);
});

Deno.test("AudioStream.wav keeps a WAV, gives it true lengths, and makes one of bare PCM", async () => {
  await using rig = await setUp();
  const wav = encodeWav(PCM);
  const wide = wav.slice();
  new DataView(wide.buffer).setUint16(22, 2, true);
  const rows: [Uint8Array, Uint8Array][] = [
    [wav, wav],
    [concat(wavHeader(), PCM), wav],
    [PCM, wav],
    [wide, wide],
    // Half a sample is none.
    [concat(PCM, hex("01")), wav],
  ];
  for (const [bytes, expected] of rows) {
    assertEquals(await (await downloadOf(rig, { bytes })).wav(), expected);
  }
  const left = await downloadOf(rig);
  await left.cancel();
  await failure(TypeError, left.wav());
});

Deno.test("AudioStream.wav names what came when it is neither WAV nor PCM, says what helps, and ends the transfer", async () => {
  await using rig = await setUp();
  const rf64 = concat(utf8("RF64"), encodeWav(PCM).slice(4));
  for (const [format, bytes] of [["mp3", MP3], ["ogg", OGG], ["rf64", rf64]] as const) {
    const long = concat(bytes, new Uint8Array(5_000_000));
    const download = await downloadOf(rig, { bytes: long });
    const error = await failure(ServerError, download.wav());
    assert(error.message.includes(`The audio is ${format}: expected WAV or PCM`), error.message);
    assert(/a stream.*a new download/i.test(error.message), error.message);
    assertEquals(error.charged, "yes");
    assertEquals(error.requestId, rig.emulator.jobs.at(-1)?.requestId);
    assertEquals(await download.next(), { done: true, value: undefined });
  }
});

Deno.test("AudioStream.wav fails when there is less than the WAV's header says", async () => {
  await using rig = await setUp();
  const bytes = encodeWav(PCM).slice(0, -1_000);
  const error = await failure(ServerError, (await downloadOf(rig, { bytes })).wav());
  assert(error.message.includes("cut short"), error.message);
  assertEquals(error.charged, "yes");
  // The bytes are to be had all the same.
  assertEquals(await (await downloadOf(rig, { bytes })).bytes(), bytes);
});

Deno.test("Client.streamSpeech fails, paid for, when its WAV header announces more than comes", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "stream", waveHeader: true, chunkBytes: 5_001 });
  const whole = await rig.client.streamSpeech(STREAM).bytes();
  assertEquals(whole, await rig.client.streamSpeech(STREAM).bytes());
  // A header for more than the 4 bytes that follow.
  const fetch = async (input: string, init?: RequestInit) => {
    const response = await globalThis.fetch(input, init);
    const body = await response.bytes();
    // The size of the data, behind the frame's head (5) and the field's (3) of the first message.
    const at = body.findIndex((_, i) => String.fromCharCode(...body.subarray(i, i + 4)) === "data");
    new DataView(body.buffer, body.byteOffset).setUint32(at + 4, whole.length + 2, true);
    return new Response(body, response);
  };
  const client = rig.open({ fetch: fetch as typeof globalThis.fetch });
  rig.emulator.addFault({ kind: "stream", waveHeader: true });
  const error = await failure(ServerError, client.streamSpeech(STREAM).bytes());
  assert(error.message.includes("cut short"), error.message);
  assertEquals(error.charged, "yes");
});

Deno.test("AudioStream tells its progress after each chunk, and nothing of what the hook throws", async () => {
  await using rig = await setUp();
  const seen: AudioProgress[] = [];
  const bytes = encodeWav(new Uint8Array(480_000));
  const download = await downloadOf(rig, { bytes }, (progress) => {
    seen.push(progress);
    throw new Error("a broken hook");
  });
  const chunks = [];
  for await (const chunk of download) chunks.push(chunk);
  assertEquals(seen.length, chunks.length);
  assertEquals(seen.at(-1), { bytes: bytes.length, totalBytes: bytes.length, duration: 10_000 });
  let sum = 0;
  for (const [i, { bytes, duration }] of seen.entries()) {
    sum += chunks[i]!.length;
    assertEquals([bytes, duration], [sum, (sum - 44) / 48]);
  }

  let last: AudioProgress | undefined;
  const onProgress = (progress: AudioProgress) => last = progress;
  const { length } = await rig.client.streamSpeech(STREAM, { onProgress }).bytes();
  assertEquals(last, { bytes: length, totalBytes: undefined, duration: length / 48 });
  // A WAV response does not count the header that is put in front.
  await (await rig.client.streamSpeech(STREAM, { onProgress }).toResponse()).bytes();
  assertEquals(last!.bytes, length);
  assertThrows(
    () => rig.client.streamSpeech(STREAM, { onProgress: 1 as unknown as () => void }),
    TypeError,
    "onProgress must be a value of type function: got 1",
  );
});

Deno.test("repairWav gives a streamed WAV its true lengths, and leaves what was right", () => {
  const tail = concat(utf8("LIST"), hex("02 00 00 00 61 62"));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    const pcm = bytes.slice(0, bytes.length - bytes.length % 2);
    const right = encodeWav(pcm);
    assertEquals(repairWav(concat(wavHeader(), pcm)), right);
    if (pcm.length > 0) assertEquals(repairWav(concat(right, tail)), concat(right, tail));
    // Cut off while it was written: the lengths are those of what is there.
    assertEquals(repairWav(concat(wavHeader(pcm.length + 10), pcm)), right);
  }));
  const streamed = concat(wavHeader(), new Uint8Array(10));
  const before = streamed.slice();
  repairWav(streamed);
  assertEquals(streamed, before);
  const view = concat(hex("01 02 03"), streamed).subarray(3);
  assertEquals(repairWav(view), encodeWav(new Uint8Array(10)));
  for (const bad of [new Uint8Array(), new Uint8Array(100), MP3, wavHeader().slice(0, 43)]) {
    assertThrows(() => repairWav(bad), TypeError, "must begin with a WAV header");
  }
});

Deno.test("mendHeader leaves a length beyond 4 GiB unknown, as a header cannot name it", () => {
  const names = (size: number) => {
    const head = wavHeader();
    const { bytes } = mendHeader(head, size);
    const view = new DataView(head.buffer);
    return [bytes, view.getUint32(4, true), view.getUint32(40, true)];
  };
  const most = 0xffff_ffff - 1;
  const unknown = [0x7fff_f024, 0x7fff_f000];
  assertEquals(names(3e9), [3e9 - 44, 3e9 - 8, 3e9 - 44]);
  assertEquals(names(most + 8 - 36), [most - 72, most - 36, most - 72]);
  assertEquals(names(most + 10), [most - 34, ...unknown]);
  assertEquals(names(5e9), [5e9 - 44, ...unknown]);
});
