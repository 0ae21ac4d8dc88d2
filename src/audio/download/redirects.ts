/**
 * Follows redirects. Each address is checked before a request is sent to it.
 *
 * @module
 */

import { ConnectionError } from "../../contract/errors.ts";
import { parseUrl } from "../../lib/url.ts";

/** The most redirects to follow. Storage redirects once or twice; more is a loop. */
export const MAX_REDIRECTS = 5;

/**
 * Asks one address. `"manual"` must not follow a redirect. `"follow"` is asked for in browsers only, which hide where a
 * redirect leads.
 */
export type Ask = (url: URL, redirect: "manual" | "follow") => Promise<Response>;

/**
 * Asks for a file, and follows its server's redirects.
 *
 * @param start The first address. The caller has checked it.
 * @param ask Sends one request.
 * @param check Throws when nothing may be asked of an address.
 * @returns The first answer that is no redirect.
 * @throws {ConnectionError} when there are more than five redirects, or one leads to no address of the web. Browsers fail
 * with the same class, because their `fetch` itself gives up.
 */
export async function followRedirects(
  start: URL,
  ask: Ask,
  check: (url: URL) => void,
): Promise<Response> {
  let url = start;
  for (let redirects = 0;; redirects++) {
    let response = await ask(url, "manual");
    if (response.type === "opaqueredirect") response = await ask(url, "follow");
    const { status, redirected, headers, body } = response;
    let isFinal = false;
    try {
      // A browser, or the user's own fetch, has already followed it.
      if (redirected) check(new URL(response.url));
      isFinal = !/^30[12378]$/.test(`${status}`);
      if (isFinal) return response;
      if (redirects === MAX_REDIRECTS) throw lost(`redirects more than ${MAX_REDIRECTS} times`);
      const next = parseUrl(headers.get("location") ?? "", url);
      if (!next || !/^https?:/.test(next.protocol)) {
        throw lost("redirects to no address of the web");
      }
      check(next);
      url = next;
    } finally {
      if (!isFinal) body?.cancel().catch(() => {});
    }
  }
}

function lost(problem: string): ConnectionError {
  return new ConnectionError(`The audio's server ${problem}. Check the job again.`);
}
