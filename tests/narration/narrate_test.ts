import { assert, assertEquals, assertThrows } from "@std/assert";
import { ManualClock } from "../../src/emulator/mod.ts";
import { encodeWav, InvalidRequestError, ServerError, WAV_HEADER_BYTES } from "../../mod.ts";
import { saveAudio } from "../../src/file/mod.ts";
import { narrate, plan, type Progress } from "../../src/narration/mod.ts";
import { bestBelow, failure, setUp, sleep } from "../support/rig.ts";
import { FAST, jobAudio, paid, paragraphs, STREAM_VOICE, texts, UDHR, VOICE } from "./setup.ts";
import { until } from "../support/until.ts";
import { concat } from "../support/hex.ts";

Deno.test("narrate joins the parts of a long text with their pauses, sample by sample, and pays for each once", async () => {
  await using rig = await setUp();
  const { emulator, client } = rig;
  const narration = narrate(client, { text: UDHR, ...VOICE }, FAST);
  const wav = await narration.wav();

  const parts = plan(UDHR, { speed: VOICE.speed }).parts;
  const audio = await jobAudio(emulator, emulator.url);
  const expected = parts.flatMap(({ pause }, i) => [
    audio[i] ?? new Uint8Array(),
    new Uint8Array(Math.round(pause * 24) * 2),
  ]);
  assertEquals(concat(...expected).length, wav.length - 44);
  assert(concat(...expected).every((byte, i) => byte === wav[44 + i]));
  assertEquals(new DataView(wav.buffer).getUint32(40, true), wav.length - 44);
  // The text's parts, in order, each once; nothing of the text but white space is left out.
  assertEquals(paid(emulator), texts(UDHR, { speed: VOICE.speed }));
  assertEquals(paid(emulator).join("").replace(/\s/g, ""), UDHR.replace(/\s/g, ""));
  assertEquals(emulator.ledger.total, plan(UDHR).characters);
});

Deno.test("narrate submits in order and one at a time, however late the answers are", async () => {
  await using rig = await setUp();
  const { emulator, client, sent } = rig;
  for (let i = 0; i < 12; i++) {
    const delay = (i * 7) % 23;
    emulator.addFault({ kind: "delay", method: "GenerateSpeech", delay, charged: i % 2 === 0 });
    emulator.addFault({ kind: "delay", method: "CheckStatus", delay: 23 - delay });
  }
  const text = paragraphs(12);
  let open = 0;
  const watch = setInterval(() => {
    open = Math.max(open, sent("GenerateSpeech").filter(({ done }) => !done).length);
  }, 1);
  await narrate(client, { text, ...VOICE }, { ...FAST, concurrency: 8 }).bytes();
  clearInterval(watch);
  assertEquals(emulator.jobs.map((job) => job.text), texts(text));
  assertEquals(open, 1);
});

Deno.test("narrate keeps as many parts in flight at the service as concurrency says, and no more", async () => {
  for (const concurrency of [1, 3]) {
    // No job ends before the clock moves, however slow the machine is.
    const clock = new ManualClock();
    await using rig = await setUp({ emulator: { clock, queueTime: 60 } });
    const { emulator, client } = rig;
    const audio = narrate(client, { text: paragraphs(9), ...VOICE }, { ...FAST, concurrency })
      .bytes();
    for (let parts = concurrency; parts <= 9; parts += concurrency) {
      await until(() => emulator.jobs.length >= parts);
      await clock.advance(10_000);
    }
    await audio;
    // A part is in flight from its submission to the request for its audio.
    let inFlight = 0;
    const seen = emulator.requests.map(({ method }) => {
      if (method === "GenerateSpeech") inFlight++;
      if (method === "Audio") inFlight--;
      return inFlight;
    });
    assertEquals(Math.max(...seen), concurrency);
  }
});

Deno.test("Narration sends nothing before it is read, and no more than concurrency parts ahead of its reader", async () => {
  await using rig = await setUp();
  const { emulator, client } = rig;
  const narration = narrate(client, { text: paragraphs(10), ...VOICE }, {
    ...FAST,
    concurrency: 2,
  });
  await sleep(20);
  assertEquals(emulator.requests.length, 0);
  assertEquals(narration.state, undefined);
  await narration.next();
  await until(() => emulator.jobs.length === 2);
  await sleep(50);
  assertEquals(emulator.jobs.length, 2);
  await narration.cancel();
  await narration.settled();
});

