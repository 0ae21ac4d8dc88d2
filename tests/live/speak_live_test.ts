import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ClientClosedError,
  InvalidRequestError,
  isSafeToRetry,
  JobFailedError,
  RateLimitExceededError,
  SAMPLE_RATE,
  TimeoutError,
  TsetsenError,
} from "../../mod.ts";
import { Client as LeanClient } from "../../src/lean/mod.ts";
import { type LiveOptions, type LiveSentence, speakLive } from "../../src/live/mod.ts";
import { failure, KEY, rejection, setUp, within } from "../support/rig.ts";
import { audioOf, sentences, sentTexts, source, timesPaid, tokens, VOICE } from "./setup.ts";
import { until } from "../support/until.ts";
import { concat } from "../support/hex.ts";

const TWO = "**Сайн байна уу?** Би ирлээ.";

/** The bytes of a silence. */
function silence(ms: number): Uint8Array {
  return new Uint8Array(2 * SAMPLE_RATE * ms / 1_000);
}

Deno.test("speakLive gives the audio of each sentence in order, with the pauses between them", async () => {
  await using rig = await setUp();
  const { client } = rig;
  const expected = concat(
    await audioOf(client, "Сайн байна уу?"),
    silence(500 / 20),
    await audioOf(client, "Би ирлээ."),
  );
  for (const most of [1, 2, 5, 100]) {
    const speech = speakLive(client, tokens(TWO, most, most), VOICE);
    assertEquals(await speech.bytes(), expected);
    assertEquals(speech.samples, expected.length / 2);
  }
  const whole = speakLive(client, tokens(TWO), { ...VOICE, pauseScale: 0, markup: "keep" });
  assertEquals((await whole.wav()).length > 44, true);
  assertEquals(sentTexts(rig.emulator).slice(-2), ["**Сайн байна уу?**", "Би ирлээ."]);
});

Deno.test("speakLive tells of each sentence before its first chunk, with its text and its sample", async () => {
  await using rig = await setUp();
  const begun: LiveSentence[] = [];
  const speech = speakLive(rig.client, tokens(TWO), { ...VOICE, onSentence: (s) => begun.push(s) });
  let samples = 0;
  const starts: number[] = [];
  for await (const chunk of speech) {
    if (begun.length > starts.length) starts.push(samples);
    samples += chunk.length / 2;
  }
  assertEquals(begun.map(({ index, text, start }) => [index, text, start]), [
    [0, "Сайн байна уу?", starts[0]],
    [1, "Би ирлээ.", starts[1]],
  ]);
  assertEquals(speech.sentences.map(({ isComplete, charged }) => [isComplete, charged]), [
    [true, "yes"],
    [true, "yes"],
  ]);
  const [first, second] = speech.sentences;
  assertEquals(second?.start, first!.samples + SAMPLE_RATE * 25 / 1_000);
  assertEquals(speech.spoken(second!.start!).text, "Сайн байна уу?");
  assertEquals(speech.spoken(second!.start! + 1).text, "Сайн байна уу? Би ирлээ.");
  assertEquals(speech.spoken().sample, samples);
  assertThrows(() => speech.spoken(-1), RangeError, "sample must be");
});

Deno.test("speakLive sends nothing before it is read, and speaks the first sentence while the text goes on", async () => {
  await using rig = await setUp();
  const text = source();
  text.write("Сайн байна уу? ");
  const speech = speakLive(rig.client, text, { ...VOICE, silence: Infinity });
  assertEquals(rig.emulator.requests.length, 0);
  const first = speech.next();
  text.write("Б");
  assert(!(await within(first)).done);
  assertEquals(sentTexts(rig.emulator), ["Сайн байна уу?"]);
  text.write("и ирлээ.");
  text.end();
  for await (const _ of speech);
  assertEquals(sentTexts(rig.emulator), ["Сайн байна уу?", "Би ирлээ."]);
});

Deno.test("speakLive speaks a sentence that looks complete when the text falls silent", async () => {
  await using rig = await setUp();
  const text = source();
  text.write("Одоо хайж байна.");
  const speech = speakLive(rig.client, text, { ...VOICE, silence: 1 });
  assert(!(await within(speech.next())).done);
  await speech.cancel();
  assert(text.left);
});

