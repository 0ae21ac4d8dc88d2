/**
 * The proxy's options: checked, completed and frozen once.
 *
 * @module
 */

import { AuthenticationError } from "../contract/errors.ts";
import { endpointOf } from "../contract/endpoint.ts";
import { resolveOptions } from "../contract/options.ts";
import { describe } from "../contract/validate.ts";
import type { Settings } from "./settings.ts";
import { METHODS, type ProxyCall, type ProxyMethod } from "./calls.ts";
import { type ProxyEvent, teller } from "./events.ts";

/**
 * Options of {@linkcode createProxy}. All durations are milliseconds.
 *
 * @typeParam Context What the handler is given beside the request, for the hooks.
 */
export interface ProxyOptions<Context = unknown> {
  /** The API key, `tsetsen-prod-…` or `tsetsen-development-…`. Default: the environment's `TSETSEN_API_KEY`. */
  readonly apiKey?: string | undefined;
  /**
   * Whether visitors bring keys of their own: the one in `x-api-key` (or `x-goog-api-key`) goes to the service, the proxy
   * has none, and what the service says of the key is told as it is. The proxy is a gateway then, for programs and
   * Workers rather than for pages, where everyone can read a key. Audio has the service's own address. Default false.
   */
  readonly visitorKeys?: boolean | undefined;
  /**
   * Where the service is: `host:port`, or a URL, which may have a path. It must speak gRPC-Web.
   * Default: the environment's `TSETSEN_API_ENDPOINT`, or `api.tsetsen.ai:50051`.
   */
  readonly endpoint?: string | undefined;
  /** Whether to use TLS. `false` allows plaintext http to the service, and audio from plaintext http. Default true. */
  readonly secure?: boolean | undefined;
  /**
   * The longest time to wait for the service's answer, for its next bytes, or for those of the visitor's request, in
   * milliseconds, above 0 and at most 2,147,483,647. Default 30,000.
   */
  readonly timeout?: number | undefined;
  /** Headers to send to the service with every call. Nothing of the visitor's headers but `grpc-timeout` goes there. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What to send requests with. Default: the runtime's `fetch`, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * Where browsers reach this proxy, path included, for example `https://my.site/tts`. Needed where the request's URL
   * does not say so: behind a server that ends TLS or changes the path, for pages of other origins. Default: the
   * request's URL, or the page's own origin when the browser says that it is the same.
   */
  readonly publicUrl?: string | undefined;
  /**
   * The methods that visitors may call. `GenerateSpeech` and `StreamSpeech` spend your credits, `GetUserBalance` shows
   * how many you have. Default `["ListVoices", "CheckStatus"]`.
   */
  readonly methods?: readonly ProxyMethod[] | undefined;
  /** The ids of the voices that visitors may use; `ListVoices` shows no other. Default: all. */
  readonly voices?: readonly string[] | undefined;
  /** The model versions that visitors may use. Default: all. */
  readonly versions?: readonly string[] | undefined;
  /** The longest text, in characters (Unicode code points), 1 or more. Default 1,000. */
  readonly maxCharacters?: number | undefined;
  /** The largest request, in bytes, 1 or more. Default: what `maxCharacters` can need, and 4,096. */
  readonly maxRequestBytes?: number | undefined;
  /**
   * The origins, beside the proxy's own, whose pages may call: a list as in `["https://my.site"]`, or a function. Pages
   * of others get HTTP 403 without CORS headers. A request without `Origin` comes from no page and passes. Default: none.
   */
  readonly origins?:
    | readonly string[]
    | ((origin: string, request: Request) => boolean | Promise<boolean>)
    | undefined;
  /** Whether pages of other origins may send cookies along. Default false. */
  readonly credentials?: boolean | undefined;
  /**
   * Names of headers that pages of other origins may send beside those of the SDK and `authorization`, for `authorize`
   * to see. Default: none.
   */
  readonly allowHeaders?: readonly string[] | undefined;
  /**
   * Decides whether a call may be made; it comes after all other checks and before `rateLimit`. `true` lets it through,
   * `false` (or anything else) refuses it with UNAUTHENTICATED, and a `Response` is the answer itself: with status 403
   * the page's client raises PermissionDeniedError. When it throws, the call is refused with INTERNAL.
   *
   * The request's body is used up. Audio is not asked about: its address is given to allowed callers of `CheckStatus`
   * only, and expires. A job's id is known to who submitted it, but who knows it may ask: compare `call.requestId` with
   * your own records if that matters. Default: all may.
   */
  readonly authorize?:
    | ((
      request: Request,
      call: ProxyCall<Context>,
    ) => boolean | Response | Promise<boolean | Response>)
    | undefined;
  /**
   * Counts the calls that are otherwise allowed. An answer with `retryAfter` (milliseconds, 0 or more) refuses the call
   * with RESOURCE_EXHAUSTED and tells the client to wait as long. When it throws, the call is refused with INTERNAL.
   */
  readonly rateLimit?:
    | ((
      request: Request,
      call: ProxyCall<Context>,
    ) => RateLimitAnswer | Promise<RateLimitAnswer>)
    | undefined;
  /**
   * Whether finished audio comes through the proxy, which any page that may call it can then fetch, whatever CORS headers
   * the audio's own server sends: `audio_url` becomes an encrypted address below the proxy. `false` leaves the service's
   * own address. Default true; with `visitorKeys` false, and it cannot be true.
   */
  readonly audio?: boolean | undefined;
  /** How long such an address is good for, in milliseconds, above 0. Default 3,600,000 (an hour). */
  readonly audioMaxAge?: number | undefined;
  /** Is told what the owner may want to know. What it throws or rejects with is ignored. Nothing is ever printed. */
  readonly log?: ((event: ProxyEvent) => void) | undefined;
}

