/**
 * The client's options: checked, completed and frozen once.
 *
 * @module
 */

import { inBrowser, readEnv } from "../lib/runtime.ts";
import { type Backoff, BACKOFF_OPTIONS, type BackoffOptions, resolveBackoff } from "./backoff.ts";
import type { EndpointOptions } from "./endpoint.ts";
import { AuthenticationError, TsetsenError, type TsetsenErrorOptions } from "./errors.ts";
import type { LogHook } from "./log.ts";
import type { ResponseHook } from "./response.ts";
import type { Transport } from "./transport.ts";
import { type FieldNames, validate, validateFields } from "./validate.ts";

/** Options of a {@linkcode Client}. All durations are milliseconds. */
export interface ClientOptions extends EndpointOptions {
  /**
   * The API key, `tsetsen-prod-…` or `tsetsen-development-…`. Default: the environment's `TSETSEN_API_KEY`. `null`
   * sends none, for a proxy at `endpoint` that adds the key on the server.
   */
  readonly apiKey?: string | null | undefined;
  /**
   * Whether a key may be used in a browser, where everyone who opens the page can read it. Default false: in a browser,
   * a client with a key and a call with a key of its own are refused. Browsers send a request again by themselves,
   * which may charge twice and which no page can prevent. Chromium and Firefox do it over HTTP/1.1 when a kept
   * connection is lost, Firefox also over HTTP/2 when the server resets the request. Chromium over HTTP/2 is safe. A
   * proxy of this package recognises the repeat of every browser, and buys it once.
   */
  readonly dangerouslyAllowBrowser?: boolean | undefined;
  /**
   * The deadline of a call in milliseconds, above 0 and at most 2,147,483,647. It includes retries, delays and the wait
   * for a free place. For a stream it is the longest time without a message. Node's `fetch` ends a silence of 300 s by
   * itself, unless undici's `setGlobalDispatcher` has set a dispatcher with longer `headersTimeout` and `bodyTimeout`.
   * Default 30,000.
   */
  readonly timeout?: number | undefined;
  /**
   * How often a failed call is tried again, 0 or more. A call that costs credits is tried again only when the failure
   * proves that nothing was accepted. Default 3.
   */
  readonly maxRetries?: number | undefined;
  /** How the delay between attempts grows. Default: 500 ms, doubling, at most 10 s, with jitter. */
  readonly backoff?: BackoffOptions | undefined;
  /** How many calls of this client may be in flight at once, 1 or more; the others wait their turn. Default 64. */
  readonly maxConcurrentCalls?: number | undefined;
  /**
   * The largest message that is accepted from the service, in bytes, 1 or more. A message takes up to 100 times its
   * bytes in memory. Default 16,777,216 (16 MiB) for each message of a stream, 1,048,576 (1 MiB) for every other
   * answer.
   */
  readonly maxMessageBytes?: number | undefined;
  /** Headers to send with every call. The SDK's own headers win over them. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | Headers | undefined;
  /** Sends the requests. Default: the runtime's `fetch`, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * Carries the calls instead of the default: `grpcTransport` of `@tsetsen/sdk/grpc`, or one of your own. It has an
   * endpoint of its own, so `endpoint` and `secure` are not used, and `fetch` is for downloads only. Default: gRPC-Web
   * over `fetch`.
   */
  readonly transport?: Transport | undefined;
  /**
   * Receives an event for each step of each call: start, request, answer, retry, end. What it throws or rejects with is ignored.
   * Default: none; the SDK prints nothing.
   */
  readonly log?: LogHook | undefined;
}

/** Options of one call, last argument of every method. All durations are milliseconds. */
export interface CallOptions {
  /** Ends the call at once; it then rejects with the signal's own reason. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The deadline of the whole call in milliseconds, above 0 and at most 2,147,483,647. It includes retries, delays and
   * the wait for a free place. Default: the client's `timeout`.
   */
  readonly timeout?: number | undefined;
  /** How often a failed call is tried again, 0 or more. Default: the client's `maxRetries`. */
  readonly maxRetries?: number | undefined;
  /** Headers to send with this call. They win over those of the client. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | Headers | undefined;
  /**
   * Receives the headers and trailers of each request that succeeds: for a unary call before it resolves, for a stream
   * after its end, for a watch after each poll. What it throws or rejects with is ignored. Default: none.
   */
  readonly onResponse?: ResponseHook | undefined;
}

