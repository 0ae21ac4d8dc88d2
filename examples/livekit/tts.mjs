// A TTS plugin for LiveKit Agents (Node.js): Mongolian speech while the model writes, each sentence paid for once.
//
//     npm install @livekit/agents @livekit/rtc-node @tsetsen/sdk
//
//     import { Client } from "@tsetsen/sdk";
//     import { TsetsenTTS } from "./tts.mjs";
//
//     const session = new voice.AgentSession({ tts: new TsetsenTTS({ client: new Client(), voiceId: "…" }), … });

import {
  APIConnectionError,
  APIStatusError,
  AudioByteStream,
  tokenize,
  tts,
} from "@livekit/agents";
import { isSafeToRetry, SAMPLE_RATE, TsetsenError } from "@tsetsen/sdk";
import { speakLive } from "@tsetsen/sdk/live";
import { splitSentences } from "@tsetsen/sdk/text";

const LABEL = "tsetsen.TTS";
/** 100 ms in a frame. */
const FRAME_SAMPLES = SAMPLE_RATE / 10;
/** How much of what follows the tokenizer looks at, in characters: the rules of `./text` need no more. */
const LOOK_AHEAD = 24;

/**
 * Speaks Mongolian: 24 kHz, mono.
 *
 * The base classes run a failed synthesis again, four times in all. The listener would hear the beginning again, and each run
 * would be paid for. So an error says `retryable` only when nothing was accepted and no frame went out.
 */
export class TsetsenTTS extends tts.TTS {
  label = LABEL;
  #client;
  #options;

  /**
   * @param {object} options
   * @param {import("@tsetsen/sdk").Client} options.client The client that speaks. It stays open.
   * @param {string} options.voiceId The id of a voice of `beta-v0.2`.
   * @param {Partial<import("@tsetsen/sdk/live").LiveOptions>} [options.live] More options of `speakLive`: `ahead` limits the
   * sentences in flight.
   */
  constructor({ client, voiceId, live = {} }) {
    super(SAMPLE_RATE, 1, { streaming: true });
    this.#client = client;
    this.#options = { ...live, voiceId };
  }

  get model() {
    return this.#options.version ?? "beta-v0.2";
  }

  get provider() {
    return "tsetsen";
  }

  synthesize(text, connOptions, abortSignal) {
    return new TsetsenChunkedStream(this, text, connOptions, abortSignal);
  }

  stream(options) {
    return new TsetsenSynthesizeStream(this, options?.connOptions);
  }

  /** Speaks a text into the queue of a stream, in frames of 100 ms of which the last is final. */
  async speak(text, segmentId, queue, signal) {
    const speech = speakLive(this.#client, text, { ...this.#options, signal });
    const frames = new AudioByteStream(SAMPLE_RATE, 1, FRAME_SAMPLES);
    let held;
    let sent = 0;
    const put = (frame) => {
      if (held !== undefined) {
        queue.put({ requestId: segmentId, segmentId, frame: held, final: false });
        sent++;
      }
      held = frame;
    };
    try {
      for await (const pcm of speech) frames.write(pcm).forEach(put);
      frames.flush().forEach(put);
      queue.put({ requestId: segmentId, segmentId, frame: held, final: true });
    } catch (error) {
      if (signal.aborted) return;
      throw asApiError(error, sent === 0);
    }
  }
}

class TsetsenChunkedStream extends tts.ChunkedStream {
  label = `${LABEL}.ChunkedStream`;
  #tts;

  constructor(owner, text, connOptions, abortSignal) {
    super(text, owner, connOptions, abortSignal);
    this.#tts = owner;
  }

  async run() {
    try {
      await this.#tts.speak(
        once(this.inputText),
        crypto.randomUUID(),
        this.queue,
        this.abortSignal,
      );
    } catch (error) {
      // The base class would leave the rejection to the process, which ends of it. The client has tried again what is safe.
      const { label } = this.#tts;
      const timestamp = Date.now();
      this.#tts.emit("error", { type: "tts_error", timestamp, label, error, recoverable: false });
    }
  }
}

class TsetsenSynthesizeStream extends tts.SynthesizeStream {
  label = `${LABEL}.SynthesizeStream`;
  #tts;
  /** What has been read of the segment: a run that may be repeated speaks it again. */
  #segment = [];
  #isOver = false;

  constructor(owner, connOptions) {
    super(owner, connOptions);
    this.#tts = owner;
  }

  async run() {
    while (!this.abortSignal.aborted) {
      const pieces = await this.#begin();
      if (pieces === undefined) return;
      this.markStarted();
      await this.#tts.speak(pieces, crypto.randomUUID(), this.queue, this.abortSignal);
      this.queue.put(tts.SynthesizeStream.END_OF_STREAM);
      this.#segment = [];
      this.#isOver = false;
    }
  }

  /** The next segment that holds something to speak; `undefined` at the end of the input. */
  async #begin() {
    while (!/[\p{L}\p{N}]/u.test(this.#segment.join(""))) {
      if (this.#isOver) {
        this.#segment = [];
        this.#isOver = false;
      }
      if (!await this.#read()) return undefined;
    }
    return this.#pieces();
  }

  /** Reads one piece, or the end of the segment. @returns Whether the input goes on. */
  async #read() {
    const { done, value } = await this.input.next();
    if (done) return false;
    if (value === tts.SynthesizeStream.FLUSH_SENTINEL) this.#isOver = true;
    else this.#segment.push(value);
    return true;
  }

  async *#pieces() {
    for (let next = 0;;) {
      while (next < this.#segment.length) yield this.#segment[next++];
      if (this.#isOver || !await this.#read()) return;
    }
  }
}

async function* once(text) {
  yield text;
}

/** The error as LiveKit understands it. The message holds neither the key nor the text. */
function asApiError(error, isSilent) {
  if (!(error instanceof TsetsenError)) return error;
  const retryable = isSilent && isSafeToRetry(error);
  const { message, statusCode = -1, requestId, charged, code } = error;
  const isAnswer = statusCode >= 400;
  const api = isAnswer
    ? new APIStatusError({ message, options: { statusCode, requestId, retryable } })
    : new APIConnectionError({ message, options: { retryable } });
  return Object.assign(api, { cause: error, charged, code, requestId: requestId ?? null });
}

/**
 * Cuts Mongolian into sentences, for a `StreamAdapter` or another plugin: "А. Амар ирлээ." stays whole, which the built-in
 * tokenizer cuts after the initial. `TsetsenTTS` needs none.
 */
export class MongolianTokenizer extends tokenize.SentenceTokenizer {
  tokenize(text) {
    return splitSentences(text).filter(({ speakable }) => speakable).map(({ text }) => text.trim());
  }

  stream() {
    return new tokenize.BufferedSentenceStream((text) => this.tokenize(text), 1, LOOK_AHEAD);
  }
}
