/**
 * Speech that is streamed while it is synthesised.
 *
 * @module
 */

import { type StreamSpeechResponse, TsetsenTTS } from "../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { encodeWav, toReadable, wavHeader } from "./audio.ts";
import { AudioStream } from "./audio_stream.ts";
import {
  type CallFacts,
  type Core,
  endedError,
  failureOf,
  headersOf,
  openScope,
  retryDelay,
  secretsOf,
} from "./call.ts";
import { fromStreamMessage } from "./error_mapping.ts";
import type { Charged, TsetsenError } from "./errors.ts";
import { tell } from "./log.ts";
import { type SpeechFields, type StreamSpeechRequest, toStreamSpeech } from "./models.ts";
import { IdleTimer } from "./idle.ts";
import { type CallOptions, checkCallOptions } from "./options.ts";
import { PcmReader } from "./pcm.ts";
import type { Scope } from "./scope.ts";
import { ScopedIterator } from "./scoped_iterator.ts";
import { openTransport } from "./transport.ts";
import { checkDuration } from "./validate.ts";

/** Options of {@linkcode Client.streamSpeech}. All durations are milliseconds. */
export interface StreamOptions extends CallOptions {
  /**
   * The deadline of the whole stream in milliseconds, above 0 and at most 2,147,483,647, the time that the reader takes
   * included. Default: none, as a stream may last for minutes; `idleTimeout` catches one that hangs.
   */
  readonly timeout?: number | undefined;
  /**
   * The longest time to wait for the next message in milliseconds, above 0 and at most 2,147,483,647. The time that the
   * reader takes does not count. Default: the client's `timeout`.
   */
  readonly idleTimeout?: number | undefined;
}

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
 * function handler(client: Client, voiceId: string): Response {
 *   return client.streamSpeech({ text: "Сайн байна уу?", voiceId }).toResponse();
 * }
 * ```
 */
export class SpeechStream extends AudioStream {
  /**
   * The audio as a `ReadableStream` of a WAV file. Its header, 44 bytes, says that the length is not known, as is the
   * convention for streams.
   */
  toWavStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return toReadable(this, wavHeader());
  }

  /**
   * The audio as the `Response` of a server: a WAV stream with `content-type: audio/wav`, not to be cached. When the
   * client goes away, the synthesis ends.
   *
   * @param init Status and headers; given headers win over the default ones.
   */
  toResponse(init: ResponseInit = {}): Response {
    const headers = new Headers(init.headers);
    if (!headers.has("content-type")) headers.set("content-type", "audio/wav");
    if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
    return new Response(this.toWavStream(), { ...init, headers });
  }

  /** All of the audio as a WAV file with true lengths in its header. 5 minutes are 14.4 MB. */
  async wav(): Promise<Uint8Array<ArrayBuffer>> {
    return encodeWav(await this.bytes());
  }
}

/** Makes a stream. Bad input throws at once, nothing is sent before the first `next()`. */
export function streamSpeech(
  core: Core,
  request: StreamSpeechRequest,
  options: StreamOptions = {},
): SpeechStream {
  const message = toStreamSpeech(request, core.options.apiKey);
  checkCallOptions(options);
  if (options.idleTimeout !== undefined) checkDuration("idleTimeout", options.idleTimeout);
  const facts: CallFacts = {
    method: "StreamSpeech",
    key: message.apiKey,
    billable: true,
    text: message.text,
  };
  return new SpeechStream(
    new ScopedIterator(
      () => openScope(core, facts, options.signal, options.timeout),
      (scope) => run(core, message, facts, options, scope),
    ),
  );
}

type Messages = AsyncIterator<StreamSpeechResponse>;

/** How long to wait for the trailers after the message that says it is the last, in milliseconds. */
const TRAILER_GRACE = 1_000;

async function* run(
  core: Core,
  message: SpeechFields,
  facts: CallFacts,
  options: StreamOptions,
  scope: Scope,
): AsyncGenerator<Uint8Array, void, void> {
  const idle = new IdleTimer(scope, options.idleTimeout ?? core.options.timeout);
  const state: { charged: Charged; failed?: TsetsenError } = { charged: "no" };
  const pcm = new PcmReader();
  let finished = false;
  try {
    const messages = await idle.during(open(core, message, facts, options, scope, state));
    for (;;) {
      const { done, value } = await idle.during(messages.next());
      if (done) break;
      if (value.errorMessage !== "") {
        throw fromStreamMessage(value.errorMessage, state.charged, secretsOf(facts));
      }
      if (value.audioChunk.length > 0) {
        state.charged = "yes";
        const samples = pcm.push(value.audioChunk);
        if (samples.length > 0) yield samples;
      }
      if (value.isFinal) {
        await drain(messages);
        break;
      }
    }
    const rest = pcm.end();
    if (rest.length > 0) yield rest;
    finished = true;
  } catch (error) {
    if (scope.end?.by === "leave") return;
    if (scope.end !== undefined) throw endedError(scope, facts, state.charged, state.failed);
    // What failed after audio had come was paid for, whatever the failure itself would prove.
    throw failureOf(error, facts, state.charged === "yes" ? "yes" : undefined);
  } finally {
    idle.close();
    if (finished) scope.close();
    // Left early, or failed: nothing of it may go on at the service.
    else scope.stop({ by: "leave" });
  }
}

/** Opens the stream and waits for its first message; tries again where nothing can have been accepted. */
async function open(
  core: Core,
  message: SpeechFields,
  facts: CallFacts,
  options: StreamOptions,
  scope: Scope,
  state: { charged: Charged; failed?: TsetsenError },
): Promise<Messages> {
  const { maxRetries = core.options.maxRetries } = options;
  for (let retry = 0;; retry++) {
    // Only the opening takes a place among the calls in flight: streams that wait for their readers would block them all.
    if (!core.limiter.tryAcquire()) await core.limiter.acquire(scope);
    let failed: TsetsenError;
    try {
      if (scope.end !== undefined) throw scope.end;
      const transport = openTransport(core.options, {
        signal: scope.signal,
        unary: false,
        secrets: secretsOf(facts),
      });
      const header = headersOf(core.options, facts, options, scope.remaining);
      state.charged = "unknown";
      const { method } = TsetsenTTS;
      const input = once(message);
      const response = await scope.race(
        transport.stream(method.streamSpeech, scope.signal, undefined, header, input),
      );
      const messages = response.message[Symbol.asyncIterator]();
      return withFirst(await scope.race(messages.next()), messages, scope);
    } catch (error) {
      if (scope.end !== undefined) throw error;
      failed = state.failed = failureOf(error, facts);
    } finally {
      core.limiter.release();
    }
    const delay = retryDelay(core, failed, facts, retry, maxRetries);
    if (delay === undefined || delay >= scope.remaining) throw failed;
    state.charged = "no";
    tell(core.options.log, {
      type: "retry",
      method: facts.method,
      attempt: retry + 1,
      delay,
      error: failed,
      requestId: undefined,
    });
    await scope.sleep(delay);
  }
}

async function* once<T>(value: T): AsyncGenerator<T, void, void> {
  yield value;
}

function withFirst(
  first: IteratorResult<StreamSpeechResponse>,
  messages: Messages,
  scope: Scope,
): Messages {
  let waiting: IteratorResult<StreamSpeechResponse> | undefined = first;
  return {
    next() {
      const result = waiting;
      waiting = undefined;
      return result === undefined ? scope.race(messages.next()) : Promise.resolve(result);
    },
  };
}

/** Reads on to the trailers, so that the connection can be used again. The audio is complete: nothing fails any more. */
async function drain(messages: Messages): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const grace = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, TRAILER_GRACE);
  });
  const rest = (async () => {
    while (!(await messages.next()).done);
  })().catch(() => {});
  await Promise.race([rest, grace]);
  clearTimeout(timer);
}
