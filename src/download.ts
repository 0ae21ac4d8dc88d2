/**
 * From `audio_url` to bytes, safely: no key, no credentials, https only, bounded.
 *
 * @module
 */

import { onAbort } from "./abort.ts";
import { type AudioFacts, AudioStream } from "./audio_stream.ts";
import { Call, type Core } from "./call.ts";
import { brokenOff, noAnswer, refusedWith } from "./error_mapping.ts";
import { InvalidRequestError, ServerError } from "./errors.ts";
import type { CheckStatusResponse } from "./models.ts";
import type { CallOptions } from "./options.ts";
import type { Scope } from "./scope.ts";
import { ScopedIterator } from "./scoped_iterator.ts";
import { check, checkFields, describe } from "./validate.ts";

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

/** Makes a download. Bad input throws at once, nothing is sent before it is read. */
export function downloadAudio(
  core: Core,
  source: AudioSource,
  options: DownloadOptions,
): AudioDownload {
  check("source", source);
  checkFields("options", options);
  const { idleTimeout = core.options.timeout, maxBytes = 256 * 1024 * 1024, timeout } = options;
  const { audioUrl, requestId } = source;
  const { href, origin } = checkAudioUrl(audioUrl, requestId);
  let audio: AudioFacts = { contentType: "application/octet-stream" };

  async function* run(call: Call): AsyncGenerator<Uint8Array, void, void> {
    const { scope } = call;
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    let got = 0;
    // An abort alone may be lost (nodejs/undici#3644), and then the connection would stay.
    const drop = () => void reader?.cancel().catch(() => {});
    const unlisten = onAbort(scope.signal, drop);
    try {
      const { body, headers } = await call.attempts(() =>
        get(core, href, origin, scope, idleTimeout)
      );
      reader = body?.getReader();
      audio = factsOf(headers);
      for (;;) {
        if (Math.max(got, audio.contentLength ?? 0) > maxBytes) {
          throw new ServerError(
            `The audio is larger than ${maxBytes} bytes: give a larger maxBytes.`,
          );
        }
        const result = reader && await scope.race(reader.read(), idleTimeout).catch((error) => {
          throw brokenOff(origin, error, [href]);
        });
        if (result === undefined || result.done) break;
        got += result.value.length;
        if (got <= maxBytes) yield result.value;
      }
      if (got !== (audio.contentLength ?? got)) throw brokenOff(origin);
      reader = undefined;
    } finally {
      unlisten();
      drop();
    }
  }

  const facts = { method: "The download", key: "", requestId };
  const items = new ScopedIterator(() => new Call(core, facts, options, timeout), run);
  return new AudioDownload(items, () => audio);
}

/** The URL, if audio may be fetched from it. Its path and query stay out of errors: they may hold a signature. */
function checkAudioUrl(audioUrl: unknown, requestId?: string): URL {
  let came = describe(audioUrl);
  if (typeof audioUrl === "string" && URL.canParse(audioUrl)) {
    const url = new URL(audioUrl);
    const { protocol, host, hostname, username, password } = url;
    const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
    const allowed = protocol === "https:" || (protocol === "http:" && loopback);
    if (allowed && !username && !password) return url;
    came = `${protocol}//${host}`;
  }
  throw new InvalidRequestError(
    `audioUrl must be that of a job that COMPLETED, https (or http on this machine): got ${came}`,
    { requestId, charged: requestId === undefined ? undefined : "yes" },
  );
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

async function get(
  core: Core,
  href: string,
  origin: string,
  scope: Scope,
  idleTimeout: number,
): Promise<Response> {
  const fetch = core.options.fetch ?? globalThis.fetch;
  const init: RequestInit = { signal: scope.signal };
  // workerd has no credentials, and refuses to be told so.
  if ("credentials" in Request.prototype) init.credentials = "omit";
  let response: Response;
  try {
    response = await scope.race(fetch(href, init), idleTimeout);
  } catch (error) {
    throw noAnswer(error, origin, [href]);
  }
  const { ok, status, redirected, url, body } = response;
  try {
    // Nothing secret goes along, so redirects are followed; but where they end must be allowed, too.
    if (redirected) checkAudioUrl(url);
    if (!ok) throw refusedWith(status, origin);
  } catch (error) {
    body?.cancel().catch(() => {});
    throw error;
  }
  return response;
}
