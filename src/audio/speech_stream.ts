/**
 * Speech that is streamed while it is synthesised.
 *
 * @module
 */

import type { SpeechRequestMessage, StreamSpeechResponseMessage } from "../contract/messages.ts";
import type { Transport, TransportCall } from "../contract/transport.ts";
import type { AudioFacts, AudioProgressHook } from "./audio_facts.ts";
import { AudioStream } from "./audio_stream.ts";
import { Call, type Core } from "../call/call.ts";
import { fromStreamMessage } from "../transport/error_mapping.ts";
import { type StreamSpeechRequest, toSpeech } from "../contract/models.ts";
import { CALL_OPTIONS, type CallOptions } from "../contract/options.ts";
import { PcmReader } from "./wav/pcm.ts";
import type { Lifetime } from "../lib/lifetime.ts";
import { LazyIterator } from "../call/lazy_iterator.ts";
import { showAs } from "./inspect.ts";
import { ServerError } from "../contract/errors.ts";
import { type FieldNames, validateFields } from "../contract/validate.ts";
import { BARE_PCM } from "./wav/wav_reader.ts";

/** Options of {@linkcode Client.streamSpeech}. All durations are milliseconds. */
export interface StreamOptions extends CallOptions {
  /**
   * The deadline of the whole stream in milliseconds, above 0 and at most 2,147,483,647. It includes the time that the
   * reader takes. Default: none, because a stream may last for minutes; `idleTimeout` ends one that hangs.
   */
  readonly timeout?: number | undefined;
  /**
   * The longest time to wait for the next audio in milliseconds, above 0 and at most 2,147,483,647. The time that the
   * reader takes does not count. Node's `fetch` ends a silence of 300 s by itself, with a {@linkcode ConnectionError} that
   * says so. Default: the client's `timeout`.
   */
  readonly idleTimeout?: number | undefined;
  /** Receives how much has come, after each chunk. What it throws or rejects with is ignored. Default: none. */
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
 * It can be read once. Nothing is sent before the first chunk is asked for. Leaving the loop, `cancel()`, or cancelling
 * one of its streams ends the synthesis at the service. The service sends at most 5 minutes of audio a request, and on
 * the free tier takes one request a minute.
 *
 * @example Live audio in a Worker or any other server
 * ```ts
 * import type { Client } from "@tsetsen/sdk";
 *
 * function handler(client: Client, voiceId: string): Promise<Response> {
 *   return client.streamSpeech({ text: "Сайн байна уу?", voiceId }).toResponse();
 * }
 * ```
 */
export class SpeechStream extends AudioStream {
  static {
    showAs(this.prototype, "SpeechStream");
  }

  /**
   * @param items PCM in whole samples.
   * @param totalBytes The length of all of it, once it is known.
   * @internal
   */
  constructor(
    items: AsyncIterator<Uint8Array, void, void>,
    onProgress?: AudioProgressHook,
    totalBytes: () => number | undefined = () => undefined,
  ) {
    super(items, () => ({ ...FACTS, contentLength: totalBytes() }), onProgress);
  }
}

const FACTS: AudioFacts = {
  format: "pcm",
  name: "PCM",
  contentType: "audio/wav",
  isRaw: true,
  isFinished: false,
  samples: BARE_PCM,
};

/** Makes a stream. Bad input throws at once. Nothing is sent before the first `next()`. */
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
const TRAILER_GRACE_MS = 1_000;

async function* run(
  call: Call,
  message: SpeechRequestMessage,
  idleTimeout: number,
): AsyncGenerator<Uint8Array, void, void> {
  const { lifetime } = call;
  const pcm = new PcmReader();
  const { messages, result: first } = await open(call, message, idleTimeout);
  let result = first;
  let isSilent = true;
  /** The failure after the last message. The last message ends the stream whatever follows. */
  let late: { readonly error: unknown } | undefined;
  // Messages without audio do not count. Otherwise a stream of them would never end.
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
      if (samples.length > 0) {
        isSilent = false;
        yield samples;
      }
      silentSince = performance.now();
    }
    if (isFinal) {
      late = await drain(messages, lifetime);
      break;
    }
    await lifetime.letTimersRun();
  }
  const rest = endOf(pcm, late);
  if (isSilent && rest.length === 0) {
    throw late?.error ?? new ServerError(
      "The stream must hold audio: it ended without any.",
    );
  }
  if (rest.length > 0) yield rest;
  // The audio is complete. A connection that did not end well must not be used again.
  if (late !== undefined) lifetime.stop({ by: "cancel" });
}

/** The last samples. When they are cut short, an error that came after them says more than the length. */
function endOf(pcm: PcmReader, late: { readonly error: unknown } | undefined): Uint8Array {
  try {
    return pcm.end();
  } catch (error) {
    throw late?.error ?? error;
  }
}

/** Opens the stream and waits for its first message. Until then it may be tried again, if nothing was accepted. */
function open(
  call: Call,
  message: SpeechRequestMessage,
  idleTimeout: number,
): Promise<{ messages: Messages; result: IteratorResult<StreamSpeechResponseMessage, void> }> {
  // Only the opening takes a place among the calls in flight. Streams that wait for their readers would take them all.
  return call.attempts((left) => {
    const first = async (transport: Transport, attempt: TransportCall) => {
      const messages = transport.streamSpeech(message, attempt);
      return { messages, result: await messages.next() };
    };
    return call.send(first, call.lifetime, idleTimeout, left);
  }, idleTimeout);
}

/**
 * Reads on to the trailers, after which the connection can be used again.
 *
 * @returns The error that came instead, an `error` of `undefined` when the wait was too long, or `undefined` when all
 * is well.
 */
async function drain(
  messages: Messages,
  lifetime: Lifetime,
): Promise<{ readonly error: unknown } | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const grace = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), TRAILER_GRACE_MS);
  });
  try {
    for (;;) {
      const result = await lifetime.race(Promise.race([messages.next(), grace]));
      if (result === "late") return { error: undefined };
      if (result.done) return undefined;
      await lifetime.letTimersRun();
    }
  } catch (error) {
    return { error };
  } finally {
    clearTimeout(timer);
  }
}
