/**
 * Addresses of audio: which ones the proxy fetches, and under which one it offers audio.
 *
 * @module
 */

import { ABSOLUTE_AUDIO } from "../transport/relative_audio.ts";
import type { ResolvedProxyOptions } from "./resolved_options.ts";

/**
 * Whether audio may be fetched from an address: over TLS, unless plaintext was allowed, and from this machine only if the
 * service is on it as well.
 */
export function mayFetch(
  url: URL,
  { secure, baseUrl }: Pick<ResolvedProxyOptions, "secure" | "baseUrl">,
): boolean {
  if (!isWebAddress(url)) return false;
  const service = new URL(baseUrl);
  const isNear = isLocal(service.hostname);
  if (isLocal(url.hostname) && !isNear && url.hostname !== service.hostname) return false;
  return url.protocol === "https:" || !secure || (isNear && isLocal(url.hostname));
}

/** Whether an address is one of the web, without user and password. */
export function isWebAddress({ protocol, username, password }: URL): boolean {
  return /^https?:$/.test(protocol) && !username && !password;
}

/** Whether a host is this machine, or an address that is valid on its own network link only. */
function isLocal(hostname: string): boolean {
  const name = hostname.replace(/\.$/, "");
  return /^(.+\.)?localhost$|^(127|0)(\.\d+){3}$|^169\.254\.\d+\.\d+$/.test(name) ||
    /^\[(::1?|fe[89ab][\da-f]:.*|::ffff:(7f[\da-f]{2}|a9fe|0):[\da-f]+)\]$/.test(name);
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
