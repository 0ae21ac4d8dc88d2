// The tests of the plugin, on Node with the real packages: deno task test:livekit

import assert from "node:assert/strict";
import { test } from "node:test";
import { initializeLogger, tts as base } from "@livekit/agents";
import { Client } from "@tsetsen/sdk";
import { startEmulator } from "@tsetsen/sdk/emulator";
import { MongolianTokenizer, TsetsenTTS } from "./tts.mjs";

initializeLogger({ pretty: false, level: "silent" });

const VOICE = "emulator-v2-bold";
const TEXT = ["**Сайн ", "байна уу?", "** А. Ама", "р ирлээ. За", "."];
const QUICK = { maxRetry: 3, retryIntervalMs: 1, timeoutMs: 10_000 };

async function setUp(options = {}, more = {}) {
  const emulator = await startEmulator({ queueTime: 0, pace: 0, ...options });
  const client = new Client({
    endpoint: emulator.url,
    apiKey: "tsetsen-development-emulator",
    backoff: { baseDelay: 1, maxDelay: 2 },
  });
  const live = { speed: 20, pollInterval: 1, maxRetries: 0, ...more };
  const tts = new TsetsenTTS({ client, voiceId: VOICE, live });
  const errors = [];
  tts.on("error", ({ error, recoverable }) => errors.push({ error, recoverable }));
  const sent = (method) => emulator.requests.filter((request) => request.method === method);
  const close = async () => {
    client.close();
    await emulator.close();
  };
  return { emulator, client, tts, errors, sent, close };
}

/** Speaks pieces in one segment, as a session does. */
function speak(tts, pieces) {
  const stream = tts.stream({ connOptions: QUICK });
  for (const piece of pieces) stream.pushText(piece);
  stream.endInput();
  return stream;
}

