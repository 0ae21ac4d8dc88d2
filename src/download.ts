/**
 * From `audio_url` to bytes, safely: no key, no credentials, https only, bounded.
 *
 * @module
 */

import { type AudioFacts, AudioStream } from "./audio_stream.ts";
import { Call, type Core } from "./call.ts";
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

/** The finished audio of a job, in the format that the service made: what it is, its bytes say. */
export class AudioDownload extends AudioStream {}

/** More redirects than this are a loop. */
const MAX_REDIRECTS = 5;

/** Makes a download. Bad input throws at once, nothing is sent before it is read. */
export function downloadAudio(
  core: Core,
  source: AudioSource,
  options: DownloadOptions,
): AudioDownload {
  checkObject("source", source);
  checkCallOptions(options);
  const { idleTimeout = core.options.timeout, maxBytes = 256 * 1024 * 1024, timeout } = options;
  checkDuration("idleTimeout", idleTimeout);
  checkInteger("maxBytes", maxBytes, 1);
  const { audioUrl, requestId } = source;
  const url = checkAudioUrl(audioUrl);
  let audio: AudioFacts = { contentType: "application/octet-stream" };

  async function* run(call: Call): AsyncGenerator<Uint8Array, void, void> {
    const { scope } = call;
    const idle = new IdleTimer(scope, idleTimeout);
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    let got = 0;
    try {
      const response = await idle.during(call.attempts(() => get(core, url, scope)));
      reader = response.body?.getReader();
      audio = factsOf(response.headers);
      const { contentLength = 0 } = audio;
      for (;;) {
        if (Math.max(got, contentLength) > maxBytes) {
          throw new ServerError(
            `The audio has more than ${maxBytes} bytes (maxBytes): give a larger maxBytes, or stream the text.`,
          );
        }
        const result = reader && await idle.during(read(scope, reader, url));
        if (result === undefined || result.done) break;
        got += result.value.length;
        if (got <= maxBytes && result.value.length > 0) yield result.value;
      }
      if (got !== (audio.contentLength ?? got)) throw brokenOff(url.origin);
      reader = undefined;
    } finally {
      idle.close();
      // An abort alone may be lost (nodejs/undici#3644), and then the connection would stay.
      reader?.cancel().catch(() => {});
    }
  }

  const facts = { method: "The download", key: "", requestId };
  const items = new ScopedIterator(() => new Call(core, facts, options, timeout), run);
  return new AudioDownload(items, () => audio);
}

/** The URL, if audio may be fetched from it. Its path and query stay out of errors: they may hold a signature. */
function checkAudioUrl(audioUrl: unknown): URL {
  if (typeof audioUrl !== "string" || !URL.canParse(audioUrl)) {
    throw new InvalidRequestError(
      `audioUrl must be the URL of a job that COMPLETED: got ${describe(audioUrl)}`,
    );
  }
  const url = new URL(audioUrl);
  const { protocol, hostname } = url;
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (
    (protocol !== "https:" && !(protocol === "http:" && loopback)) || url.username || url.password
  ) {
    throw new InvalidRequestError(
      `audioUrl must be https (http only on this machine), without a user name: got ${protocol}//${url.host}`,
    );
  }
  return url;
}

function factsOf(headers: Headers): AudioFacts {
  const length = headers.get("content-length");
  // A coding of the transfer changes the number of bytes.
  const known = length !== null && /^\d+$/.test(length) && !headers.has("content-encoding");
  return {
    contentType: headers.get("content-type") ?? "application/octet-stream",
    contentLength: known ? Number(length) : undefined,
  };
}

/** A GET that follows redirects by hand, so that each target is checked. */
async function get(core: Core, from: URL, scope: Scope): Promise<Response> {
  const fetch = core.options.fetch ?? globalThis.fetch;
  const init: RequestInit = { signal: scope.signal, redirect: "manual" };
  // workerd has no credentials, and refuses to be told so.
  if ("credentials" in Request.prototype) init.credentials = "omit";
  let url = from;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    let response: Response;
    try {
      response = await scope.race(fetch(url.href, init));
    } catch (error) {
      throw noAnswer(error, url.origin, [url.href]);
    }
    const { status, headers } = response;
    if (response.ok) {
      // A browser follows by itself; where it arrived must be allowed, too.
      if (init.redirect === "follow") checkAudioUrl(response.url);
      return response;
    }
    response.body?.cancel().catch(() => {});
    const location = headers.get("location");
    if (response.type === "opaqueredirect") init.redirect = "follow";
    else if (status < 400 && location !== null) url = checkAudioUrl(URL.parse(location, url)?.href);
    else throw refused(status, url.origin);
  }
  throw new ServerError(`${from.origin} redirects the audio more than ${MAX_REDIRECTS} times.`);
}

function refused(statusCode: number, origin: string): TsetsenError {
  const message =
    `${origin} refused the audio with HTTP ${statusCode}: its address may have expired. Check the job again.`;
  const Class = {
    401: PermissionDeniedError,
    403: PermissionDeniedError,
    404: ResourceNotFoundError,
    410: ResourceNotFoundError,
    429: RateLimitExceededError,
    502: ServiceUnavailableError,
    503: ServiceUnavailableError,
    504: ServiceUnavailableError,
  }[statusCode] ?? ServerError;
  return new Class(message, { statusCode });
}

async function read(
  scope: Scope,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  url: URL,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await scope.race(reader.read());
  } catch (error) {
    throw brokenOff(url.origin, error, [url.href]);
  }
}
