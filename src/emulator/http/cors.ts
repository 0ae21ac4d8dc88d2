import { cors } from "@connectrpc/connect";

const allowed = [...cors.allowedHeaders, "x-api-key", "x-goog-api-key", "range", "if-range"];
const exposed = [
  ...cors.exposedHeaders,
  "retry-after",
  "accept-ranges",
  "content-length",
  "content-range",
  "etag",
];

/**
 * Whether a request is a preflight. Its headers do not show it: in a test with the globals of a page (happy-dom 21),
 * `Request` drops the headers of a preflight.
 */
export function isPreflight(request: Request): boolean {
  return request.method === "OPTIONS";
}

/**
 * The answer to a preflight: any origin, and exactly the headers that a client of this service needs. A client that
 * sends another header fails, as it would with a strict server.
 */
export function preflightHeaders(): Headers {
  return new Headers({
    "access-control-allow-origin": "*",
    "access-control-allow-methods": [...cors.allowedMethods, "HEAD"].join(", "),
    "access-control-allow-headers": allowed.join(", "),
    "access-control-max-age": "7200",
  });
}

/** Lets the script of any page read an answer. */
export function exposeTo(headers: Headers): void {
  headers.set("access-control-allow-origin", "*");
  headers.set("access-control-expose-headers", exposed.join(", "));
}
