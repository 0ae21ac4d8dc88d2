/**
 * Serves finished audio through the proxy, only from addresses that the service gave. It costs nothing, however often
 * and in whatever parts a player asks for it.
 *
 * @module
 */

import { lengthOfWholePart, requestedRange } from "../../audio/byte_range.ts";
import { followRedirects } from "../../audio/download/redirects.ts";
import { PROBLEM_HEADER } from "../../audio/download/refusal.ts";
import { mayFetch, mayRedirect } from "./address.ts";
import { type AudioBody, openAudio } from "./body.ts";
import type { AudioTokens } from "./audio_token.ts";
import { sliceBytes } from "./slice_bytes.ts";
import { discard, Exchange, MAX_EXCHANGE_MS } from "../exchange.ts";
import type { InFlight } from "../admission/in_flight.ts";
import { showsKey } from "../key_mask.ts";
import { plainText } from "../answer/responses.ts";
import type { ResolvedProxyOptions } from "../resolved_options.ts";
import { visitorBody } from "../admission/visitor_body.ts";

/** The visitor's headers that are passed on: ranges, and nothing about the visitor. */
const PASSED_UP = ["range", "if-range", "if-none-match"];

/** The headers of the answer that come back. */
const PASSED_DOWN = ["content-length", "content-range", "accept-ranges", "etag", "last-modified"];

/** Answers a GET or a HEAD for `…/audio/<token>`. */
export async function serveAudio(
  request: Request,
  token: string,
  tokens: AudioTokens,
  transfers: InFlight,
  options: ResolvedProxyOptions,
): Promise<Response> {
  const { method } = request;
  const { timeout, report } = options;
  if (method !== "GET" && method !== "HEAD") {
    return plainText(405, "only GET and HEAD are allowed here", { allow: "GET, HEAD" });
  }
  const url = await tokens.open(token);
  if (url === "expired") return plainText(410, "this address has expired: check the job again");
  if (url === "unknown" || !mayFetch(url, options)) return plainText(404, "no such audio");
  const place = transfers.take(timeout);
  if (place === undefined) {
    return plainText(503, "too many transfers are in flight", { "retry-after": "1" });
  }
  const exchange = new Exchange(timeout, MAX_EXCHANGE_MS, place);
  try {
    const response = wholePartAsWhole(await follow(url, request, exchange, options), request);
    const { status } = response;
    const asked = ASKED_BY[status];
    // An unasked part would be taken for the whole.
    if (status !== 200 && !(asked && request.headers.has(asked))) {
      discard(response);
      exchange.close();
      const message = `The audio's server answered with HTTP ${status}.`;
      report({ type: "upstream_failed", method: "audio", message });
      return refused(status);
    }
    const audio = await openAudio(response, method, exchange, options);
    if (typeof audio !== "string") return answerWith(audio, request, exchange, options);
    exchange.cancel();
    report({
      type: "upstream_failed",
      method: "audio",
      message: `The audio's server sent ${audio}.`,
    });
    const text = `the audio's server sent ${audio}: the job was charged, check it again`;
    return plainText(502, text, { [PROBLEM_HEADER]: audio });
  } catch {
    const { message } = exchange.failure("The audio cannot be reached.");
    if (!exchange.cancelled) report({ type: "upstream_failed", method: "audio", message });
    exchange.cancel();
    return plainText(502, message);
  }
}

/** The header of the visitor that allows an answer with the status. */
const ASKED_BY: Readonly<Record<number, string>> = {
  206: "range",
  304: "if-none-match",
  416: "range",
};

/** Some servers send the whole as a part of itself, unasked. */
function wholePartAsWhole(response: Response, request: Request): Response {
  const length = request.headers.has("range") ? undefined : lengthOfWholePart(response);
  if (length === undefined) return response;
  const headers = new Headers(response.headers);
  headers.delete("content-range");
  headers.set("content-length", `${length}`);
  const { body } = response;
  // The body may come from another `fetch`, and `new Response` does not accept it.
  return { status: 200, headers, body } as Response;
}

/** Refusals that ask the client to try again (RFC 9110, RFC 8470). */
const TRY_AGAIN = [408, 421, 425, 429];

/**
 * Storage refuses an expired address with one of several statuses. It may show a new file a moment late: as 404, or as
 * 403 if it hides what exists. Clients try again after 404.
 */
function refused(status: number): Response {
  if (TRY_AGAIN.includes(status)) {
    return plainText(503, `the audio's server cannot answer now (HTTP ${status})`);
  }
  if (status < 400 || status >= 500 || status === 416) {
    return plainText(502, `the audio's server does not answer as it should (HTTP ${status})`);
  }
  return plainText(
    status === 404 || status === 403 ? 404 : 410,
    "this audio is not there any more: check the job again",
  );
}

function answerWith(
  { response, bytes, isDecoded }: AudioBody,
  request: Request,
  exchange: Exchange,
  options: ResolvedProxyOptions,
): Response {
  const headers = downHeaders(response.headers, options.key, isDecoded);
  const length = headers.get("content-length");
  let { status } = response;
  let pieces = bytes;
  // The audio's server may not support ranges, and Safari plays nothing without them.
  const range = status !== 200 || length === null
    ? "whole"
    : requestedRange(request, Number(length), headers.get("etag") ?? undefined);
  if (range === "none") {
    exchange.cancel();
    const size = { "content-range": `bytes */${length}` };
    return plainText(416, "the audio has no such bytes", size);
  }
  if (range !== "whole") {
    const [from, to] = range;
    status = 206;
    headers.set("content-range", `bytes ${from}-${to - 1}/${length}`);
    headers.set("content-length", `${to - from}`);
    pieces = bytes && sliceBytes(bytes, from, to);
  }
  if (status === 200) headers.set("accept-ranges", length === null ? "none" : "bytes");
  if (pieces === undefined) {
    exchange.close();
    return new Response(null, { status, headers });
  }
  const { timeout } = options;
  const body = visitorBody(pieces, { request, timeout, onLeave: () => exchange.cancel() });
  return new Response(body, { status, headers });
}

/** Asks for the audio, and follows the redirects of its server. */
async function follow(
  start: URL,
  { method, headers: given }: Request,
  exchange: Exchange,
  options: ResolvedProxyOptions,
): Promise<Response> {
  // A content coding would change the bytes that a range counts.
  const headers = new Headers({ "accept-encoding": "identity" });
  for (const name of PASSED_UP) {
    const value = given.get(name);
    if (value !== null) headers.set(name, value);
  }
  return await followRedirects(
    start,
    (url) => exchange.fetch(options.fetch, url.href, { method, headers }),
    (url) => {
      if (!mayRedirect(start, url, options)) throw new Error("The redirect is not allowed.");
    },
  );
}

function downHeaders(headers: Headers, key: string, isDecoded: boolean): Headers {
  const type = headers.get("content-type") ?? "";
  const down = new Headers({
    // Another content type could make it a page of the proxy's own site.
    "content-type": /^(audio|video)\/[\w.+-]+\s*(;|$)/i.test(type) && !showsKey(type, key)
      ? type
      : "application/octet-stream",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-cache, no-transform",
  });
  for (const name of PASSED_DOWN) {
    const value = headers.get(name);
    // Length and ranges count the bytes before a coding was undone.
    const isLost = isDecoded && /^(content-length|content-range|accept-ranges|etag)$/.test(name);
    if (value !== null && !isLost && !showsKey(value, key)) down.set(name, value);
  }
  return down;
}