Deno.test("Narration.toResponse is a WAV response, and stops submitting when its client goes away", async () => {
  await using rig = await setUp();
  const { emulator, client } = rig;
  const narration = narrate(client, { text: paragraphs(30), ...VOICE }, FAST);
  const response = await narration.toResponse();
  assertEquals(response.headers.get("content-type"), "audio/wav");
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value?.subarray(0, 4)), "RIFF");
  await reader.cancel();
  await narration.settled();
  const { length } = emulator.jobs;
  assert(length <= 4);
  await sleep(50);
  assertEquals(emulator.jobs.length, length);
});

Deno.test("Narration.cancel ends at once, and ends a pending next()", async () => {
  await bestBelow(50, async () => {
    await using rig = await setUp({ emulator: { clock: new ManualClock(), queueTime: 1 } });
    const narration = narrate(rig.client, { text: paragraphs(10), ...VOICE }, FAST);
    const pending = narration.next();
    await until(() => rig.emulator.jobs.length === 3);
    const start = performance.now();
    await narration.cancel();
    assertEquals(await pending, { done: true, value: undefined });
    const took = performance.now() - start;
    assertEquals(await narration.next(), { done: true, value: undefined });
    await narration.settled();
    assertEquals(rig.emulator.jobs.length, 3);
    return took;
  });
});

