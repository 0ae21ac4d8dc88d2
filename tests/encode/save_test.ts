import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  audioFormat,
  Client,
  isSafeToRetry,
  repairWav,
  ServerError,
  TsetsenError,
} from "../../mod.ts";
import { checkEncoder, encode } from "../../src/encode/mod.ts";
import { type RunningEmulator, startEmulator } from "../../src/emulator/mod.ts";
import { keptAudio, saveAudio } from "../../src/file/mod.ts";
import { narrate } from "../../src/narration/mod.ts";
import { GENERATE, setUp } from "../support/rig.ts";
import { breakWorkers, tone, withFolder } from "./support.ts";

const REQUEST = { text: "Сайн байна уу? Би Цэцэн дуу хоолой.", voiceId: "emulator-v2-sarnai" };

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name.replace(/\.[\da-f]{8}\./, ".ID."))
    .sort();
}

async function withClient(
  run: (folder: string, client: Client, emulator: RunningEmulator) => Promise<void>,
): Promise<void> {
  await using emulator = await startEmulator();
  const { apiKey, url } = emulator;
  using client = new Client({ apiKey, endpoint: url, secure: false });
  await withFolder((folder) => run(folder, client, emulator));
}

Deno.test("saveAudio encodes a stream by the ending of the name, and leaves nothing else", async () => {
  await withClient(async (folder, client, emulator) => {
    const pcm = await client.streamSpeech(REQUEST).bytes();
    for (const format of ["mp3", "flac", "aac"] as const) {
      const path = `${folder}/speech.${format.toUpperCase()}`;
      const { bytes } = await saveAudio(path, client.streamSpeech(REQUEST), { title: "Мэнд" });
      const file = await Deno.readFile(path);
      assertEquals(file, await encode(pcm, { format, title: "Мэнд" }).bytes());
      assertEquals([bytes, audioFormat(file)], [file.length, format]);
      await Deno.remove(path);
    }
    assertEquals(names(folder), []);
    assertEquals(emulator.ledger.charges.length, 4);
  });
});

Deno.test("saveAudio encodes a job and bytes, and writes as it is what has the format already", async () => {
  await withClient(async (folder, client) => {
    const job = await client.submit({ ...REQUEST, voiceId: "emulator-v1-bold" });
    const wav = await (await job.audio()).wav();
    const wanted = await encode(wav, { format: "mp3" }).bytes();
    await saveAudio(`${folder}/job.mp3`, await job.audio());
    assertEquals(await Deno.readFile(`${folder}/job.mp3`), wanted);
    await saveAudio(`${folder}/pcm.mp3`, wav.subarray(44));
    assertEquals(await Deno.readFile(`${folder}/pcm.mp3`), wanted);
    await saveAudio(`${folder}/again.mp3`, wanted);
    assertEquals(await Deno.readFile(`${folder}/again.mp3`), wanted);
    await saveAudio(`${folder}/encoded.mp3`, encode(wav, { format: "mp3" }));
    assertEquals(await Deno.readFile(`${folder}/encoded.mp3`), wanted);
    assertEquals(names(folder), ["again.mp3", "encoded.mp3", "job.mp3", "pcm.mp3"]);
  });
});

Deno.test("saveAudio refuses audio that was encoded in another format than the name asks for, and buys nothing", async () => {
  await withClient(async (folder, client, emulator) => {
    for (
      const [format, name] of [["mp3", "a.wav"], ["mp3", "a.FLAC"], ["wav", "a.mp3"], [
        "flac",
        "a.aac",
      ]] as const
    ) {
      const audio = encode(client.streamSpeech(REQUEST), { format });
      const says = `got ${format}. Give another name`;
      await assertRejects(() => saveAudio(`${folder}/${name}`, audio), TypeError, says);
      assertEquals(audio.bodyUsed, false);
    }
    for (const name of ["a.m4a", "a.OGG", "a.opus", "a.mp4"]) {
      const work = () => saveAudio(`${folder}/${name}`, client.streamSpeech(REQUEST));
      await assertRejects(work, TypeError, "path must end in .wav, .mp3, .flac or .aac");
    }
    assertEquals([emulator.ledger.charges.length, names(folder)], [0, []]);
    const other = encode(client.streamSpeech(REQUEST), { format: "mp3" });
    await saveAudio(`${folder}/a.bin`, other);
    assertEquals(names(folder), ["a.bin"]);
  });
});

Deno.test("saveAudio writes nothing of another format under the name of one, from bytes and from a job", async () => {
  await using rig = await setUp();
  const mp3 = await encode(tone(24_000), { format: "mp3" }).bytes();
  const ofMp3 = rig.open({
    fetch: (url, init) =>
      init?.method === "POST" ? fetch(url, init) : Promise.resolve(new Response(mp3)),
  });
  await withFolder(async (folder) => {
    const page = new TextEncoder().encode("<!doctype html><title>Алдаа</title>");
    for (const [name, bytes] of [["a.flac", mp3], ["a.mp3", page], ["a.aac", page]] as const) {
      await assertRejects(() => saveAudio(`${folder}/${name}`, bytes), TypeError, "got ");
    }
    const job = await ofMp3.submit(GENERATE);
    const audio = await job.audio();
    const error = await assertRejects(() => saveAudio(`${folder}/a.flac`, audio), ServerError);
    assertEquals([error.charged, error.requestId], ["yes", job.requestId]);
    assertEquals(names(folder), []);
    await saveAudio(`${folder}/a.mp3`, await job.audio());
    assertEquals(await Deno.readFile(`${folder}/a.mp3`), mp3);
  });
});

