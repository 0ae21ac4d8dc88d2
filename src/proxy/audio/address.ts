/**
 * Addresses of audio: which ones the proxy fetches, and under which one it offers audio.
 *
 * @module
 */

import { zoneOf } from "../../audio/download/audio_url.ts";
import { ABSOLUTE_AUDIO } from "../../transport/relative_audio.ts";
import type { ResolvedProxyOptions } from "../resolved_options.ts";

/**
 * Whether audio may be fetched from an address. TLS is required, unless plaintext was allowed. This machine is allowed
 * only if the service is on it, and a private network only if the service is on one.
 */
export function mayFetch(
  url: URL,
  { secure, baseUrl }: Pick<ResolvedProxyOptions, "secure" | "baseUrl">,
): boolean {
  if (!isWebAddress(url)) return false;
  const service = new URL(baseUrl);
  const isTls = url.protocol === "https:";
  if (url.hostname === service.hostname) return isTls || service.protocol === "http:";
  const own = zoneOf(service.hostname);
  switch (zoneOf(url.hostname)) {
    case "machine":
      return own === "machine";
    case "private":
      return own !== "public" && (isTls || !secure);
    case "public":
      return isTls || !secure;
  }
}

/** Whether a redirect may lead from one address to another. None may lead from a public host into a private network. */
export function mayRedirect(
  start: URL,
  url: URL,
  options: Pick<ResolvedProxyOptions, "secure" | "baseUrl">,
): boolean {
  const isInside = zoneOf(url.hostname) !== "public" && zoneOf(start.hostname) === "public";
  return mayFetch(url, options) && !isInside;
}

/** Whether an address is one of the web, without user and password. */
export function isWebAddress({ protocol, username, password }: URL): boolean {
  return /^https?:$/.test(protocol) && !username && !password;
}

/**
 * Makes the address of audio for the visitor.
 *
 * Without `publicUrl` the SDK's client gets a reference that is relative to its endpoint, because a server in front of the
 * proxy may have changed the host and the path of the request's URL.
 *
 * @param prefix The path of the request's URL before the service's name.
 */
export function addressOf(
  token: string,
  request: Request,
  prefix: string,
  { publicUrl }: ResolvedProxyOptions,
): string {
  if (publicUrl !== undefined) return `${publicUrl.href.replace(/\/+$/, "")}/audio/${token}`;
  const agent = request.headers.get("x-user-agent") ?? "";
  const knowsEndpoint = /^tsetsen-sdk-ts\//.test(agent) && !agent.includes(ABSOLUTE_AUDIO);
  if (knowsEndpoint) return `audio/${token}`;
  const origin = request.headers.get("origin");
  const isSameOrigin = request.headers.get("sec-fetch-site") === "same-origin";
  const base = isSameOrigin && origin !== null ? origin : new URL(request.url).origin;
  return `${base}${prefix}/audio/${token}`;
}
