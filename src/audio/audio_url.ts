/**
 * Where audio may be fetched from, redirects included.
 *
 * @module
 */

import { ConnectionError, InvalidRequestError } from "../contract/errors.ts";
import { describe } from "../contract/validate.ts";

/** Storage redirects once or twice. More is a loop, or somebody's game. */
const MAX_REDIRECTS = 5;

/** The URL, if audio may be fetched from it. Its path and query stay out of errors: they may hold a signature. */
export function checkAudioUrl(audioUrl: unknown, requestId?: string): URL {
  let came = describe(audioUrl);
  if (typeof audioUrl === "string" && URL.canParse(audioUrl)) {
    const url = new URL(audioUrl);
    if (mayFetch(url, true)) return url;
    came = placeOf(url);
  }
  throw new InvalidRequestError(
    `audioUrl must be that of a job that COMPLETED, https (or http on this machine): got ${came}`,
    { requestId, charged: requestId === undefined ? undefined : "yes" },
  );
}

/**
 * Asks for a file, and goes where its server redirects. Every address is checked before anything is asked of it, and from
 * elsewhere no redirect leads to a plaintext server of this machine.
 *
 * @param ask Asks without following a redirect, or, in browsers, which tell nothing of one, with following.
 */
export async function follow(
  start: URL,
  ask: (url: URL, redirect: "manual" | "follow") => Promise<Response>,
): Promise<Response> {
  const mayBeLocal = isLoopback(start);
  const check = (url: URL) => {
    if (mayFetch(url, mayBeLocal)) return url;
    throw new InvalidRequestError(
      `The audio's server must redirect to https (or, on this machine, to http on it): got ${
        placeOf(url)
      }`,
    );
  };
  let url = start;
  for (let redirects = 0;; redirects++) {
    let response = await ask(url, "manual");
    if (response.type === "opaqueredirect") response = await ask(url, "follow");
    const { status, redirected, headers, body } = response;
    try {
      // Followed already, by a browser or by a fetch that was given.
      if (redirected) check(new URL(response.url));
      if (![301, 302, 303, 307, 308].includes(status)) return response;
      if (redirects === MAX_REDIRECTS) {
        throw lost(`redirects more than ${MAX_REDIRECTS} times`);
      }
      const location = headers.get("location") ?? "";
      const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
      if (!/^https?:$/.test(next?.protocol ?? "")) throw lost("redirects to no address of the web");
      url = check(next as URL);
    } catch (error) {
      body?.cancel().catch(() => {});
      throw error;
    }
    body?.cancel().catch(() => {});
  }
}

/** Of the class that it is in browsers, where `fetch` itself gives up. */
function lost(what: string): ConnectionError {
  return new ConnectionError(`The audio's server ${what}: ask for the job's audioUrl again.`);
}

function mayFetch(url: URL, mayBeLocal: boolean): boolean {
  const { protocol, username, password } = url;
  const allowed = protocol === "https:" || (protocol === "http:" && mayBeLocal && isLoopback(url));
  return allowed && !username && !password;
}

function isLoopback({ hostname }: URL): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

function placeOf({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}
