/**
 * From `audio_url` to bytes, safely: no key, no credentials, https only, bounded.
 *
 * @module
 */

import { toReadable } from "./audio.ts";
import { AudioStream } from "./audio_stream.ts";
import { type CallFacts, type Core, endedError, failureOf, openScope, retryDelay } from "./call.ts";
import { brokenOff, noAnswer } from "./error_mapping.ts";
import {
  InvalidRequestError,
  PermissionDeniedError,
  RateLimitExceededError,
  ResourceNotFoundError,
  ServerError,
  ServiceUnavailableError,
  type TsetsenError,
} from "./errors.ts";
import { IdleTimer } from "./idle.ts";
import { tell } from "./log.ts";
import type { CheckStatusResponse } from "./models.ts";
import { type CallOptions, checkCallOptions } from "./options.ts";
import type { Scope } from "./scope.ts";
import { ScopedIterator } from "./scoped_iterator.ts";
import { checkDuration, checkInteger, checkObject, describe } from "./validate.ts";

/** Options of {@linkcode Client.downloadAudio}. All durations are milliseconds. */
export interface DownloadOptions extends Omit<CallOptions, "headers"> {
  /**
   * The deadline of the whole download in milliseconds, above 0 and at most 2,147,483,647, the time that the reader
   * takes included. Default: none; `idleTimeout` catches one that hangs.
   */
  readonly timeout?: number | undefined;
  /**
   * The longest time to wait for the answer or for the next bytes in milliseconds, above 0 and at most 2,147,483,647.
   * Default: the client's `timeout`.
   */
  readonly idleTimeout?: number | undefined;
  /** The largest audio to accept, in bytes. Default 268,435,456 (256 MiB). */
  readonly maxBytes?: number | undefined;
}

/** The part of a job's final response that a download needs; a {@linkcode CheckStatusResponse} is one. */
export type AudioSource = Pick<CheckStatusResponse, "audioUrl"> & { readonly requestId?: string };

interface Opened {
  readonly contentType: string;
  readonly contentLength: number | undefined;
  readonly reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
}

/** The finished audio of a job, in the format that the service made: what it is, its bytes say. */
export class AudioDownload extends AudioStream {
  readonly #start: () => Promise<Opened>;

  /** @internal */
  constructor(items: AsyncIterator<Uint8Array, void, void>, start: () => Promise<Opened>) {
    super(items);
    this.#start = start;
  }

  /**
   * The audio as the `Response` of a server, with the content type and length that the source gave. When the client goes
   * away, the download ends.
   *
   * @param init Status and headers; given headers win over those of the source.
   * @throws {TsetsenError} of the class that fits when the download cannot be opened.
   */
  async toResponse(init: ResponseInit = {}): Promise<Response> {
    const { contentType, contentLength } = await this.#start();
    const headers = new Headers(init.headers);
    if (!headers.has("content-type")) headers.set("content-type", contentType);
    if (!headers.has("content-length") && contentLength !== undefined) {
      headers.set("content-length", String(contentLength));
    }
    return new Response(toReadable(this), { ...init, headers });
  }
}

/** More redirects than this are a loop. */
const MAX_REDIRECTS = 5;

/** Makes a download. Bad input throws at once, nothing is sent before it is read. */
export function downloadAudio(
  core: Core,
  source: AudioSource,
  options: DownloadOptions = {},
): AudioDownload {
  checkObject("source", source);
  checkCallOptions(options);
  const { idleTimeout = core.options.timeout, maxBytes = 256 * 1024 * 1024 } = options;
  checkDuration("idleTimeout", idleTimeout);
  checkInteger("maxBytes", maxBytes, 1);
  const { audioUrl, requestId } = source;
  if (audioUrl === undefined) {
    throw new InvalidRequestError(
      "The job has no audioUrl: only a job that COMPLETED has audio.",
      { requestId, charged: requestId === undefined ? undefined : "yes" },
    );
  }
  const url = checkAudioUrl(audioUrl, requestId);
  const facts: CallFacts = { method: "GET audio", key: "", billable: false, requestId };
  let opening: Promise<Opened> | undefined;
  let scope: Scope | undefined;
  let idle: IdleTimer | undefined;

  // Opened by the first read, or by toResponse before it.
  const begin = (): Scope => {
    if (scope === undefined) {
      scope = openScope(core, facts, options.signal, options.timeout);
      idle = new IdleTimer(scope, idleTimeout);
    }
    return scope;
  };
  const start = (): Promise<Opened> => {
    begin();
    return opening ??= open(core, url, facts, options, maxBytes, scope as Scope, idle as IdleTimer);
  };

  async function* run(scope: Scope): AsyncGenerator<Uint8Array, void, void> {
    let reader: Opened["reader"];
    let finished = false;
    let got = 0;
    try {
      const opened = await start();
      const { contentLength } = opened;
      reader = opened.reader;
      for (;;) {
        const result = reader && await (idle as IdleTimer).during(read(scope, reader, url));
        if (result === undefined || result.done) break;
        got += result.value.length;
        if (got > maxBytes) throw tooLarge(got, maxBytes);
        if (result.value.length > 0) yield result.value;
      }
      if (contentLength !== undefined && got !== contentLength) throw brokenOff(url.origin);
      finished = true;
    } catch (error) {
      if (scope.end?.by === "leave") return;
      throw errorOf(error, scope, facts);
    } finally {
      (idle as IdleTimer).close();
      if (finished) {
        scope.close();
      } else {
        scope.stop({ by: "leave" });
        // An abort alone may be lost (nodejs/undici#3644), and then the connection would stay.
        reader?.cancel().catch(() => {});
      }
    }
  }

  return new AudioDownload(new ScopedIterator(begin, run), async () => {
    try {
      return await start();
    } catch (error) {
      idle?.close();
      const failure = scope === undefined ? error : errorOf(error, scope, facts);
      scope?.close();
      throw failure;
    }
  });
}