Deno.test("speakLive buys no more sentences ahead than asked for", async () => {
  for (const ahead of [0, 1, 3]) {
    await using rig = await setUp();
    const text = sentences(8);
    const speech = speakLive(rig.client, tokens(text.join(" ")), { ...VOICE, ahead });
    await speech.next();
    await until(() => rig.emulator.ledger.charges.length === 1 + ahead);
    // The next would be sent by now: its text is here and nothing else is under way.
    await until(() => rig.emulator.activeStreams === 0);
    assertEquals(sentTexts(rig.emulator), text.slice(0, 1 + ahead));
    for await (const _ of speech);
    assertEquals(timesPaid(rig.emulator, text), text.map(() => 1));
  }
});

const STOPS = {
  "leaving the loop": async (options: LiveOptions, read: Reader) => {
    await read(options, "break");
  },
  "cancel()": async (options: LiveOptions, read: Reader) => {
    await read(options, "cancel");
  },
  "the signal": async (options: LiveOptions, read: Reader) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const work = read({ ...options, signal: controller.signal }, () => controller.abort(reason));
    assertEquals(await rejection(work), reason);
    assertEquals(isSafeToRetry(reason), false);
  },
};
type Reader = (options: LiveOptions, stop: "break" | "cancel" | (() => void)) => Promise<void>;

for (const [name, stop] of Object.entries(STOPS)) {
  for (const method of ["stream", "generate"] as const) {
    Deno.test(`speakLive buys nothing more after ${name}, and reports what was spoken (${method})`, async () => {
      await using rig = await setUp();
      const texts = sentences(6);
      const text = source();
      text.write(`${texts.join(" ")} За`);
      const begun: number[] = [];
      let speech!: ReturnType<typeof speakLive>;
      await stop({ ...VOICE, method, pollInterval: 1, ahead: 0 }, async (options, how) => {
        speech = speakLive(rig.client, text, {
          ...options,
          onSentence: ({ index }) => begun.push(index),
        });
        for await (const _ of speech) {
          if (begun.length < 2) continue;
          if (how === "break") break;
          if (how === "cancel") await speech.cancel();
          else how();
        }
      });
      await within(speech.settled());
      assert(text.left);
      assertEquals(timesPaid(rig.emulator, texts), [1, 1, 0, 0, 0, 0]);
      const { text: spoken, sample } = speech.spoken();
      assertEquals(spoken, texts.slice(0, 2).join(" "));
      assertEquals(sample, speech.samples);
      await until(() => rig.emulator.activeStreams === 0);
    });
  }
}

Deno.test("speakLive keeps the id of a job that was being submitted when it was stopped", async () => {
  await using rig = await setUp();
  const { emulator, client } = rig;
  emulator.addFault({ kind: "delay", method: "GenerateSpeech", delay: 50, charged: true });
  const speech = speakLive(client, tokens(TWO), { ...VOICE, method: "generate" });
  const first = speech.next();
  await until(() => emulator.ledger.charges.length === 1);
  await speech.cancel();
  assertEquals(await first, { done: true, value: undefined });
  assertEquals(speech.sentences[0]?.charged, "unknown");
  await within(speech.settled());
  assertEquals(emulator.ledger.charges.length, 1);
  const { requestId, charged } = speech.sentences[0]!;
  assertEquals([requestId, charged], [emulator.jobs[0]?.requestId, "yes"]);
});

Deno.test("speakLive goes on with jobs when streams are refused for their rate, at once", async () => {
  await using rig = await setUp({ emulator: { streamLimits: { perMinute: 1 } } });
  const texts = sentences(4);
  const speech = speakLive(rig.client, tokens(texts.join(" ")), { ...VOICE, pollInterval: 1 });
  const audio = await within(speech.bytes());
  assertEquals(rig.emulator.ledger.charges.map(({ kind }) => kind), [
    "stream",
    ...Array(3).fill("generate"),
  ]);
  assertEquals(timesPaid(rig.emulator, texts), [1, 1, 1, 1]);
  assertEquals(rig.sent("StreamSpeech").length, 2, "the refusal is remembered");
  assertEquals(speech.sentences.map(({ requestId }) => requestId === undefined), [
    true,
    false,
    false,
    false,
  ]);
  await using free = await setUp();
  const streamed = speakLive(free.client, tokens(texts.join(" ")), VOICE);
  assertEquals(audio, await streamed.bytes(), "the samples are the same");
});