Deno.test("saveAudio writes a narration as a WAV file with true lengths", async () => {
  await using rig = await setUp();
  const folder = await Deno.makeTempDir();
  const request = { text: paragraphs(3), ...VOICE };
  await saveAudio(`${folder}/a.wav`, narrate(rig.client, request, FAST));
  assertEquals(
    await Deno.readFile(`${folder}/a.wav`),
    await narrate(rig.client, request, FAST).wav(),
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("narrate gives the same audio by streams as by jobs, without a poll", async () => {
  await using rig = await setUp({ emulator: { streamPace: 0, streamChunkBytes: 333 } });
  const { emulator, client, sent } = rig;
  const text = paragraphs(5);
  const streamed = await narrate(client, { text, ...STREAM_VOICE }, { method: "stream" }).bytes();
  assertEquals(sent("StreamSpeech").map(({ message }) => message?.["text"]), texts(text));
  assertEquals(sent("GenerateSpeech").length + sent("CheckStatus").length, 0);
  const request = { text, ...STREAM_VOICE, version: "beta-v0.2" } as const;
  assertEquals(streamed, await narrate(client, request, FAST).bytes());
  assertEquals(emulator.activeStreams, 0);
});

Deno.test("narrate gives a part without a letter its pause, and no request", async () => {
  await using rig = await setUp();
  const text = "Нэг.\n\n* * *\n\nХоёр.";
  let progress: Progress | undefined;
  const narration = narrate(rig.client, { text, ...VOICE }, {
    ...FAST,
    pauses: { paragraph: 1_000 },
    onProgress: (now) => progress = now,
  });
  const bytes = await narration.bytes();
  assertEquals(paid(rig.emulator), ["Нэг.", "Хоёр."]);
  assertEquals([progress?.partsDone, progress?.parts, progress?.characters], [2, 2, 9]);
  const [one, two] = await jobAudio(rig.emulator, rig.emulator.url);
  // A second at speed 20 is 50 ms, twice: 2 × 1,200 samples.
  assertEquals(bytes, concat(one!, new Uint8Array(2 * 2_400), two!));
});

Deno.test("narrate tells what it is doing", async () => {
  await using rig = await setUp();
  const seen: [number, number, number, number, number, number | undefined][] = [];
  let samples = 0;
  const narration = narrate(rig.client, { text: paragraphs(3), ...VOICE }, {
    ...FAST,
    concurrency: 1,
    onProgress: (p) => {
      const { partsDone, parts, charactersDone, characters, creditsUsed, estimatedLeft } = p;
      seen.push([partsDone, parts, charactersDone, characters, creditsUsed, estimatedLeft]);
      samples = p.bytes;
      throw new Error("a hook that fails must not matter");
    },
  });
  const bytes = await narration.bytes();
  // Of the audio that was bought: pauses cost nothing.
  const pauses = narration.state!.parts.reduce((sum, { pause }) => sum + 2 * pause, 0);
  assertEquals(samples, bytes.length - pauses);
  const { total } = rig.emulator.ledger;
  assertEquals(seen[0]?.slice(0, 5), [0, 3, 0, total, 0]);
  assertEquals(seen.at(-1), [3, 3, total, total, total, 0]);
  assertEquals([...new Set(seen.map(([done]) => done))], [0, 1, 2, 3]);
  assert(seen.some(([done, , , , , left]) => done === 1 && left! > 0));
});

const MP3 = Uint8Array.from({ length: 4_000 }, (_, i) => [0xff, 0xfb, 0x90, 0x64][i % 417] ?? 0);
const OGG = new TextEncoder().encode("OggS" + "\0".repeat(60));
const CD = (() => {
  const header = new Uint8Array(1_044);
  header.set(new TextEncoder().encode("RIFF....WAVEfmt "));
  new DataView(header.buffer).setUint32(16, 16, true);
  new DataView(header.buffer).setUint16(22, 2, true);
  new DataView(header.buffer).setUint32(24, 44_100, true);
  new DataView(header.buffer).setUint16(34, 16, true);
  header.set(new TextEncoder().encode("data"), 36);
  return header;
})();

for (
  const [name, body, says] of [
    ["MP3", MP3, "is MP3"],
    ["Ogg", OGG, "is Ogg"],
    ["WAV of another kind", CD, "is WAV of another kind"],
    [
      "a page",
      new TextEncoder().encode("<!doctype html><title>Гараад ир</title>".slice(0, 25)),
      "must be audio",
    ],
  ] as const
) {
  Deno.test(`narrate says what came when audio_url serves ${name}, and which method gives PCM`, async () => {
    await using rig = await setUp();
    rig.emulator.addFault({ kind: "http", method: "Audio", status: 200, body, headers: {} });
    const narration = narrate(rig.client, { text: "Нэг.", ...VOICE }, FAST);
    const error = await failure(ServerError, narration.bytes());
    assert(error.message.includes(says), error.message);
    if (name !== "a page") assert(error.message.includes('The method "stream" gives PCM'));
    const requestId = rig.emulator.jobs[0]?.requestId;
    assertEquals([error.requestId, error.charged], [requestId, "yes"]);
    // It is not lost: its id is kept.
    const [part] = narration.state!.parts;
    assertEquals([part?.status, part?.requestId], ["submitted", requestId]);
  });
}

Deno.test("narrate joins no part that is shorter than its WAV header says", async () => {
  await using rig = await setUp();
  const body = encodeWav(new Uint8Array(2_000)).slice(0, -2);
  rig.emulator.addFault({ kind: "http", method: "Audio", status: 200, body, headers: {} });
  const request = { text: "Нэг.", ...VOICE };
  const narration = narrate(rig.client, request, FAST);
  const error = await failure(ServerError, narration.bytes());
  assert(error.message.includes("cut short"), error.message);
  assertEquals([error.requestId, error.charged], [rig.emulator.jobs[0]?.requestId, "yes"]);
  // Resuming downloads it again, and buys nothing.
  await narrate(rig.client, request, { ...FAST, resume: narration.state }).bytes();
  assertEquals(rig.emulator.ledger.charges.length, 1);
});

Deno.test("narrate takes bare PCM from audio_url as it is", async () => {
  await using rig = await setUp();
  const request = { text: "Нэг.", ...VOICE };
  const job = await rig.client.submit(request);
  // As long as the service says that it is.
  const length = (await (await job.audio()).bytes()).length - WAV_HEADER_BYTES;
  const body = Uint8Array.from({ length }, (_, i) => (i * 37) % 256);
  const headers = { "content-type": "application/octet-stream" };
  rig.emulator.addFault({ kind: "http", method: "Audio", status: 200, body, headers });
  assertEquals(await narrate(rig.client, request, FAST).bytes(), body);
});

Deno.test("narrate refuses bad input at once, and sends nothing", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  const request = { text: "Нэг.", ...VOICE };
  // deno-lint-ignore no-explicit-any -- wrong on purpose
  const wrong = (change: any, options: any = {}) => () =>
    narrate(client, { ...request, ...change }, options);
  assertThrows(wrong({ text: "" }), InvalidRequestError);
  assertThrows(wrong({ text: "* * *" }), InvalidRequestError, "letter");
  assertThrows(wrong({ voiceId: "" }), InvalidRequestError);
  assertThrows(wrong({ speed: 0 }), InvalidRequestError);
  assertThrows(wrong({}, { concurrency: 0 }), RangeError, "concurrency");
  assertThrows(wrong({}, { minBalance: -1 }), RangeError, "minBalance");
  assertThrows(wrong({}, { method: "guess" }), RangeError, "method");
  assertThrows(wrong({}, { captions: "word" }), RangeError, "captions");
  assertThrows(wrong({}, { maxCharacters: 0 }), RangeError, "maxCharacters");
  assertThrows(wrong({}, { partTimeout: 0 }), RangeError, "partTimeout");
  assertThrows(wrong({}, { rateLimitTimeout: NaN }), RangeError, "rateLimitTimeout");
  assertThrows(wrong({}, { onProgress: 1 }), TypeError);
  assertThrows(wrong({}, { signal: {} }), TypeError);
  assertEquals(emulator.requests.length, 0);
});
