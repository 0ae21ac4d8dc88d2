/**
 * The client's options: checked, completed and frozen once.
 *
 * @module
 */

import type { Interceptor, Transport } from "@connectrpc/connect";
import { type Backoff, type BackoffOptions, resolveBackoff } from "./backoff.ts";
import type { ConnectInterceptor, ConnectTransport } from "./connect_types.ts";
import { inBrowser, readEnv } from "../lib/runtime.ts";
import { AuthenticationError, InvalidRequestError, type TsetsenErrorOptions } from "./errors.ts";
import type { LogHook } from "./log.ts";
import { describe, validate, validateFields } from "./validate.ts";

/** Where the service is when nothing else is said. */
export const DEFAULT_ENDPOINT = "api.tsetsen.ai:50051";

/** Options of a {@linkcode Client}. All durations are milliseconds. */
export interface ClientOptions {
  /**
   * The API key, `tsetsen-prod-…` or `tsetsen-development-…`. Default: the environment's `TSETSEN_API_KEY`. `null` sends
   * none: for a proxy at `endpoint` that adds the key on the server's side.
   */
  readonly apiKey?: string | null | undefined;
  /**
   * Whether a key may be used in a browser, where everyone who opens the page can read it. Default false: there a client
   * with a key is refused, and a call with a key of its own. Mind the money, too: over HTTP/1.1 browsers of the Chromium
   * family send a request again by themselves when a kept connection is lost, which no page can prevent. An https endpoint
   * that speaks HTTP/2 is safe.
   */
  readonly dangerouslyAllowBrowser?: boolean | undefined;
  /**
   * Where the service is: `host:port`, or a URL, which may have a path. It must speak gRPC-Web.
   * Default: the environment's `TSETSEN_API_ENDPOINT`, or `api.tsetsen.ai:50051`.
   */
  readonly endpoint?: string | undefined;
  /**
   * The deadline of a call in milliseconds, above 0 and at most 2,147,483,647: retries, delays and the wait for a free
   * place included. For a stream, the longest time without a message. Default 30,000.
   */
  readonly timeout?: number | undefined;
  /** Whether to use TLS. `false` allows plaintext http, where everyone on the way can read the key. Default true. */
  readonly secure?: boolean | undefined;
  /**
   * How often a failed call is tried again, 0 or more. A call that costs credits is tried again only when the failure
   * proves that nothing was accepted. Default 3.
   */
  readonly maxRetries?: number | undefined;
  /** How the delay between attempts grows. Default: 500 ms, doubling, at most 10 s, with jitter. */
  readonly backoff?: BackoffOptions | undefined;
  /** How many calls of this client may be in flight at once, 1 or more; the others wait their turn. Default 64. */
  readonly maxConcurrentCalls?: number | undefined;
  /** The largest message that is accepted from the service, in bytes. Default 16,777,216 (16 MiB). */
  readonly maxMessageBytes?: number | undefined;
  /** Headers to send with every call. The SDK's own headers win over them. */
  readonly headers?: Readonly<Record<string, string>> | Headers | undefined;
  /** What to send requests with. Default: the runtime's `fetch`, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * A Connect transport to use instead of gRPC-Web over `fetch`: `grpcTransport` of `@tsetsen/sdk/grpc`, or your own.
   * `endpoint` and `secure` are then those of the transport, and `fetch` is for downloads only. With your own,
   * `interceptors` and `maxMessageBytes` are its own, too.
   */
  readonly transport?: ConnectTransport | undefined;
  /**
   * Connect interceptors around each attempt. They see the whole request, key and text included. A `ConnectError` that one
   * throws becomes the class of its code, anything else a plain `TsetsenError` with it as its `cause`.
   */
  readonly interceptors?: readonly ConnectInterceptor[] | undefined;
  /** Is told about retries. What it throws or rejects with is ignored. Nothing is ever printed. */
  readonly log?: LogHook | undefined;
}

/** Options of one call, last argument of every method. All durations are milliseconds. */
export interface CallOptions {
  /** Ends the call at once; it then rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The deadline of the whole call in milliseconds, above 0 and at most 2,147,483,647: retries, delays and the wait for
   * a free place included. Default: the client's `timeout`.
   */
  readonly timeout?: number | undefined;
  /** How often a failed call is tried again, 0 or more. Default: the client's `maxRetries`. */
  readonly maxRetries?: number | undefined;
  /** Headers to send with this call, over those of the client. */
  readonly headers?: Readonly<Record<string, string>> | Headers | undefined;
}

