import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { startEmulator } from "../../src/emulator/mod.ts";
import { until } from "../support/until.ts";
import { inPage, inUnlockedPage, test } from "./page.ts";

/** A second and a half of a tone of 1,000 Hz, or of noise, cut into pieces of odd sizes. */
const SOUNDS = `
  const count = 36_001;
  const tone = Int16Array.from({ length: count }, (_, i) =>
    Math.round(16_000 * Math.sin(2 * Math.PI * 1_000 * (i + 0.5) / 24_000)) || 1);
  let seed = 1;
  const noise = Int16Array.from({ length: count }, () =>
    ((seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) >> 15) - 32_768 || 1);
  const pieces = function* (samples) {
    const bytes = new Uint8Array(samples.buffer);
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = [4_801, 333, 9_600, 1, 2_047][i % 5];
      yield bytes.subarray(at, at += size);
    }
  };
`;

test("play gives a context of 24,000 Hz the very samples of the audio", async (page) => {
  const [wrong, length, position, state] = await inUnlockedPage<[number, number, number, string]>(
    page,
    `${SOUNDS}
    const { node, heard } = await tap(24_000);
    const playback = play(pieces(noise), { destination: node });
    await playback.ended;
    const samples = await heard();
    let wrong = 0;
    for (let i = 0; i < count; i++) {
      if (Math.abs((samples[i] ?? 0) * 32_768 - noise[i]) > 1e-4) wrong++;
    }
    return [wrong, playback.length, playback.position, playback.state];`,
  );
  assertEquals([wrong, length, position, state], [0, 36_001, 36_001, "ended"]);
});

for (const rate of [44_100, 48_000]) {
  test(`play resamples as one stream for a context of ${rate} Hz: no click where pieces meet`, async (page) => {
    const [level, worst, naive] = await inUnlockedPage<[number, number, number]>(
      page,
      `${SOUNDS}
      /** The amplitude of a tone, and the largest sample that is none of it. */
      const fit = (samples) => {
        let a = 0, b = 0;
        const turn = (i) => 2 * Math.PI * 1_000 * i / ${rate};
        samples.forEach((sample, i) => { a += sample * Math.sin(turn(i)); b += sample * Math.cos(turn(i)); });
        a *= 2 / samples.length; b *= 2 / samples.length;
        let worst = 0;
        samples.forEach((sample, i) => {
          worst = Math.max(worst, Math.abs(sample - a * Math.sin(turn(i)) - b * Math.cos(turn(i))));
        });
        return [Math.hypot(a, b), worst];
      };
      // Without the beginning and the end, where the tone is cut.
      const middle = (samples) => samples.subarray(${rate} / 10, ${rate} / 10 + ${rate});
      const first = await tap(${rate});
      await play(pieces(tone), { destination: first.node }).ended;
      // What it is made to avoid: buffers of 24,000 Hz one after the other.
      const second = await tap(${rate});
      const sources = [];
      const begin = second.context.currentTime + 0.1;
      for (let at = 0; at < count; at += 4_799) {
        const samples = Float32Array.from(tone.subarray(at, at + 4_799), (sample) => sample / 32_768);
        const buffer = second.context.createBuffer(1, samples.length, 24_000);
        buffer.copyToChannel(samples, 0);
        const source = new AudioBufferSourceNode(second.context, { buffer });
        source.connect(second.node);
        source.start(begin + at / 24_000);
        sources.push(source);
      }
      await new Promise((resolve) => sources.at(-1).onended = resolve);
      return [...fit(middle(await first.heard())), fit(middle(await second.heard()))[1]];`,
    );
    assertAlmostEquals(level, 16_000 / 32_768, 1e-4);
    // Below -74 dB of the full scale, rounding to 16 bits included.
    assert(worst < 2e-4, `a sample is off by ${worst}`);
    assert(naive > 10 * worst, `separate buffers are off by ${naive}: this test hears no clicks`);
  });
}

test(
  "Playback waits for a gesture where the browser wants one, and plays from the start then",
  async (page) => {
    assertEquals(
      await inPage(
        page,
        `while (!playback.complete) await new Promise((resolve) => setTimeout(resolve));
      return [playback.blocked, playback.state, playback.position, playback.length];`,
      ),
      [true, "playing", 0, 24_000],
    );
    await page.keyboard.press("a");
    assertEquals(
      await inPage(page, "await playback.ended; return [playback.blocked, playback.position]"),
      [false, 24_000],
    );
  },
  "?early",
);