/** What `rateLimit` answers: nothing, or how long to wait in milliseconds. */
export type RateLimitAnswer = { readonly retryAfter: number } | null | undefined | void;

/** Checks the options and fills in the environment and the defaults. */
export function resolveProxyOptions<Context>(options: ProxyOptions<Context>): Settings {
  must("options", "an object", options, typeof options === "object" && options !== null);
  const { endpoint, secure = true, timeout, headers, fetch, log, visitorKeys = false } = options;
  must("visitorKeys", "a boolean", visitorKeys, typeof visitorKeys === "boolean");
  if (visitorKeys) {
    must("apiKey", "left out, as visitors bring theirs", options.apiKey, options.apiKey == null);
    // Its addresses are sealed by the key of the proxy.
    must("audio", "false, as visitors bring their keys", options.audio, options.audio !== true);
  }
  const apiKey = visitorKeys ? undefined : options.apiKey;
  if (apiKey === null) {
    throw new AuthenticationError("apiKey must be a key, as the proxy is what adds it: got null", {
      charged: "no",
    });
  }
  const shared = { endpoint, secure, timeout, headers, fetch };
  const core = resolveOptions({ ...shared, apiKey: visitorKeys ? null : apiKey });
  const { authorize, rateLimit, credentials = false, audio = !visitorKeys } = options;
  const { methods = ["ListVoices", "CheckStatus"], voices, versions } = options;
  const { maxCharacters = 1_000, audioMaxAge = 3_600_000, allowHeaders = [] } = options;
  const { maxRequestBytes = 4 * maxCharacters + 4_096, origins = [] } = options;
  for (const [name, hook] of Object.entries({ authorize, rateLimit, log })) {
    must(name, "a function", hook, hook === undefined || typeof hook === "function");
  }
  for (const [name, flag] of Object.entries({ credentials, audio })) {
    must(name, "a boolean", flag, typeof flag === "boolean");
  }
  for (const [name, list] of Object.entries({ methods, voices, versions, allowHeaders })) {
    must(name, "an array of strings", list, list === undefined || isStrings(list));
  }
  const unknown = methods.find((method) => !METHODS.has(method));
  must("methods", `some of ${[...METHODS].join(", ")}`, unknown, unknown === undefined);
  for (const [name, count] of Object.entries({ maxCharacters, maxRequestBytes })) {
    must(name, "a whole number of at least 1", count, Number.isSafeInteger(count) && count >= 1);
  }
  must("audioMaxAge", "milliseconds above 0", audioMaxAge, audioMaxAge > 0);
  return Object.freeze({
    key: core.apiKey,
    visitorKeys,
    baseUrl: endpointOf({ endpoint, secure }).baseUrl,
    secure,
    timeout: core.timeout,
    headers: new Headers(core.headers),
    fetch,
    publicUrl: resolvePublicUrl(options.publicUrl),
    methods: new Set(methods),
    voices: voices && new Set(voices),
    versions: versions && new Set(versions),
    maxCharacters,
    maxRequestBytes,
    origins: resolveOrigins(origins),
    credentials,
    allowHeaders: [...allowHeaders],
    audio,
    audioMaxAge,
    tell: teller(log, core.apiKey),
  });
}

function resolveOrigins(origins: NonNullable<ProxyOptions["origins"]>): Settings["origins"] {
  if (typeof origins === "function") return origins;
  must("origins", "an array of strings or a function", origins, isStrings(origins));
  for (const origin of origins) {
    const good = URL.canParse(origin) && new URL(origin).origin === origin;
    must("each of origins", 'scheme, host and port as in "https://my.site"', origin, good);
  }
  const list = new Set(origins);
  return (origin) => list.has(origin);
}

function resolvePublicUrl(publicUrl: string | undefined): URL | undefined {
  if (publicUrl === undefined) return undefined;
  const good = /^https?:\/\/[^\s?#@\\]+$/i.test(publicUrl) && URL.canParse(publicUrl);
  must("publicUrl", "an http(s) URL, without user name, query and fragment", publicUrl, good);
  return new URL(publicUrl);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** Like the core, never shows what a string says: somebody may have put the key in the wrong place. */
function must(name: string, expected: string, value: unknown, good: boolean): void {
  if (!good) throw new TypeError(`${name} must be ${expected}: got ${describe(value)}`);
}