Deno.test("speakLive gives the audio before a sentence that fails, and says that the speech was charged", async () => {
  const failWhen = (text: string) => text.includes("маш маш") ? "no voice" : undefined;
  await using rig = await setUp({ emulator: { failWhen } });
  const texts = sentences(4);
  const options = {
    ...VOICE,
    method: "generate",
    ahead: 0,
    pollInterval: 1,
    pauseScale: 0,
  } as const;
  const speech = speakLive(rig.client, tokens(texts.join(" ")), options);
  const chunks: Uint8Array[] = [];
  const error = await failure(
    JobFailedError,
    (async () => {
      for await (const chunk of speech) chunks.push(chunk);
    })(),
  );
  await speech.settled();
  const before = [await audioOf(rig.client, texts[0]!), await audioOf(rig.client, texts[1]!)];
  assertEquals(concat(...chunks), concat(...before));
  assertEquals(error.requestId, rig.emulator.jobs[2]?.requestId);
  assertEquals([error.charged, isSafeToRetry(error)], ["yes", false]);
  assertEquals(sentTexts(rig.emulator).includes(texts[3]!), false);
});

Deno.test("speakLive speaks the sentences before the failure of the text, and then throws it", async () => {
  await using rig = await setUp();
  const broken = new Error("the model is gone");
  async function* text() {
    yield "Сайн байна уу? Би ир";
    throw broken;
  }
  const speech = speakLive(rig.client, text(), VOICE);
  assertEquals(await rejection(speech.bytes()), broken);
  assertEquals(sentTexts(rig.emulator), ["Сайн байна уу?"]);
  assertEquals(isSafeToRetry(broken), false);
});

Deno.test("speakLive refuses a text without a letter, pieces that are no strings, and what is no stream", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  for (const text of ["", " \n* * *\n", "🎉"]) {
    const error = await failure(
      InvalidRequestError,
      speakLive(client, tokens(text), VOICE).bytes(),
    );
    assertEquals(error.charged, "no");
  }
  async function* numbers() {
    yield 1 as unknown as string;
  }
  await assertRejects(() => speakLive(client, numbers(), VOICE).bytes(), TypeError, "give strings");
  const noStream = "Сайн" as unknown as AsyncIterable<string>;
  assertThrows(() => speakLive(client, noStream, VOICE), TypeError, "async iterable");
  const wrong: [Partial<LiveOptions>, string][] = [
    [{ ahead: 17 }, "ahead must be"],
    [{ silence: 0 }, "silence must be"],
    [{ maxCharacters: 0 }, "maxCharacters must be"],
    [{ markup: "no" as "keep" }, "markup must be"],
    [{ method: "job" as "stream" }, "method must be"],
    [{ speed: -1 }, "speed must be"],
    [{ voiceId: "" }, "voiceId must be"],
    [{ version: "beta-v0.1" }, "version must be"],
    [{ voice: "x" } as Partial<LiveOptions>, "did you mean voiceId"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => speakLive(client, tokens(TWO), { ...VOICE, ...options }), Error, message);
  }
  assertEquals(emulator.requests.length, 0);
});

Deno.test("speakLive ends at its signal although the text gives pieces without end", async () => {
  await using rig = await setUp();
  async function* endless() {
    for (;;) yield "";
  }
  const speech = speakLive(rig.client, endless(), { ...VOICE, signal: AbortSignal.timeout(5) });
  assertEquals((await within(rejection(speech.bytes())) as Error).name, "TimeoutError");
});

Deno.test("speakLive waits for a job that is refused for its rate, and buys nothing when it is stopped in the wait", async () => {
  await using rig = await setUp();
  const { emulator, client } = rig;
  const trailers = { "retry-after": "30" };
  emulator.addFault({
    kind: "error",
    code: "RESOURCE_EXHAUSTED",
    method: "GenerateSpeech",
    trailers,
  });
  const speech = speakLive(client, tokens(TWO), { ...VOICE, method: "generate" });
  const first = speech.next();
  await until(() => rig.sent("GenerateSpeech").length === 1);
  await until(() => speech.sentences[0]?.charged === "no");
  await speech.cancel();
  assertEquals(await within(first), { done: true, value: undefined });
  await within(speech.settled());
  assertEquals([rig.sent("GenerateSpeech").length, emulator.ledger.total], [1, 0]);
});