test("Playback.pause keeps the place, resume goes on there, and seek goes to what has come", async (page) => {
  const found = await inUnlockedPage<Record<string, unknown>>(
    page,
    `${SOUNDS}
    const { node, all, heard } = await tap(24_000);
    // Ten seconds of stairs: each eight samples tell their place.
    const valueAt = (sample) => 1 + Math.floor(sample / 8);
    const ramp = Int16Array.from({ length: 240_000 }, (_, i) => valueAt(i));
    const playback = play(new Uint8Array(ramp.buffer), { destination: node });
    const reach = async (sample) => {
      while (playback.position < sample) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await reach(6_000);
    playback.pause();
    const paused = playback.position;
    const isQuiet = () => all().slice(-1_200).every((sample) => sample === 0);
    const last = all().length + 240_000;
    // What the tap has heard arrives late on a busy machine.
    while (!isQuiet() && all().length < last) await new Promise((resolve) => setTimeout(resolve, 5));
    const before = all().length;
    // The clock goes on; the place does not.
    while (all().length < before + 6_000) await new Promise((resolve) => setTimeout(resolve, 5));
    const still = playback.position;
    const quiet = all().slice(before).every((sample) => sample === 0);
    playback.resume();
    await reach(paused + 4_000);
    playback.seek(234_000);
    const sought = playback.position;
    const errors = [];
    for (const sample of [240_001, -1, 0.5]) {
      try { playback.seek(sample); } catch (error) { errors.push(error.name); }
    }
    await playback.ended;
    try { playback.seek(0); } catch (error) { errors.push(error.name); }
    const samples = Array.from(await heard(), (sample) => Math.round(sample * 32_768));
    // After each cut, the first sample that is not faded any more.
    const isAt = (sample) => samples.includes(valueAt(sample));
    const steps = samples.filter((sample, i) => i > 0 && Math.abs(sample - samples[i - 1]) > 400).length;
    return {
      place: still === paused && paused >= 6_000 && paused < 200_000, quiet, sought, errors, steps,
      again: isAt(paused + 300), skipped: !isAt(230_000), last: isAt(239_999), end: playback.position,
    };`,
  );
  assertEquals(found, {
    place: true,
    quiet: true,
    sought: 234_000,
    errors: ["RangeError", "RangeError", "RangeError", "InvalidStateError"],
    // No cut clicks but the end of the audio itself.
    steps: 1,
    again: true,
    skipped: true,
    last: true,
    end: 240_000,
  });
});

test("Playback.volume multiplies the sound", async (page) => {
  const [loudest, after, error] = await inUnlockedPage<[number, number, string]>(
    page,
    `${SOUNDS}
    const { node, heard } = await tap(24_000);
    const playback = play(pieces(tone), { destination: node, volume: 0.25 });
    await playback.ended;
    const loudest = (await heard()).reduce((most, sample) => Math.max(most, sample), 0);
    let error;
    try { playback.volume = -1; } catch (caught) { error = caught.name; }
    playback.volume = 0.5;
    return [loudest, playback.volume, error];`,
  );
  // The tone's peaks lie between two samples.
  assertAlmostEquals(loudest, 16_000 / 32_768 / 4 * Math.cos(Math.PI / 24), 1e-4);
  assertEquals([after, error], [0.5, "RangeError"]);
});

test("Playback.stop ends the synthesis at the service, and says how much was heard", async (page) => {
  await using emulator = await startEmulator({ streamPace: 40 });
  const { apiKey, url } = emulator;
  const [heard, state, length] = await inUnlockedPage<[number, string, number]>(
    page,
    `const client = new Client({
      apiKey: "${apiKey}", endpoint: "${url}", secure: false, dangerouslyAllowBrowser: true,
    });
    const text = "Сайн байна уу? ".repeat(60);
    const playback = play(client.streamSpeech({ text, voiceId: "emulator-v2-bold" }));
    while (playback.position < 2_400 && playback.state !== "ended") await new Promise((resolve) => setTimeout(resolve, 5));
    const heard = playback.stop();
    await playback.ended;
    return [heard, playback.state, playback.length];`,
  );
  assert(heard >= 2_400 && heard < length, `${heard} of ${length}`);
  assertEquals(state, "stopped");
  await until(() => emulator.activeStreams === 0);
  assertEquals(emulator.requests.at(-1)?.aborted, true);
  assertEquals(emulator.ledger.charges.length, 1);
});

