/** Errors of the SDK as answers to visitors. */

import { type ErrorCode, TsetsenError } from "@tsetsen/sdk";

const STATUS: Record<ErrorCode, number> = {
  invalid_request: 400,
  insufficient_credits: 402,
  resource_not_found: 404,
  rate_limit_exceeded: 429,
  connection_error: 502,
  server_error: 502,
  job_failed: 502,
  service_unavailable: 503,
  timeout: 504,
  // These are about the key of this Worker: a visitor can do nothing about them.
  authentication_failed: 500,
  permission_denied: 500,
  client_closed: 500,
};

/** When to ask again if the service does not say. The free tier streams once a minute; a job takes seconds. */
const RETRY_SECONDS: Partial<Record<number, number>> = { 429: 60, 503: 30, 504: 5 };

/** The answer for an error. It holds neither the key nor the text: no error of the SDK does. */
export function toProblem(error: unknown): Response {
  if (!(error instanceof TsetsenError)) {
    // A DOMException is an abort: the visitor has left. Anything else is a bug, for `wrangler tail`.
    if (!(error instanceof DOMException)) console.error(error);
    return Response.json({ error: "internal" }, { status: 500 });
  }
  const { code, rawMessage, requestId, retryAfter } = error;
  const status = STATUS[code as ErrorCode] ?? 502;
  const headers = new Headers({ "cache-control": "no-store" });
  const wait = retryAfter === undefined ? RETRY_SECONDS[status] : Math.ceil(retryAfter / 1000);
  if (wait !== undefined) headers.set("retry-after", `${wait}`);
  // What fails behind this Worker is for its owner.
  if (status >= 500) console.error(error.message);
  const message = status < 500 ? rawMessage : "The speech service did not answer as it should.";
  return Response.json({ error: code, message, id: requestId }, { status, headers });
}