Deno.test("speakLive gives what came of a stream that breaks, then its error, and nothing of it again", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({
    kind: "stream",
    method: "StreamSpeech",
    chunkBytes: 500,
    errorMessage: "no",
  });
  const speech = speakLive(rig.client, tokens(TWO), VOICE);
  let bytes = 0;
  const error = await failure(
    TsetsenError,
    (async () => {
      for await (const chunk of speech) bytes += chunk.length;
    })(),
  );
  assertEquals(bytes, 500);
  assertEquals([error.charged, isSafeToRetry(error)], ["yes", false]);
  assertEquals(speech.spoken(), {
    sample: 250,
    text: "Сайн байна уу?",
    sentences: [{
      index: 0,
      text: "Сайн байна уу?",
      start: 0,
      samples: 250,
      isComplete: false,
      charged: "yes",
      requestId: undefined,
    }],
  });
  await speech.settled();
  assertEquals(sentTexts(rig.emulator).filter((text) => text === "Сайн байна уу?").length, 1);
});

Deno.test("speakLive takes the lean client, and ends when its client is closed", async () => {
  await using rig = await setUp();
  const options = { endpoint: rig.endpoint, apiKey: KEY, secure: false };
  using lean = new LeanClient(options);
  const speech = speakLive(lean, tokens(TWO), VOICE);
  assert((await speech.bytes()).length > 0);
  const text = source();
  text.write("Сайн байна уу? Би ");
  const open = speakLive(lean, text, VOICE);
  await open.next();
  const rest = rejection((async () => {
    for await (const _ of open);
  })());
  lean.close();
  assert(await within(rest) instanceof ClientClosedError);
  assert(text.left);
});

/** Notes each stream that is sent, by the real `fetch`. */
function watched(onSend: () => void): typeof fetch {
  return (input, init) => {
    if (`${input instanceof Request ? input.url : input}`.endsWith("StreamSpeech")) onSend();
    return fetch(input, init);
  };
}

Deno.test("speakLive sends a sentence before it reads on, and gives its first audio before it sends the next", async () => {
  const events: string[] = [];
  await using rig = await setUp({ client: { fetch: watched(() => events.push("send")) } });
  async function* text() {
    for (const piece of ["Сайн ", "уу? ", "Би ", ...Array(60).fill("маш "), "ирлээ. ", "За"]) {
      events.push(piece.trim());
      yield piece;
    }
  }
  // What the first call of a client sets up is no part of it.
  await rig.client.streamSpeech({ text: "За", ...VOICE }).bytes();
  events.length = 0;
  const speech = speakLive(rig.client, text(), VOICE);
  for await (const _ of speech) events.push("audio");
  assertEquals(events.slice(0, 4), ["Сайн", "уу?", "Би", "send"]);
  const order = events.filter((event) => event === "send" || event === "audio");
  assertEquals(order.slice(0, 2), ["send", "audio"]);
  assertEquals(order.filter((event) => event === "send").length, 3);
});

Deno.test("speakLive sends nothing when it is stopped at once, and leaves the text", async () => {
  await using rig = await setUp();
  const unread = speakLive(rig.client, tokens(TWO), VOICE);
  await unread.cancel();
  assertEquals(await unread.next(), { done: true, value: undefined });
  const text = source();
  text.write(TWO);
  const speech = speakLive(rig.client, text, VOICE);
  const first = speech.next();
  await speech.cancel();
  assertEquals(await within(first), { done: true, value: undefined });
  await within(speech.settled());
  assert(text.left);
  // A model that calls a tool is silent, and goes on until its stream is cancelled.
  const { promise: cancelled, resolve: cancel } = Promise.withResolvers<void>();
  let reads = 0;
  const pull = (controller: ReadableStreamDefaultController<string>) => {
    if (++reads === 1) controller.enqueue("Сайн");
  };
  const model = new ReadableStream<string>({ pull, cancel: () => cancel() }, { highWaterMark: 0 });
  const stalled = speakLive(rig.client, model, VOICE);
  const pending = stalled.next();
  await until(() => reads === 2);
  await stalled.cancel();
  await within(Promise.all([pending, cancelled]));
  const aborted = speakLive(rig.client, tokens(TWO), { ...VOICE, signal: AbortSignal.abort("no") });
  assertEquals(await rejection(aborted.bytes()), "no");
  assertEquals([rig.emulator.requests.length, rig.emulator.ledger.total], [0, 0]);
});

