/**
 * Reads the bytes of an audio URL, without key and credentials, bounded in size. It resumes when a connection is lost
 * or falls silent.
 *
 * @module
 */

import { ConnectionError, ServerError, type TsetsenError } from "../../contract/errors.ts";
import type { Call, Core } from "../../call/call.ts";
import { backoffDelay } from "../../contract/backoff.ts";
import { WITHOUT_LIMIT } from "../../lib/runtime.ts";
import { withWebBody } from "../../transport/body_reader.ts";
import { brokenOff, fetchOf, noAnswer } from "../../transport/error_mapping.ts";
import { lengthOfWholePart } from "../byte_range.ts";
import { Connection } from "./connection.ts";
import { followRedirects, MAX_REDIRECTS } from "./redirects.ts";
import { refusalOf, retriable } from "./refusal.ts";

/** What a transfer is bound to. */
export interface TransferLimits {
  /** The longest wait for an answer or for the next bytes, in milliseconds. */
  readonly idleTimeout: number;
  /** The most bytes to accept, counted after a content coding is undone. */
  readonly maxBytes: number;
  /** How often a request is tried again, and how often a lost connection is made again. */
  readonly maxRetries: number;
}

/** A file to fetch. */
export interface TransferSource {
  /** Its address. The caller has checked it. */
  readonly url: URL;
  /** Throws when a redirect must not lead to an address. */
  readonly checkRedirect: (url: URL) => void;
}

/** A header that names one version of a file, and its value. */
type Version = readonly [name: string, value: string];

/**
 * Fetches a file.
 *
 * @param opened Receives the headers, and the length if it is known, before the first bytes.
 */
