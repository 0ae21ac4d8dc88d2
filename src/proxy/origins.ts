/**
 * Which pages may call, and what browsers are told (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol).
 *
 * @module
 */

import type { Settings } from "./settings.ts";

/** What the SDK's client sends, `authorization` for the owner's hook, and what asks for a range of audio. */
const ALLOWED = [
  "content-type",
  "x-grpc-web",
  "x-user-agent",
  "grpc-timeout",
  "authorization",
  "range",
  "if-range",
];

/** Where a visitor's own key is. */
export const KEY_HEADERS = ["x-api-key", "x-goog-api-key"] as const;

const EXPOSED = [
  "grpc-status",
  "grpc-message",
  "grpc-status-details-bin",
  "retry-after",
  "accept-ranges",
  "content-length",
  "content-range",
  "etag",
];

/** Whether the page that sent a request, if it was one, may call. */
export async function isAllowed(request: Request, settings: Settings): Promise<boolean> {
  const origin = request.headers.get("origin");
  // Browsers always name the origin of a POST: without one it is a program, which could name any.
  return origin === null || isOwn(request, settings) ||
    (origin !== "null" && await settings.origins(origin, request) === true);
}

/** The proxy's address for the visitor who sent a request, without a slash at the end. */
export function addressFor(request: Request, prefix: string, settings: Settings): string {
  const { publicUrl } = settings;
  if (publicUrl !== undefined) return publicUrl.href.replace(/\/+$/, "");
  const origin = request.headers.get("origin");
  // Behind a server that ends TLS, the page knows better than the request's URL.
  const known = origin !== null && origin !== "null" && isOwn(request, settings);
  return (known ? origin : new URL(request.url).origin) + prefix;
}

function isOwn(request: Request, { publicUrl }: Settings): boolean {
  const origin = request.headers.get("origin");
  if (publicUrl !== undefined) return origin === publicUrl.origin;
  // Behind a server that ends TLS, only the browser knows: no page can set or change this header.
  return origin === new URL(request.url).origin ||
    request.headers.get("sec-fetch-site") === "same-origin";
}

/** Answers a browser's question before the real request; `undefined` when it is none. */
export function preflight(
  request: Request,
  { allowHeaders, visitorKeys }: Settings,
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

/** The same answer, readable by the page that asked. */
export function exposed(response: Response, request: Request, settings: Settings): Response {
  const origin = request.headers.get("origin");
  const headers = new Headers(response.headers);
  headers.append("vary", "origin");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  if (origin !== null) {
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-expose-headers", EXPOSED.join(", "));
    if (settings.credentials) headers.set("access-control-allow-credentials", "true");
  }
  const { status, statusText, body } = response;
  return new Response(body, { status, statusText, headers });
}
