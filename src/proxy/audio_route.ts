/**
 * Finished audio through the proxy: from the addresses that the service gave, and from no others.
 *
 * @module
 */

import type { AudioTokens } from "./audio_token.ts";
import { discard, Exchange } from "./exchange.ts";
import { KeyMask } from "./key_mask.ts";
import type { Settings } from "./settings.ts";

/** What of the visitor's headers goes along: ranges, and nothing that says who they are. */
const PASSED_UP = ["range", "if-range", "if-none-match"];

/** What of the answer's headers comes back. */
const PASSED_DOWN = ["content-length", "content-range", "accept-ranges", "etag", "last-modified"];

const MAX_REDIRECTS = 3;

/** Whether audio may be fetched from an address: over TLS, unless plaintext was allowed. */
export function mayFetch({ protocol, username, password }: URL, secure: boolean): boolean {
  return (protocol === "https:" || (protocol === "http:" && !secure)) && !username && !password;
}

/** Answers a GET or a HEAD for `…/audio/<token>`. */
export async function serveAudio(
  request: Request,
  token: string,
  tokens: AudioTokens,
  settings: Settings,
): Promise<Response> {
  const { method } = request;
  if (method !== "GET" && method !== "HEAD") {
    return plain(405, "only GET and HEAD are allowed here", { allow: "GET, HEAD" });
  }
  const url = await tokens.open(token);
  if (url === "expired") return plain(410, "this address has expired: check the job again");
  if (url === "unknown" || !mayFetch(url, settings.secure)) return plain(404, "no such audio");
  const exchange = new Exchange(request, settings.timeout);
  let response: Response;
  try {
    response = await follow(url, exchange, settings);
  } catch {
    const { message } = exchange.failure("The audio cannot be reached.");
    if (!exchange.left) settings.tell({ type: "upstream_failed", method: "audio", message });
    exchange.leave();
    return plain(502, message);
  }
  const { status, headers, body } = response;
  if (![200, 206, 304, 416].includes(status)) {
    discard(response);
    exchange.close();
    const message = `The audio's server answered with HTTP ${status}.`;
    settings.tell({ type: "upstream_failed", method: "audio", message });
    // Storage refuses an address that has expired with one of several statuses.
    if (status >= 400 && status < 500 && status !== 429) {
      return plain(
        status === 404 ? 404 : 410,
        "this audio is not there any more: check the job again",
      );
    }
    return plain(status === 429 ? 503 : 502, "the audio's server does not answer as it should");
  }
  if (body === null) exchange.close();
  return new Response(body && pass(body, exchange, settings.key), {
    status,
    headers: downHeaders(headers, settings.key),
  });
}

async function follow(start: URL, exchange: Exchange, settings: Settings): Promise<Response> {
  const { method, headers: given } = exchange.request;
  // A coding would change the bytes that a range counts.
  const headers = new Headers({ "accept-encoding": "identity" });
  for (const name of PASSED_UP) {
    const value = given.get(name);
    if (value !== null) headers.set(name, value);
  }
  for (let url = start, hop = 0;; hop++) {
    const response = await exchange.send(settings.fetch, url.href, { method, headers });
    if (![301, 302, 303, 307, 308].includes(response.status)) return response;
    discard(response);
    const location = response.headers.get("location") ?? "";
    if (hop === MAX_REDIRECTS || !URL.canParse(location, url.href)) throw new Error("lost");
    url = new URL(location, url);
    if (!mayFetch(url, settings.secure)) throw new Error("not allowed");
  }
}

function downHeaders(headers: Headers, key: string): Headers {
  const shows = (value: string) => value.toLowerCase().includes(key.toLowerCase());
  const type = headers.get("content-type") ?? "";
  const down = new Headers({
    // Whatever else the server calls it must not become a page of the proxy's own site.
    "content-type": /^audio\/[\w.+-]+$/.test(type) && !shows(type)
      ? type
      : "application/octet-stream",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-cache",
  });
  for (const name of PASSED_DOWN) {
    const value = headers.get(name);
    if (value === null || shows(value)) continue;
    // The runtime has undone a coding, and the length is that before.
    if (name !== "content-length" || !headers.has("content-encoding")) down.set(name, value);
  }
  return down;
}

/** The bytes as they come. The key was not sent there; should it come all the same, it stays here. */
function pass(
  body: ReadableStream<Uint8Array>,
  exchange: Exchange,
  key: string,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  const mask = new KeyMask(key);
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        for (;;) {
          const { done, value } = await exchange.read(reader);
          const ready = done ? mask.end() : mask.push(value);
          if (ready.length > 0) controller.enqueue(ready);
          if (done) {
            exchange.close();
            return controller.close();
          }
          if (ready.length > 0) return;
        }
      } catch {
        exchange.leave();
        controller.error(new Error("The audio broke off."));
      }
    },
    cancel: () => exchange.leave(),
  }, { highWaterMark: 0 });
}

function plain(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(`${text}\n`, {
    status,
    headers: {
      ...headers,
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
    },
  });
}