/** The client's options, checked and complete. */
export interface ResolvedOptions {
  /** The key; empty for none. */
  readonly apiKey: string;
  readonly dangerouslyAllowBrowser: boolean;
  /** Origin and path prefix, without a slash at the end. */
  readonly baseUrl: string;
  /** Scheme, host and port of it: what errors name. */
  readonly origin: string;
  readonly timeout: number;
  readonly maxRetries: number;
  readonly backoff: Backoff;
  readonly maxConcurrentCalls: number;
  readonly maxMessageBytes: number;
  readonly headers: Headers | undefined;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly transport: Transport | undefined;
  readonly interceptors: Interceptor[];
  readonly log: LogHook | undefined;
}

/** Checks the options and fills in the environment and the defaults. */
export function resolveOptions(options: ClientOptions): ResolvedOptions {
  validate("options", options);
  validateFields("options", { ...options, apiKey: undefined });
  const {
    apiKey = readEnv("TSETSEN_API_KEY"),
    dangerouslyAllowBrowser = false,
    endpoint = readEnv("TSETSEN_API_ENDPOINT") ?? DEFAULT_ENDPOINT,
    secure = true,
    timeout = 30_000,
    maxRetries = 3,
    backoff,
    maxConcurrentCalls = 64,
    maxMessageBytes = 16 * 1024 * 1024,
    headers,
    fetch,
    transport,
    interceptors = [],
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
  for (const interceptor of interceptors) validate("each of interceptors", interceptor);
  const url = resolveEndpoint(endpoint, secure);
  return Object.freeze({
    apiKey: apiKey ?? "",
    dangerouslyAllowBrowser,
    baseUrl: url.origin + url.pathname.replace(/\/+$/, ""),
    origin: url.origin,
    timeout,
    maxRetries,
    backoff: resolveBackoff(backoff),
    maxConcurrentCalls,
    maxMessageBytes,
    headers: headers && new Headers(headers),
    fetch,
    transport: transport as Transport | undefined,
    interceptors: [...interceptors] as Interceptor[],
    log,
  });
}

/** Refuses a key, the client's or that of one call, where everyone can read it. */
export function checkPlace(dangerouslyAllowBrowser: boolean, context: TsetsenErrorOptions): void {
  if (dangerouslyAllowBrowser || !inBrowser()) return;
  throw new AuthenticationError(
    "apiKey in a browser can be read by everyone who opens the page: keep it in a proxy and give apiKey: null, " +
      "or say dangerouslyAllowBrowser: true.",
    context,
  );
}

/** An endpoint as it may be written. What `URL` would mend by guessing, a lost slash for one, would send the key elsewhere. */
const ENDPOINT =
  /^(?:https?:\/\/)?(\[[\da-f:.]+\]|[^\s/?#@\\:[\]]+)(?::[1-9]\d*)?(?:\/[^\s?#@\\]*)?$/i;

/** A host as `URL` spells it: an address, or labels. Names in Docker networks may hold an underscore. */
const HOST = /^(?:\[.+\]|(?!https?$)-*\w[\w-]*(?:\.-*\w[\w-]*)*\.?)$/;

/** The URL of an endpoint as the user wrote it: `host:port`, or a URL. */
export function resolveEndpoint(endpoint: string, secure: boolean): URL {
  const refuse = (expected: string, came: string) =>
    new InvalidRequestError(`endpoint must be ${expected}: got ${came}`, { charged: "no" });
  const scheme = secure ? "https" : "http";
  const text = /^https?:\/\//i.test(endpoint) ? endpoint : `${scheme}://${endpoint}`;
  const [, host] = ENDPOINT.exec(endpoint) ?? [];
  const url = host !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  // A number alone is an IPv4 address to `URL`, 50051 that of 0.0.195.131.
  const isGuess = /^[\d.]+$/.test(url?.hostname ?? "") && url?.hostname !== host;
  if (url === undefined || !HOST.test(url.hostname) || isGuess) {
    throw refuse(
      "host:port or an http(s) URL, without user name, query and fragment",
      describe(endpoint) +
        (/^\.{0,2}\//.test(endpoint)
          ? ', relative: a page gives the whole address, new URL("/tts", location.href).href'
          : ""),
    );
  }
  if (url.protocol === "http:" && secure) {
    throw refuse(
      "https, as anyone on the way can read the key otherwise (secure: false allows it)",
      "plaintext http",
    );
  }
  return url;
}
