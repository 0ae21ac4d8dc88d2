/**
 * Where audio may be fetched from.
 *
 * @module
 */

import { InvalidRequestError } from "../../contract/errors.ts";
import { describe } from "../../lib/rules.ts";
import { isLoopbackHost, parseUrl } from "../../lib/url.ts";
import { paidFor } from "../audio_facts.ts";

/** The address of the service that names audio. It decides which addresses the service may name. */
export type ServiceUrl = string | undefined;

/**
 * The URL, if audio may be fetched from it. Errors name scheme and host only, because path and query may hold a signature.
 *
 * @param audioUrl What the service named.
 * @param service Where the service is; `undefined` when a transport hides it.
 */
export function checkAudioUrl(audioUrl: unknown, service: ServiceUrl, requestId?: string): URL {
  const url = typeof audioUrl === "string" && parseUrl(audioUrl);
  if (url && mayFetch(url, service)) return url;
  throw new InvalidRequestError(
    `audioUrl must be that of a COMPLETED job, https on a public host (or the host of the endpoint, ` +
      `or this machine when the endpoint is): got ${url ? placeOf(url) : describe(audioUrl)}`,
    paidFor(requestId),
  );
}

/** Throws when a redirect that began at `start` must not lead to `url`. */
export function checkRedirect(start: URL, url: URL, service: ServiceUrl): void {
  // No redirect may lead from a public host into a private network, wherever the service is.
  if (mayFetch(url, service) && (isPublic(url) || !isPublic(start))) return;
  throw new InvalidRequestError(
    `The audio's server must redirect to https on a public host: got ${placeOf(url)}`,
  );
}

/**
 * Whether audio may be fetched from an address.
 *
 * - From a public host by https only.
 * - From this machine, plaintext included, only when the service itself is on this machine.
 * - From a private network by https only when the service itself is on one.
 * - From the host of the service itself, by plaintext only when the endpoint is plaintext.
 *
 * A public name that resolves to a private address is not recognised, because `fetch` resolves names by itself.
 */
function mayFetch({ protocol, username, password, hostname }: URL, service: ServiceUrl): boolean {
  const isTls = protocol === "https:";
  if ((!isTls && protocol !== "http:") || username || password) return false;
  const zone = zoneOf(hostname);
  // With a transport of the user's own it is not known where the service is, and a local one must work.
  if (service === undefined) return zone === "machine" || (isTls && zone === "public");
  const { protocol: spoken, hostname: own } = new URL(service);
  const ownZone = zoneOf(own);
  if (zone === "machine") return ownZone === "machine";
  if (hostname === own) return isTls || spoken === "http:";
  return isTls && (zone === "public" || ownZone !== "public");
}

function isPublic({ hostname }: URL): boolean {
  return zoneOf(hostname) === "public";
}

/** Where a host is: on this machine, on a private or special network, or public. */
export function zoneOf(hostname: string): "machine" | "private" | "public" {
  if (isLoopbackHost(hostname)) return "machine";
  const host = hostname.toLowerCase().replace(/\.$/, "");
  if (host.startsWith("[")) return zoneOfV6(host.slice(1, -1));
  if (/^\d+(\.\d+){3}$/.test(host)) return zoneOfV4(host.split(".").map(Number));
  // Names without a dot, and those that are kept for networks of one's own (RFC 6762, RFC 8375, ICANN's .internal).
  const isInner = !host.includes(".") ||
    /\.(local|localdomain|internal|intranet|lan|home\.arpa)$/.test(host);
  return isInner ? "private" : "public";
}

// The registry of special addresses (RFC 6890): private, link-local with the metadata of clouds, shared, tests, multicast.
function zoneOfV4([a = 0, b = 0, c = 0]: readonly number[]): "machine" | "private" | "public" {
  // Reached from the IPv6 forms of an IPv4 address only.
  if (a === 127) return "machine";
  const isSpecial = a === 0 || a === 10 || a >= 224 || (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) ||
    (a === 192 && b === 0 && (c === 0 || c === 2)) || (a === 198 && (b === 18 || b === 19)) ||
    (a === 198 && b === 51 && c === 100) || (a === 203 && b === 0 && c === 113);
  return isSpecial ? "private" : "public";
}

function zoneOfV6(address: string): "machine" | "private" | "public" {
  const [left = "", right] = address.split("::");
  const groups = (part = "") =>
    part === "" ? [] : part.split(":").map((group) => parseInt(group, 16));
  const head = groups(left);
  const tail = groups(right);
  const all = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  const [first = 0] = all;
  const zeros = all.findIndex((group) => group !== 0);
  // An IPv4 address inside: mapped (::ffff:0:0/96), compatible (::/96), or translated (64:ff9b::/96, RFC 6052).
  const isV4 = zeros >= 6 || (zeros === 5 && all[5] === 0xffff) ||
    (first === 0x64 && all[1] === 0xff9b);
  if (isV4) {
    const [high = 0, low = 0] = all.slice(6);
    return zoneOfV4([high >> 8, high & 255, low >> 8, low & 255]);
  }
  // 2000::/3 is all that is given out (RFC 4291); 2002::/16 and 2001:db8::/32 lead elsewhere or nowhere.
  const isGlobal = first >> 13 === 1 && first !== 0x2002 && !(first === 0x2001 && all[1] === 0xdb8);
  return isGlobal ? "public" : "private";
}

function placeOf({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}