export async function* transfer(
  core: Core,
  call: Call,
  { url, checkRedirect }: TransferSource,
  { idleTimeout, maxBytes, maxRetries }: TransferLimits,
  opened: (headers: Headers, totalBytes: number | undefined) => void,
): AsyncGenerator<Uint8Array, void, void> {
  const { lifetime } = call;
  const { origin, href } = url;
  /** The longest time of one attempt: each redirect may wait for its own answer. */
  const longest = (MAX_REDIRECTS + 1) * idleTimeout;
  let connection = new Connection(lifetime);
  let totalBytes: number | undefined;
  let version: Version | undefined;
  let received = 0;
  let loss: TsetsenError | undefined;
  let refusal: TsetsenError | undefined;

  // While another attempt may follow, a silent connection must leave time for it and its delay before the deadline.
  const patience = (isLast: boolean, retry: number) => {
    const half = lifetime.remaining / 2;
    const delay = backoffDelay({ ...core.options.backoff, jitter: false }, retry);
    return isLast || half < 2 * delay ? idleTimeout : Math.min(idleTimeout, half);
  };
  const silent = (ms: number) =>
    new ConnectionError(`${origin} sent nothing for ${Math.round(ms)} ms.`);
  const giveUp = () => {
    lifetime.stop({ by: "idle", ms: idleTimeout });
    return lifetime.end;
  };
  const mayResume = (losses: number) =>
    losses < maxRetries &&
    (received === 0 || (version !== undefined && received < (totalBytes ?? 0)));

  const open = async (tries: number): Promise<Response> => {
    // A lost connection is a failed attempt like any other: it is logged, and followed by a delay.
    const failure = loss;
    loss = undefined;
    refusal = undefined;
    if (failure !== undefined) throw failure;
    connection.drop();
    connection = new Connection(lifetime);
    // A content coding would hide the length, and change what a range counts.
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    if (received > 0 && version) {
      headers["range"] = `bytes=${received}-`;
      headers["if-range"] = version[1];
    }
    const fetch = fetchOf(core.options.fetch);
    const init: RequestInit = { ...WITHOUT_LIMIT, headers, signal: connection.signal };
    // workerd has no credentials, and refuses the option. React Native's fetch may come without a Request.
    if ("credentials" in (globalThis.Request?.prototype ?? {})) init.credentials = "omit";
    const isLast = tries > maxRetries;
    const ms = patience(isLast, tries - 1);
    const ask = async (at: URL, redirect: RequestRedirect) => {
      let response;
      try {
        response = await connection.response(
          fetch(at.href, { ...init, redirect }).then(withWebBody),
          ms,
        );
      } catch (error) {
        throw noAnswer(error, at.origin, [at.href], undefined);
      }
      if (response === undefined) throw isLast ? giveUp() : silent(ms);
      return response;
    };
    return await call.observe(async (answer) => {
      const response = await followRedirects(url, ask, checkRedirect);
      const { ok, status, body, headers } = response;
      answer.headers = headers;
      if (!ok && !(version && status === 416)) {
        body?.cancel().catch(() => {});
        refusal = refusalOf(response, origin);
        throw retriable(refusal) ?? refusal;
      }
      return response;
    });
  };

  try {
    for (let losses = 0;; losses++) {
      let tries = 0;
      const response = await call.attempts(() => open(++tries), undefined, longest).catch(
        (error) => {
          // Report what the server said, and not the error that asked for another attempt.
          throw lifetime.end === undefined ? refusal ?? error : error;
        },
      );
      const { status, headers } = response;
      const whole = lengthOfWholePart(response);
      if (received === 0) totalBytes = whole ?? lengthOf(headers);
      const isRest =
        headers.get("content-range") === `bytes ${received}-${totalBytes! - 1}/${totalBytes}`;
      if (received === 0) {
        if (status === 206 && whole === undefined) {
          throw new ServerError(
            `${origin} sent a part of the audio (HTTP 206). Check the job again.`,
            {
              statusCode: status,
            },
          );
        }
        version = totalBytes === undefined ? undefined : versionOf(headers);
        opened(headers, totalBytes);
      } else if (
        status !== 206 || headers.has("content-encoding") || !isRest ||
        headers.get(version![0]) !== version![1]
      ) {
        throw new ServerError(
          `The connection was lost after ${received} bytes, and ${origin} has another version of the audio now, or serves no parts. Check the job again.`,
        );
      }
      connection.read(response);
      for (;;) {
        if (Math.max(received, totalBytes ?? 0) > maxBytes) {
          throw new ServerError(
            `The audio is larger than ${maxBytes} bytes: give a larger maxBytes.`,
          );
        }
        const resumes = mayResume(losses);
        const ms = patience(!resumes, 0);
        let read;
        try {
          read = await connection.next(ms);
        } catch (error) {
          loss = brokenOff(origin, error, [href]);
          break;
        }
        if (read === undefined) {
          if (!resumes) throw giveUp();
          loss = silent(ms);
          break;
        }
        if (!read.value) break;
        received += read.value.length;
        call.log.answer.bytes = received;
        if (received <= maxBytes) yield read.value;
      }
      if (!loss && received === (totalBytes ?? received)) {
        connection.done();
        return;
      }
      loss ??= brokenOff(origin);
      if (lifetime.end || !mayResume(losses)) throw loss;
      connection.drop();
    }
  } finally {
    connection.drop();
  }
}

function lengthOf(headers: Headers): number | undefined {
  const length = headers.get("content-length");
  // It counts the bytes before a content coding is undone.
  const isKnown = length !== null && /^\d+$/.test(length) && !headers.has("content-encoding");
  return isKnown ? Number(length) : undefined;
}

/** The header that names this version to the byte; a weak ETag does not (RFC 9110, 8.8.1 and 13.1.5). */
function versionOf(headers: Headers): Version | undefined {
  const etag = headers.get("etag");
  if (etag !== null) return etag.startsWith("W/") ? undefined : ["etag", etag];
  const modified = headers.get("last-modified") ?? "";
  // Another change may follow within the same second (RFC 9110, 8.8.2.2).
  const age = Date.parse(headers.get("date") ?? "") - Date.parse(modified);
  return age >= 1_000 ? ["last-modified", modified] : undefined;
}