/** The URL, if audio may be fetched from it. Its path and query stay out of errors: they may hold a signature. */
function checkAudioUrl(audioUrl: unknown, requestId: string | undefined): URL {
  const context = { requestId, charged: requestId === undefined ? undefined : "yes" as const };
  if (typeof audioUrl !== "string" || !URL.canParse(audioUrl)) {
    throw new InvalidRequestError(`audioUrl must be a URL: got ${describe(audioUrl)}`, context);
  }
  const url = new URL(audioUrl);
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback)) {
    throw new InvalidRequestError(
      `audioUrl must be https (http only on this machine): got ${url.protocol}//${url.host}`,
      context,
    );
  }
  if (url.username || url.password) {
    throw new InvalidRequestError("audioUrl must have no user name and no password.", context);
  }
  return url;
}

async function open(
  core: Core,
  url: URL,
  facts: CallFacts,
  options: DownloadOptions,
  maxBytes: number,
  scope: Scope,
  idle: IdleTimer,
): Promise<Opened> {
  const { maxRetries = core.options.maxRetries } = options;
  for (let retry = 0;; retry++) {
    let failed: TsetsenError;
    try {
      const response = await idle.during(get(core, url, facts, scope));
      const { headers } = response;
      // A coding of the transfer changes the number of bytes.
      const length = headers.has("content-encoding") ? null : headers.get("content-length");
      const contentLength = length !== null && /^\d+$/.test(length) ? Number(length) : undefined;
      if (contentLength !== undefined && contentLength > maxBytes) {
        response.body?.cancel().catch(() => {});
        throw tooLarge(contentLength, maxBytes);
      }
      return {
        contentType: headers.get("content-type") ?? "application/octet-stream",
        contentLength,
        reader: response.body?.getReader(),
      };
    } catch (error) {
      if (scope.end !== undefined) throw error;
      failed = failureOf(error, facts, "yes");
    }
    const delay = retryDelay(core, failed, facts, retry, maxRetries);
    if (delay === undefined || delay >= scope.remaining) throw failed;
    const { method, requestId } = facts;
    tell(core.options.log, {
      type: "retry",
      method,
      attempt: retry + 1,
      delay,
      error: failed,
      requestId,
    });
    await scope.sleep(delay);
  }
}

/** A GET that follows redirects by hand, so that each target is checked. */
async function get(core: Core, from: URL, facts: CallFacts, scope: Scope): Promise<Response> {
  const fetch = core.options.fetch ?? globalThis.fetch;
  const init: RequestInit = { signal: scope.signal };
  // workerd has no credentials, and refuses to be told so.
  if ("credentials" in Request.prototype) init.credentials = "omit";
  let url = from;
  let redirect: RequestRedirect = "manual";
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    let response: Response;
    try {
      response = await scope.race(fetch(url.href, { ...init, redirect }));
    } catch (error) {
      throw scope.end ?? noAnswer(error, url.origin, [url.href]);
    }
    if (response.ok) {
      // A browser follows by itself; where it arrived must be allowed, too.
      if (redirect === "follow" && response.url) checkAudioUrl(response.url, facts.requestId);
      return response;
    }
    response.body?.cancel().catch(() => {});
    const location = response.headers.get("location");
    if (response.type === "opaqueredirect") redirect = "follow";
    else if (response.status >= 300 && response.status < 400 && location !== null) {
      url = checkAudioUrl(URL.parse(location, url)?.href, facts.requestId);
    } else throw refused(response.status, url.origin);
  }
  throw new ServerError(`${from.origin} redirects the audio more than ${MAX_REDIRECTS} times.`);
}

function refused(statusCode: number, origin: string): TsetsenError {
  const message = `${origin} did not give the audio: HTTP ${statusCode}.`;
  if (statusCode === 404 || statusCode === 410) {
    return new ResourceNotFoundError(
      `${message} It may have expired: check the job again.`,
      { statusCode },
    );
  }
  if (statusCode === 401 || statusCode === 403) {
    return new PermissionDeniedError(
      `${message} The address may have expired: check the job again for a new one.`,
      { statusCode },
    );
  }
  if (statusCode === 429) return new RateLimitExceededError(message, { statusCode });
  return statusCode === 502 || statusCode === 503 || statusCode === 504
    ? new ServiceUnavailableError(message, { statusCode })
    : new ServerError(message, { statusCode });
}

function tooLarge(bytes: number, maxBytes: number): TsetsenError {
  return new ServerError(
    `The audio has ${bytes} bytes or more, and at most ${maxBytes} are accepted (maxBytes).`,
  );
}

async function read(
  scope: Scope,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  url: URL,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await scope.race(reader.read());
  } catch (error) {
    throw scope.end ?? brokenOff(url.origin, error, [url.href]);
  }
}

function errorOf(error: unknown, scope: Scope, facts: CallFacts): unknown {
  return scope.end === undefined ? failureOf(error, facts, "yes") : endedError(scope, facts, "yes");
}