test("Playback.ended rejects with the audio's error once what had come was heard, and with a signal's reason at once", async (page) => {
  const found = await inUnlockedPage(
    page,
    `${SOUNDS}
    const failing = (async function* () {
      yield new Uint8Array(tone.buffer, 0, 9_600);
      throw new Error("broken off");
    })();
    const playback = play(failing);
    const failed = await playback.ended.catch((error) => error.message);
    const controller = new AbortController();
    const stopped = play(pieces(tone), { signal: controller.signal });
    controller.abort(new Error("enough"));
    const aborted = await stopped.ended.catch((error) => error.message);
    let refused;
    try { play(pieces(tone), { signal: controller.signal }); } catch (error) { refused = error.message; }
    return [failed, playback.position, playback.state, aborted, stopped.state, refused];`,
  );
  assertEquals(found, ["broken off", 4_800, "ended", "enough", "stopped", "enough"]);
});

test("Playback.ended rejects, and complete stays false, when the audio is cancelled by its owner", async (page) => {
  await using emulator = await startEmulator({ streamPace: 40 });
  const { apiKey, url } = emulator;
  const found = await inUnlockedPage(
    page,
    `const client = new Client({ apiKey: "${apiKey}", endpoint: "${url}", dangerouslyAllowBrowser: true });
    const text = "Сайн байна уу? ".repeat(20);
    const speech = client.streamSpeech({ text, voiceId: "emulator-v2-bold" });
    const playback = play(speech);
    while (playback.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await speech.cancel();
    const name = await playback.ended.then(() => "resolved", (error) => error.name);
    return [name, playback.state, playback.complete];`,
  );
  assertEquals(found, ["AbortError", "ended", false]);
});

test("Playback.ended rejects with what is not safe to retry when a signal stops a stream", async (page) => {
  await using emulator = await startEmulator({ streamPace: 40 });
  const { apiKey, url } = emulator;
  const found = await inUnlockedPage(
    page,
    `const client = new Client({ apiKey: "${apiKey}", endpoint: "${url}", dangerouslyAllowBrowser: true });
    const controller = new AbortController();
    const text = "Сайн байна уу? ".repeat(20);
    const speech = client.streamSpeech({ text, voiceId: "emulator-v2-bold" });
    const playback = play(speech, { signal: controller.signal });
    while (playback.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new Error("enough"));
    const error = await playback.ended.catch((error) => error);
    return [error.message, isSafeToRetry(error)];`,
  );
  assertEquals(found, ["enough", false]);
  assertEquals(emulator.ledger.charges.length, 1);
});

test("Playback.complete is true of the whole audio only, not of what a failure or a stop has left", async (page) => {
  const found = await inUnlockedPage(
    page,
    `const piece = () => new Uint8Array(9_600).fill(1);
    const failing = play((async function* () { yield piece(); throw new Error("broken off"); })());
    await failing.ended.catch(() => {});
    const { promise: more, resolve: goOn } = Promise.withResolvers();
    const { promise: read, resolve: end } = Promise.withResolvers();
    const slow = play((async function* () { try { yield piece(); await more; yield piece(); } finally { end(); } })());
    while (slow.length === 0) await new Promise((resolve) => setTimeout(resolve));
    slow.stop();
    goOn();
    await read;
    const whole = play([piece(), piece()]);
    await whole.ended;
    whole.stop();
    return [failing, slow, whole].map(({ complete, state }) => [complete, state]);`,
  );
  assertEquals(found, [[false, "ended"], [false, "stopped"], [true, "ended"]]);
});

test("Playback.stop ends the reading of a file, too", async (page) => {
  const found = await inUnlockedPage(
    page,
    `const { promise: ended, resolve: end } = Promise.withResolvers();
    // The mark of FLAC, and no end.
    const endless = (async function* () {
      try {
        for (let i = 0; i < 1_000; i++) {
          yield new Uint8Array(4_096).fill(i === 0 ? 0 : 1).map((byte, at) => i === 0 && at < 4 ? [0x66, 0x4c, 0x61, 0x43][at] : byte);
          await new Promise((resolve) => setTimeout(resolve));
        }
        end("read to the end");
      } finally {
        end("released");
      }
    })();
    const playback = play(endless);
    playback.stop();
    return await ended;`,
  );
  assertEquals(found, "released");
});