Deno.test("saveAudio takes the chapters of a narration when all of it has come", async () => {
  await withClient(async (folder, client) => {
    const text = "Нэгдүгээр бүлэг.\n\nЭнэ бол эхлэл.\n\nХоёрдугаар бүлэг.\n\nЭнэ бол төгсгөл.";
    const narration = narrate(client, { text, voiceId: "emulator-v1-bold" }, {
      captions: "sentence",
      pollInterval: 1,
    });
    const chapters = () =>
      narration.cues().filter(({ text }) => text.endsWith("бүлэг."))
        .map(({ start, text: title }) => ({ start, title }));
    await saveAudio(`${folder}/book.mp3`, narration, { chapters });
    assertEquals(chapters().length, 2);
    assert(chapters()[1]!.start > 0);
    const file = await Deno.readFile(`${folder}/book.mp3`);
    const at = new TextDecoder("latin1").decode(file).lastIndexOf("ch1\0");
    assertEquals(new DataView(file.buffer).getUint32(at + 4), chapters()[1]!.start);
  });
});

Deno.test("saveAudio keeps the whole WAV of a paid stream when the encoder fails, and says where", async () => {
  await withClient(async (folder, client, emulator) => {
    const wav = await client.streamSpeech(REQUEST).wav();
    await checkEncoder("mp3");
    using _ = breakWorkers(2);
    const path = `${folder}/speech.mp3`;
    const speech = client.streamSpeech(REQUEST);
    const error = await assertRejects(() => saveAudio(path, speech), TsetsenError);
    assertEquals([error.code, error.charged], ["encoder_failed", "yes"]);
    const [kept = ""] = keptAudio(error);
    assert(error.message.includes(kept));
    assertEquals(await Deno.readFile(kept), wav);
    assertEquals(names(folder), ["speech.mp3.ID.part.wav"]);
    assertEquals(emulator.ledger.charges.length, 2);
  });
});

Deno.test("saveAudio tells the job's id when its audio cannot be encoded", async () => {
  await withClient(async (folder, client) => {
    const job = await client.submit({ ...REQUEST, voiceId: "emulator-v1-bold" });
    await checkEncoder("mp3");
    const audio = await job.audio();
    using _ = breakWorkers(2);
    const error = await assertRejects(() => saveAudio(`${folder}/a.mp3`, audio), TsetsenError);
    assertEquals([error.charged, error.requestId], ["yes", job.requestId]);
  });
});

Deno.test("saveAudio keeps the WAV when its signal ends the encoding, and rejects with the reason", async () => {
  await withFolder(async (folder) => {
    const reason = new Error("enough");
    const pcm = tone(48_000);
    const chapters = () => {
      queueMicrotask(() => controller.abort(reason));
      return [];
    };
    const controller = new AbortController();
    const { signal } = controller;
    const saved = saveAudio(`${folder}/a.mp3`, pcm, { signal, chapters });
    assertEquals(await assertRejects(() => saved), reason);
    const [kept = ""] = keptAudio(reason);
    assertEquals((await Deno.readFile(kept)).subarray(44), pcm);
    assertEquals(names(folder), ["a.mp3.ID.part.wav"]);
  });
});

Deno.test("saveAudio says that a stream is not to be bought again when its signal ends the encoding", async () => {
  await withClient(async (folder, client) => {
    const reason = new Error("enough");
    const controller = new AbortController();
    const { signal } = controller;
    const chapters = () => {
      queueMicrotask(() => controller.abort(reason));
      return [];
    };
    const saved = saveAudio(`${folder}/a.mp3`, client.streamSpeech(REQUEST), { signal, chapters });
    assertEquals(await assertRejects(() => saved), reason);
    assertEquals([isSafeToRetry(reason), keptAudio(reason).length], [false, 1]);
  });
});

Deno.test("saveAudio buys nothing when an option is wrong, or the WAV would be too long", async () => {
  await withClient(async (folder, client, emulator) => {
    const speech = client.streamSpeech(REQUEST);
    await assertRejects(() => saveAudio(`${folder}/a.mp3`, speech, { bitrate: 1 }), RangeError);
    await assertRejects(() => saveAudio(`${folder}/a.wav`, speech, { title: "a" }), TypeError);
    await assertRejects(
      () => saveAudio(`${folder}/a.flac`, speech, { bitrate: 64_000 }),
      TypeError,
    );
    await assertRejects(() => saveAudio(`${folder}/a`, speech, { chapters: () => [] }), TypeError);
    const long = Object.assign(client.streamSpeech(REQUEST));
    Object.defineProperty(long, "contentLength", { value: 5 * 2 ** 30 });
    await assertRejects(() => saveAudio(`${folder}/a.wav`, long), RangeError, "at most 4 GiB");
    assertEquals([emulator.requests.length, names(folder)], [0, []]);
    // With room for RF64 it is written. This one is short after all.
    await saveAudio(`${folder}/a.wav`, speech, { large: true });
    const file = await Deno.readFile(`${folder}/a.wav`);
    assertEquals(file, repairWav(file));
    assertEquals(file.subarray(80), await client.streamSpeech(REQUEST).bytes());
  });
});