/** The names of a call's options. */
export const CALL_OPTIONS: FieldNames<Required<CallOptions>> = {
  signal: true,
  timeout: true,
  maxRetries: true,
  headers: true,
  onResponse: true,
};

/** The names of a client's options. */
export const CLIENT_OPTIONS: FieldNames<Required<ClientOptions>> = {
  apiKey: true,
  dangerouslyAllowBrowser: true,
  endpoint: true,
  timeout: true,
  secure: true,
  maxRetries: true,
  backoff: true,
  maxConcurrentCalls: true,
  maxMessageBytes: true,
  headers: true,
  fetch: true,
  transport: true,
  log: true,
};

/** The client's options, checked and complete. */
export interface ResolvedOptions {
  /** The key; empty for none. */
  readonly apiKey: string;
  readonly dangerouslyAllowBrowser: boolean;
  readonly timeout: number;
  readonly maxRetries: number;
  readonly backoff: Backoff;
  readonly maxConcurrentCalls: number;
  /** `undefined` for the default of the method. */
  readonly maxMessageBytes: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly log: LogHook | undefined;
}

/**
 * Checks the options and fills in the environment and the defaults.
 *
 * @param known The names that they may have.
 */
export function resolveOptions<T extends Omit<ClientOptions, "transport">>(
  options: T,
  known: object = CLIENT_OPTIONS,
): ResolvedOptions {
  checkRuntime();
  validateFields("options", options, known as FieldNames<Required<T>>);
  const {
    apiKey = readEnv("TSETSEN_API_KEY"),
    dangerouslyAllowBrowser = false,
    timeout = 30_000,
    maxRetries = 3,
    backoff,
    maxConcurrentCalls = 64,
    maxMessageBytes,
    headers,
    fetch,
    log,
  } = options;
  if (apiKey === undefined) {
    throw new AuthenticationError(
      "No API key: give apiKey, or set the environment variable TSETSEN_API_KEY.",
      { charged: "no" },
    );
  }
  if (apiKey !== null) {
    validate("apiKey", apiKey);
    checkPlace(dangerouslyAllowBrowser, { charged: "no" });
  }
  return Object.freeze({
    apiKey: apiKey ?? "",
    dangerouslyAllowBrowser,
    timeout,
    maxRetries,
    backoff: resolveBackoff(backoff, BACKOFF_OPTIONS),
    maxConcurrentCalls,
    maxMessageBytes,
    headers: headers === undefined ? {} : headerRecord(headers),
    fetch,
    log,
  });
}

/** Refuses a runtime on which a call would fail half-way, perhaps after it was charged. */
function checkRuntime(): void {
  const missing = ["AbortController", "Headers", "URL", "performance"].filter((name) => {
    // Reading the getter of Headers makes Node load its whole fetch.
    const own = Object.getOwnPropertyDescriptor(globalThis, name);
    return own && !own.get ? !own.value : !(name in globalThis);
  });
  if (missing.length > 0) {
    const message = `This runtime has no ${missing.join(", ")}: load a polyfill first.`;
    throw new TsetsenError(message, { charged: "no" });
  }
}

/** Headers as a record, names in lower case. A `Headers` object costs Deno 55 µs a request. */
export function headerRecord(
  headers: Readonly<Record<string, string>> | Headers,
): Record<string, string> {
  const record: Record<string, string> = {};
  new Headers(headers as HeadersInit).forEach((value, name) => record[name] = value);
  return record;
}

/** Refuses a key, the client's or that of one call, where everyone can read it. */
export function checkPlace(dangerouslyAllowBrowser: boolean, context: TsetsenErrorOptions): void {
  if (dangerouslyAllowBrowser || !inBrowser()) return;
  throw new AuthenticationError(
    "apiKey in a browser can be read by everyone: keep it in a proxy and give apiKey: null, " +
      "or give dangerouslyAllowBrowser: true.",
    context,
  );
}