test("Playback.stop ends a stream of the web whose next chunk does not come", async (page) => {
  const found = await inUnlockedPage(
    page,
    `const { promise: ended, resolve: end } = Promise.withResolvers();
    const playback = play(new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(48_000)),
      cancel: () => end("cancelled"),
    }));
    while (playback.length === 0) await new Promise((resolve) => setTimeout(resolve));
    playback.stop();
    return [await ended, playback.state, playback.complete];`,
  );
  assertEquals(found, ["cancelled", "stopped", false]);
});

test("Playback ends with the context of its destination, and play refuses one that is closed", async (page) => {
  const found = await inUnlockedPage(
    page,
    `const { context, node } = await tap(24_000);
    let cancelled = 0;
    const audio = Object.assign([new Uint8Array(96_000).fill(1)], { cancel: async () => void cancelled++ });
    const playback = play(audio, { destination: node });
    while (playback.position === 0) await new Promise((resolve) => setTimeout(resolve));
    const ended = playback.ended.catch(({ name, message }) => [name, message]);
    await context.close();
    let refused;
    try { play(audio, { destination: node }); } catch ({ name }) { refused = name; }
    const half = await play(new Uint8Array(1)).ended.catch(({ message }) => message);
    return [...await ended, playback.state, playback.blocked, cancelled, refused, half];`,
  );
  assertEquals(found, [
    "InvalidStateError",
    "The context must be open: it was closed.",
    "stopped",
    false,
    1,
    "InvalidStateError",
    "audio must hold samples: got none.",
  ]);
});

test("play reads no further ahead than it may", async (page) => {
  const [read, total] = await inUnlockedPage<[number, number]>(
    page,
    `let read = 0;
    const endless = (function* () {
      for (;; read++) yield new Uint8Array(4_800).fill(1);
    })();
    const playback = play(endless, { ahead: 1_000 });
    while (playback.position < 4_800) await new Promise((resolve) => setTimeout(resolve, 5));
    const position = playback.stop();
    await playback.ended;
    return [read, position / 2_400];`,
  );
  assert(read <= total + 12, `${read} pieces of 100 ms were read at ${total}`);
});

test("play takes no bytes of a job for samples whose content type names another format", async (page) => {
  await using emulator = await startEmulator({ queueTime: 0, pace: 0 });
  const { apiKey, url } = emulator;
  const bytes = Uint8Array.from({ length: 48_000 }, (_, i) => i * 37 % 251);
  emulator.addFault({ kind: "audio", bytes, contentType: "audio/aac" });
  const [error, position] = await inUnlockedPage<[string, number]>(
    page,
    `const client = new Client({
      apiKey: "${apiKey}", endpoint: "${url}", secure: false, dangerouslyAllowBrowser: true,
    });
    const job = await client.submit({ text: "Сайн байна уу?", voiceId: "emulator-v1-bold" });
    const playback = play(await job.audio());
    const error = await playback.ended.then(() => "it was played", (error) => error.name);
    return [error, playback.position];`,
  );
  assertEquals([error, position], ["EncodingError", 0]);
});

test("play decodes a file of another format", async (page) => {
  const found = await inUnlockedPage(
    page,
    `// WAV of 48,000 Hz, stereo: not the service's format.
    const rate = 48_000, count = 12_000;
    const wav = new DataView(new ArrayBuffer(44 + 4 * count));
    const text = (at, value) => [...value].forEach((c, i) => wav.setUint8(at + i, c.charCodeAt(0)));
    text(0, "RIFF"); wav.setUint32(4, 36 + 4 * count, true); text(8, "WAVEfmt ");
    wav.setUint32(16, 16, true); wav.setUint16(20, 1, true); wav.setUint16(22, 2, true);
    wav.setUint32(24, rate, true); wav.setUint32(28, 4 * rate, true); wav.setUint16(32, 4, true);
    wav.setUint16(34, 16, true); text(36, "data"); wav.setUint32(40, 4 * count, true);
    // The left channel is silent.
    for (let i = 0; i < 2 * count; i++) wav.setInt16(44 + 2 * i, i % 2 * 8_000, true);
    const playback = play(new Uint8Array(wav.buffer));
    await playback.ended;
    const heard = playback.samples()[3_000];
    const page = await play(new TextEncoder().encode("<html>")).ended.catch((error) => error.message);
    return [playback.length, playback.position, Math.abs(heard - 4_000) < 40, /expected a file of audio/.test(page)];`,
  );
  assertEquals(found, [6_000, 6_000, true, true]);
});