Deno.test("speakLive takes streams again when the time of their refusal has passed", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({
    kind: "error",
    code: "RESOURCE_EXHAUSTED",
    method: "StreamSpeech",
    trailers: { "retry-after": "0" },
  });
  const texts = sentences(3);
  const speech = speakLive(rig.client, tokens(texts.join(" ")), { ...VOICE, pollInterval: 1 });
  assert((await speech.bytes()).length > 0);
  const kinds = rig.emulator.ledger.charges.map(({ kind }) => kind);
  assertEquals(kinds, ["generate", "stream", "stream"]);
  assertEquals(timesPaid(rig.emulator, texts), [1, 1, 1]);
});

Deno.test("speakLive bounds a whole sentence by its timeout: submission, polls and download together", async () => {
  const hangs = [
    ["generate", { method: "GenerateSpeech" }, "unknown"],
    ["generate", { method: "CheckStatus" }, "yes"],
    ["generate", { method: "Audio" }, "yes"],
    ["generate", { method: "Audio", afterBytes: 1_000 }, "yes"],
    ["stream", { method: "StreamSpeech" }, "unknown"],
  ] as const;
  for (const [method, hang, charged] of hangs) {
    await using rig = await setUp();
    rig.emulator.addFault({ kind: "hang", times: Infinity, ...hang });
    const speech = speakLive(rig.client, tokens("Сайн байна уу?"), {
      ...VOICE,
      method,
      timeout: 1_000,
      pollInterval: 1,
    });
    const error = await failure(TimeoutError, within(speech.bytes(), 20_000));
    const about = `${hang.method}: ${error.message}`;
    assert(error.message.includes("A sentence took longer than its timeout of 1000 ms"), about);
    assertEquals([error.charged, isSafeToRetry(error)], [charged, false], about);
    assertEquals(
      error.requestId,
      method === "stream" ? undefined : rig.emulator.jobs[0]?.requestId,
    );
    assertEquals(speech.sentences[0]?.charged, charged, about);
    await speech.settled();
  }
});

Deno.test("speakLive does not wait for a rate limit that outlasts a sentence's timeout, and says how long it is", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({
    kind: "error",
    code: "RESOURCE_EXHAUSTED",
    method: "GenerateSpeech",
    message: "slow down",
    trailers: { "retry-after": "30" },
    times: Infinity,
  });
  const options = { ...VOICE, method: "generate", timeout: 20_000 } as const;
  const speech = speakLive(rig.client, tokens("Сайн байна уу?"), options);
  const error = await failure(RateLimitExceededError, within(speech.bytes(), 15_000));
  assertEquals([error.retryAfter, error.charged], [30_000, "no"]);
  assertEquals(rig.sent("GenerateSpeech").length, 1);
});

Deno.test("speakLive reads a stream that has a reader and no loop, as Safari's have", async () => {
  await using rig = await setUp();
  const stream = ReadableStream.from(["Сайн байна ", "уу?"]);
  const text = { getReader: () => stream.getReader() } as unknown as typeof stream;
  assertEquals(
    await speakLive(rig.client, text, VOICE).bytes(),
    await audioOf(rig.client, "Сайн байна уу?"),
  );
});

Deno.test("speakLive reads every iterator that a loop reads, and tells its error whatever return() does", async () => {
  await using rig = await setUp();
  const given = ["Сайн байна уу?"];
  const source = (next: () => unknown): AsyncIterable<string> => ({
    [Symbol.asyncIterator]: () => ({
      next: next as () => Promise<IteratorResult<string>>,
      return: () => {
        throw new Error("left");
      },
    }),
  });
  const inOrder = source(() => ({ done: given.length === 0, value: given.shift() }));
  assertEquals(
    await speakLive(rig.client, inOrder, VOICE).bytes(),
    await audioOf(rig.client, "Сайн байна уу?"),
  );
  const wrong = source(() => Promise.resolve({ done: false, value: 5 }));
  const error = await failure(TypeError, speakLive(rig.client, wrong, VOICE).bytes());
  assert(error.message.includes("textStream must give strings"), error.message);
});

Deno.test("speakLive gives a long pause in chunks of at most a second", async () => {
  await using rig = await setUp();
  const speech = speakLive(rig.client, tokens(TWO), { ...VOICE, pauses: { question: 60_000 } });
  const lengths: number[] = [];
  for await (const { length } of speech) {
    lengths.push(length / 2);
    assert(length <= 2 * SAMPLE_RATE, `${length} bytes`);
  }
  const [first, second] = speech.sentences;
  assertEquals(second?.start, first!.samples + 3 * SAMPLE_RATE);
  assertEquals(speech.samples, lengths.reduce((sum, length) => sum + length));
});
