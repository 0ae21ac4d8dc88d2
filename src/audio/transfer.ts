/**
 * The bytes of an audio URL: no key, no credentials, https only, bounded, and resumed where a connection is lost.
 *
 * @module
 */

import { onAbort } from "../lib/abort.ts";
import { follow } from "./audio_url.ts";
import { type BodyReader, bodyReader } from "../transport/body_reader.ts";
import type { Call, Core } from "../call/call.ts";
import { brokenOff, noAnswer, refusedWith } from "../transport/error_mapping.ts";
import { ServerError } from "../contract/errors.ts";

/** What a transfer is bound to. */
export interface Limits {
  readonly idleTimeout: number;
  readonly maxBytes: number;
  readonly maxRetries: number;
}

/** A header that names one version of a file, and its value. */
type Version = readonly [name: string, value: string];

/**
 * Fetches a file.
 *
 * @param opened Is told the headers, and the length if it is known, before the first bytes.
 */
export async function* transfer(
  core: Core,
  call: Call,
  address: URL,
  { idleTimeout, maxBytes, maxRetries }: Limits,
  opened: (headers: Headers, total: number | undefined) => void,
): AsyncGenerator<Uint8Array, void, void> {
  const { lifetime } = call;
  const { href, origin } = address;
  let reader: BodyReader | undefined;
  let total: number | undefined;
  let version: Version | undefined;
  let got = 0;
  let lost: Error | undefined;

  const open = async (): Promise<Response> => {
    // A lost connection is a failed attempt like any other: logged, and waited after.
    const failure = lost;
    lost = undefined;
    if (failure !== undefined) throw failure;
    // A coding of the transfer would hide the length, and count other bytes than a range does.
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    if (got > 0 && version) {
      headers["range"] = `bytes=${got}-`;
      headers["if-range"] = version[1];
    }
    const fetch = core.options.fetch ?? globalThis.fetch;
    const init: RequestInit = { headers, signal: lifetime.signal };
    // workerd has no credentials, and refuses to be told so.
    if ("credentials" in Request.prototype) init.credentials = "omit";
    const response = await follow(address, async (url, redirect) => {
      try {
        return await lifetime.race(fetch(url.href, { ...init, redirect }), idleTimeout);
      } catch (error) {
        throw noAnswer(error, url.origin, [url.href], undefined);
      }
    });
    const { ok, status, body } = response;
    if (!ok && !(version && status === 416)) {
      body?.cancel().catch(() => {});
      throw refusedWith(status, origin);
    }
    return response;
  };

  // An abort alone may be lost (nodejs/undici#3644), and then the connection would stay.
  const drop = () => void reader?.cancel().catch(() => {});
  const unlisten = onAbort(lifetime.signal, drop);
  try {
    for (let losses = 0;; losses++) {
      const { status, headers, body } = await call.attempts(open);
      reader = body ? bodyReader(body, true) : undefined;
      if (got === 0) {
        total = lengthOf(headers);
        version = total === undefined ? undefined : versionOf(headers);
        opened(headers, total);
      } else if (
        status !== 206 || headers.get("content-range") !== `bytes ${got}-${total! - 1}/${total}` ||
        headers.get(version![0]) !== version![1]
      ) {
        throw new ServerError(
          `The connection was lost after ${got} bytes, and ${origin} has another version of the audio now, or serves no parts: download it anew.`,
        );
      }
      for (;;) {
        if (Math.max(got, total ?? 0) > maxBytes) {
          throw new ServerError(
            `The audio is larger than ${maxBytes} bytes: give a larger maxBytes.`,
          );
        }
        const result = reader && await lifetime.race(reader.read(), idleTimeout).catch((error) => {
          lost = brokenOff(origin, error, [href]);
        });
        if (!result?.value) break;
        got += result.value.length;
        if (got <= maxBytes) yield result.value;
      }
      if (!lost && got === (total ?? got)) {
        reader = undefined;
        return;
      }
      lost ??= brokenOff(origin);
      const resumable = got === 0 || version && got < total!;
      if (lifetime.end || losses >= maxRetries || !resumable) throw lost;
      drop();
    }
  } finally {
    unlisten();
    drop();
  }
}

function lengthOf(headers: Headers): number | undefined {
  const length = headers.get("content-length");
  // A coding of the transfer changes the number of bytes.
  const known = length !== null && /^\d+$/.test(length) && !headers.has("content-encoding");
  return known ? Number(length) : undefined;
}

/** What names this version to the byte; a weak ETag does not (RFC 9110, 8.8.1 and 13.1.5). */
function versionOf(headers: Headers): Version | undefined {
  const etag = headers.get("etag");
  if (etag !== null) return etag.startsWith("W/") ? undefined : ["etag", etag];
  const modified = headers.get("last-modified") ?? "";
  // Within a second after a change there may be another (RFC 9110, 8.8.2.2).
  const age = Date.parse(headers.get("date") ?? "") - Date.parse(modified);
  return age >= 1_000 ? ["last-modified", modified] : undefined;
}
