/**
 * Which pages may call, and the CORS headers for browsers (https://fetch.spec.whatwg.org/#http-cors-protocol).
 *
 * @module
 */

import { PROBLEM_HEADER } from "../../audio/download/refusal.ts";
import { KEY_HEADERS } from "../key_mask.ts";
import type { ResolvedProxyOptions } from "../resolved_options.ts";

/** The headers that the SDK's client sends, `authorization` for the owner's hook, and those that ask for a range. */
const ALLOWED = [
  "content-type",
  "x-grpc-web",
  "x-user-agent",
  "grpc-timeout",
  "authorization",
  "range",
  "if-range",
];

const EXPOSED = [
  "grpc-status",
  "grpc-message",
  "grpc-status-details-bin",
  "retry-after",
  "accept-ranges",
  "content-length",
  "content-range",
  "etag",
  PROBLEM_HEADER,
];

/** Whether the page that sent a request, if a page did, may call. */
export async function isAllowed(
  request: Request,
  options: ResolvedProxyOptions,
): Promise<boolean> {
  const origin = request.headers.get("origin");
  if (origin === null) {
    // Browsers name the origin of every POST. A request without one comes from a program, which could name any origin.
    const site = request.headers.get("sec-fetch-site");
    return request.method !== "POST" || site === null || site === "same-origin";
  }
  return isOwn(request, origin, options) ||
    (origin !== "null" && await options.origins(origin, request) === true);
}

/**
 * Whether a page is the proxy's own. Without `publicUrl` a name counts only if an attacker cannot have it. An attacker
 * can point the DNS of any name at this server ("DNS rebinding"), but has no certificate for it, and has neither the
 * addresses of this machine nor the name `localhost`.
 */
function isOwn(
  request: Request,
  origin: string,
  { publicUrl }: ResolvedProxyOptions,
): boolean {
  if (publicUrl !== undefined) return origin === publicUrl.origin;
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  if (protocol !== "https:" && !isAddress(hostname)) return false;
  // Behind a server that ends TLS only the browser knows it. No page can set or change this header.
  return origin === new URL(request.url).origin ||
    request.headers.get("sec-fetch-site") === "same-origin";
}

/** Whether a host is named by an IP address, or is `localhost`: DNS says nothing about these. */
function isAddress(hostname: string): boolean {
  return /^(\d+(\.\d+){3}|\[[\da-f:.]+\]|(.+\.)?localhost)$/.test(hostname);
}

/** Answers a preflight; `undefined` when the request is none. */
export function preflight(
  request: Request,
  { allowHeaders, visitorKeys }: ResolvedProxyOptions,
): Response | undefined {
  const { method, headers } = request;
  if (method !== "OPTIONS" || !headers.has("access-control-request-method")) return undefined;
  const allowed = [...ALLOWED, ...(visitorKeys ? KEY_HEADERS : []), ...allowHeaders];
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": "POST, GET, HEAD",
      "access-control-allow-headers": allowed.join(", "),
      "access-control-max-age": "7200",
    },
  });
}

/** Completes the headers of an answer, which lets the page that asked read it. */
export function withHeaders(
  response: Response,
  request: Request,
  { credentials }: ResolvedProxyOptions,
): Response {
  const origin = request.headers.get("origin");
  const headers = new Headers(response.headers);
  headers.append("vary", "origin");
  headers.set("x-content-type-options", "nosniff");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  if (origin !== null) {
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-expose-headers", EXPOSED.join(", "));
    if (credentials) headers.set("access-control-allow-credentials", "true");
  }
  const { status, statusText, body } = response;
  return new Response(body, { status, statusText, headers });
}