async function collect(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

test("TsetsenTTS.stream gives frames of 100 ms, the last one final, and the end of the segment", async () => {
  const { emulator, tts, sent, errors, close } = await setUp();
  try {
    const events = await collect(speak(tts, TEXT));
    assert.equal(events.at(-1), base.SynthesizeStream.END_OF_STREAM);
    const audio = events.slice(0, -1);
    assert.deepEqual(audio.map(({ final }) => final).filter(Boolean), [true]);
    assert.equal(audio.at(-1).final, true);
    for (const { frame } of audio.slice(0, -1)) assert.equal(frame.samplesPerChannel, 2_400);
    for (const { frame } of audio) {
      assert.deepEqual([frame.sampleRate, frame.channels], [24_000, 1]);
    }
    assert.deepEqual(sent("StreamSpeech").map(({ message }) => message.text), [
      "Сайн байна уу?",
      "А. Амар ирлээ.",
      "За.",
    ]);
    assert.equal(emulator.ledger.charges.length, 3);
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});

test("TsetsenTTS.stream speaks each segment of its own, and nothing for an empty one", async () => {
  const { tts, sent, close } = await setUp();
  try {
    const stream = tts.stream({ connOptions: QUICK });
    stream.pushText("Нэг. ");
    stream.flush();
    stream.pushText(" \n");
    stream.flush();
    stream.pushText("Хоёр.");
    stream.endInput();
    const events = await collect(stream);
    const ends = events.filter((event) => event === base.SynthesizeStream.END_OF_STREAM);
    assert.equal(ends.length, 2);
    assert.equal(new Set(events.map(({ segmentId }) => segmentId)).size, 3);
    assert.deepEqual(sent("StreamSpeech").map(({ message }) => message.text), ["Нэг.", "Хоёр."]);
  } finally {
    await close();
  }
});

const MAYBE_PAID = {
  "an answer that is lost": { kind: "drop", charged: true, method: "StreamSpeech" },
  "UNAVAILABLE": { kind: "error", code: "UNAVAILABLE", method: "StreamSpeech" },
  "a stream that breaks": { kind: "drop", afterBytes: 20_000, method: "StreamSpeech" },
  "a stream that fails": { kind: "stream", errorMessage: "broken", method: "StreamSpeech" },
};

for (const [name, fault] of Object.entries(MAYBE_PAID)) {
  test(`TsetsenTTS.stream never runs again after ${name}`, async () => {
    // At this speed the audio is longer than what comes before the break.
    const { emulator, tts, sent, errors, close } = await setUp({}, { speed: 1 });
    try {
      emulator.addFault(fault);
      await collect(speak(tts, ["Сайн байна уу?"]));
      assert.equal(sent("StreamSpeech").length, 1);
      assert.equal(sent("GenerateSpeech").length, 0);
      assert.deepEqual(
        errors.map(({ error, recoverable }) => [error.retryable, recoverable]),
        [[false, false]],
      );
      assert.notEqual(errors[0].error.charged, "no");
    } finally {
      await close();
    }
  });
}

test("TsetsenTTS.stream runs again with the whole text when the service refused it", async () => {
  const { emulator, tts, sent, errors, close } = await setUp();
  try {
    emulator.addFault({ kind: "http", status: 429, times: 4 });
    const events = await collect(speak(tts, TEXT));
    assert.equal(events.at(-1), base.SynthesizeStream.END_OF_STREAM);
    assert.deepEqual(errors, []);
    assert.equal(emulator.ledger.charges.length, 3);
    const last = [...sent("StreamSpeech"), ...sent("GenerateSpeech")].map(({ message }) =>
      message.text
    );
    for (const text of ["Сайн байна уу?", "А. Амар ирлээ.", "За."]) assert.ok(last.includes(text));
  } finally {
    await close();
  }
});

test("TsetsenTTS.stream buys nothing more when it is closed", async () => {
  const { emulator, tts, close } = await setUp();
  try {
    const stream = speak(tts, Array(20).fill("Би ирлээ. "));
    await stream.next();
    stream.close();
    while (emulator.activeStreams > 0) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(emulator.ledger.charges.length <= 4, `${emulator.ledger.charges.length} were paid`);
  } finally {
    await close();
  }
});

test("TsetsenTTS.synthesize speaks a text, on the free tier by jobs after the first sentence", async () => {
  const { emulator, tts, close } = await setUp({ streamLimits: { perMinute: 1 } });
  try {
    const frame = await tts.synthesize(TEXT.join(""), QUICK).collect();
    assert.deepEqual([frame.sampleRate, frame.channels], [24_000, 1]);
    assert.deepEqual(emulator.ledger.charges.map(({ kind }) => kind), [
      "stream",
      "generate",
      "generate",
    ]);
  } finally {
    await close();
  }
});

test("TsetsenTTS.synthesize never runs again after a failure that may have been charged", async () => {
  const { emulator, tts, sent, errors, close } = await setUp();
  try {
    emulator.addFault({ kind: "drop", charged: true, method: "StreamSpeech" });
    await collect(tts.synthesize("Сайн байна уу?", QUICK));
    // A rejection that nobody handles fails this test.
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(sent("StreamSpeech").length, 1);
    assert.deepEqual(errors.map(({ error }) => [error.retryable, error.charged]), [
      [false, "unknown"],
    ]);
  } finally {
    await close();
  }
});

test("MongolianTokenizer keeps initials and reported speech whole", async () => {
  const tokenizer = new MongolianTokenizer();
  const sentences = ["А. Амар ирлээ.", '"Сайн уу?" гэж тэр асуув.', "Баярлалаа."];
  assert.deepEqual(tokenizer.tokenize(sentences.join(" ")), sentences);
  const stream = tokenizer.stream();
  for (const piece of sentences.join(" ").match(/.{1,5}/gu)) stream.pushText(piece);
  stream.endInput();
  const tokens = [];
  for await (const { token } of stream) tokens.push(token);
  assert.deepEqual(tokens, sentences);
});
