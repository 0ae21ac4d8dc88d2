/**
 * Speech that is streamed while it is synthesised.
 *
 * @module
 */

import type { SpeechRequestMessage, StreamSpeechResponseMessage } from "../contract/messages.ts";
import type { AudioFacts, AudioProgressHook } from "./audio_facts.ts";
import { AudioStream } from "./audio_stream.ts";
import { Call, type Core } from "../call/call.ts";
import { fromStreamMessage } from "../transport/error_mapping.ts";
import { type StreamSpeechRequest, toSpeech } from "../contract/models.ts";
import { CALL_OPTIONS, type CallOptions } from "../contract/options.ts";
import { PcmReader } from "./pcm.ts";
import type { Lifetime } from "../lib/lifetime.ts";
import { LazyIterator } from "../call/lazy_iterator.ts";
import { type FieldNames, validateFields } from "../contract/validate.ts";
import { BARE_PCM } from "./wav_reader.ts";

/** Options of {@linkcode Client.streamSpeech}. All durations are milliseconds. */
export interface StreamOptions extends CallOptions {
  /**
   * The deadline of the whole stream in milliseconds, above 0 and at most 2,147,483,647, the time that the reader takes
   * included. Default: none, as a stream may last for minutes; `idleTimeout` catches one that hangs.
   */
  readonly timeout?: number | undefined;
  /**
   * The longest time to wait for the next audio in milliseconds, above 0 and at most 2,147,483,647. The time that the
   * reader takes does not count. Default: the client's `timeout`.
   */
  readonly idleTimeout?: number | undefined;
  /** Is told after each chunk how much has come. What it throws or rejects with is ignored. */
  readonly onProgress?: AudioProgressHook | undefined;
}

const STREAM_OPTIONS = {
  ...CALL_OPTIONS,
  idleTimeout: true,
  onProgress: true,
} as const satisfies FieldNames<Required<StreamOptions>>;

/**
 * Speech that is streamed while it is synthesised: an async iterator of PCM, 24,000 Hz, 16-bit little-endian, mono, in
 * chunks of whole samples.
 *
 * It can be read once. Nothing is sent before the first chunk is asked for; leaving the loop, `cancel()`, or cancelling
 * one of its streams ends the synthesis at the service. The service sends at most 5 minutes of audio a request, and on
 * the free tier takes one request a minute.
 *
 * @example Live audio in a Worker or any other server
 * ```ts
 * import { Client } from "@tsetsen/sdk";
 *
 * function handler(client: Client, voiceId: string): Promise<Response> {
 *   return client.streamSpeech({ text: "Сайн байна уу?", voiceId }).toResponse();
 * }
 * ```
 */
export class SpeechStream extends AudioStream {
  /** @internal */
  constructor(items: AsyncIterator<Uint8Array, void, void>, onProgress?: AudioProgressHook) {
    super(items, () => FACTS, onProgress);
  }
}

const FACTS: AudioFacts = {
  format: "pcm",
  contentType: "audio/wav",
  bare: true,
  samples: BARE_PCM,
};

/** Makes a stream. Bad input throws at once, nothing is sent before the first `next()`. */
export function streamSpeech(
  core: Core,
  request: StreamSpeechRequest,
  options: StreamOptions,
): SpeechStream {
  const message = toSpeech(request, core.options.apiKey, "stream");
  validateFields("options", options, STREAM_OPTIONS);
  const { idleTimeout = core.options.timeout, timeout } = options;
  const { apiKey: key, text } = message;
  const facts = { method: "StreamSpeech", key, billable: true, text };
  return new SpeechStream(
    new LazyIterator(
      () => new Call(core, facts, options, timeout),
      (call) => run(call, message, idleTimeout),
    ),
    options.onProgress,
  );
}

type Messages = AsyncIterator<StreamSpeechResponseMessage, void, void>;

/** How long to wait for the trailers after the message that says it is the last, in milliseconds. */
const TRAILER_GRACE = 1_000;

async function* run(
  call: Call,
  message: SpeechRequestMessage,
  idleTimeout: number,
): AsyncGenerator<Uint8Array, void, void> {
  const { lifetime } = call;
  const pcm = new PcmReader();
  const { messages, result: first } = await open(call, message, idleTimeout);
  let result = first;
  // Messages without audio do not count, or a stream of nothing else would never end.
  let silentSince = performance.now();
  const next = () =>
    lifetime.race(
      messages.next(),
      idleTimeout,
      Math.max(0, idleTimeout - (performance.now() - silentSince)),
    );
  for (; !result.done; result = await next()) {
    const { audioChunk, errorMessage, isFinal } = result.value;
    call.answered();
    if (errorMessage !== "") throw fromStreamMessage(errorMessage, call.secrets);
    if (audioChunk.length > 0) {
      call.charged = "yes";
      const samples = pcm.push(audioChunk);
      if (samples.length > 0) yield samples;
      silentSince = performance.now();
    }
    if (isFinal) {
      await drain(messages, lifetime);
      break;
    }
  }
  const rest = pcm.end();
  if (rest.length > 0) yield rest;
}

/** Opens the stream and waits for its first message: up to there it may be tried again, if nothing was accepted. */
function open(
  call: Call,
  message: SpeechRequestMessage,
  idleTimeout: number,
): Promise<{ messages: Messages; result: IteratorResult<StreamSpeechResponseMessage, void> }> {
  // Only the opening takes a place among the calls in flight: streams that wait for their readers would block them all.
  return call.attempts(() =>
    call.send(async (transport, attempt) => {
      const messages = transport.streamSpeech(message, attempt);
      return { messages, result: await messages.next() };
    }, idleTimeout), idleTimeout);
}

/** Reads on to the trailers, so that the connection can be used again. The audio is complete: nothing fails any more. */
async function drain(messages: Messages, lifetime: Lifetime): Promise<void> {
  try {
    while (!(await lifetime.race(messages.next(), TRAILER_GRACE)).done);
  } catch {
    lifetime.stop({ by: "cancel" });
  }
}
