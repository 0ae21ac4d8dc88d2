/**
 * The options of a proxy.
 *
 * @module
 */

import type { ProxyCall, ProxyMethod } from "./admission/proxy_call.ts";
import type { ProxyEvent } from "./events.ts";

/**
 * Options of {@linkcode createProxy}. All durations are milliseconds.
 *
 * @typeParam Context What the handler is given beside the request, for the hooks.
 */
export interface ProxyOptions<Context = unknown> {
  /** The API key, `tsetsen-prod-…` or `tsetsen-development-…`. Default: the environment's `TSETSEN_API_KEY`. */
  readonly apiKey?: string | undefined;
  /**
   * Whether visitors bring keys of their own. The key in `x-api-key` (or `x-goog-api-key`) goes to the service, and the
   * visitor sees what the service says about it. The proxy has no key then: it is a gateway for programs and Workers
   * rather than for pages, where everyone can read a key. Audio keeps the service's own address. Default false.
   */
  readonly visitorKeys?: boolean | undefined;
  /**
   * Where the service is: `host:port`, or a URL, which may have a path. It must speak gRPC-Web.
   * Default: the environment's `TSETSEN_API_ENDPOINT`, or `api.tsetsen.ai:50051`.
   */
  readonly endpoint?: string | undefined;
  /**
   * Whether to use TLS. `false` allows plaintext http to the service, and audio from plaintext http. Default true. A
   * plaintext URL of this machine (`http://127.0.0.1`, `http://localhost`, `http://[::1]`) needs no `false`.
   */
  readonly secure?: boolean | undefined;
  /**
   * The longest wait in milliseconds, above 0 and at most 2,147,483,647: for the whole of the visitor's request, for a
   * hook, for the whole of an answer of the service (for a stream, for its next bytes), and for the visitor to read the
   * next piece of an answer. Default 30,000.
   */
  readonly timeout?: number | undefined;
  /** Headers to send to the service with every call. Of the visitor's headers only `grpc-timeout` goes there. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What to send requests with. Default: the runtime's `fetch`, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * Where browsers reach this proxy, path included, for example `https://my.site/tts`. Give it behind a server that
   * ends TLS, or that changes the path or the `Host` header: the page of this origin is then the proxy's own, and audio
   * has an address below it. Default: the page's own origin is the one that the browser calls the same, or that of the
   * request's URL if it is https, an IP address or `localhost`; other names could be pointed here by anybody. The SDK's
   * client gets an address of audio that is relative to its `endpoint`; other clients get one by the request's URL.
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
   * How many calls may be in flight at once, 1 or more, and as many transfers of audio beside them. More calls are refused
   * with RESOURCE_EXHAUSTED before anything is sent, because a call that waits too long is paid and its answer lost.
   * It counts for one process. Default 100.
   */
  readonly maxConcurrentCalls?: number | undefined;
  /**
   * The origins, beside the proxy's own, whose pages may call: a list as in `["https://my.site", "capacitor://localhost"]`,
   * or a function. Pages of others get HTTP 403 without CORS headers. A request without `Origin` comes from no page and
   * passes. Default: none.
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
   * Decides whether a call may be made, after all other checks and before `rateLimit`. `true` lets it through,
   * `false` (or anything else) refuses it with UNAUTHENTICATED, and a `Response` is the answer itself: with status 403
   * the page's client raises PermissionDeniedError. When it throws, the call is refused with INTERNAL.
   *
   * The request's body is used up. The hook is not asked about audio: only allowed callers of `CheckStatus` get its
   * address, which expires. Whoever knows a job's id may ask for it: compare `call.requestId` with your own records if
   * that matters. Default: all may.
   */
  readonly authorize?:
    | ((
      request: Request,
      call: ProxyCall<Context>,
    ) => boolean | Response | Promise<boolean | Response>)
    | undefined;
  /**
   * Counts the calls that are otherwise allowed. Nothing (`undefined` or `null`) lets the call through. An answer with
   * `retryAfter` (milliseconds, 0 or more) refuses it with RESOURCE_EXHAUSTED and tells the client to wait as long. A
   * `Response` is the answer itself. Anything else, `true` included, refuses the call for a minute, and `log` gets a
   * `"hook_failed"`. When it throws, the call is refused with INTERNAL. Default: no limit.
   */
  readonly rateLimit?:
    | ((
      request: Request,
      call: ProxyCall<Context>,
    ) => RateLimitAnswer | Promise<RateLimitAnswer>)
    | undefined;
  /**
   * Whether finished audio comes through the proxy: `audio_url` becomes an encrypted address below the proxy. Any page that
   * may call the proxy can fetch it, whatever CORS headers the audio's own server sends. `false` leaves the service's own
   * address. Default true; false with `visitorKeys`, where it cannot be true.
   */
  readonly audio?: boolean | undefined;
  /** How long such an address is good for, in milliseconds, above 0 and at most 2,147,483,647. Default 3,600,000 (an hour). */
  readonly audioMaxAge?: number | undefined;
  /** Receives what the owner may want to know. What it throws or rejects with is ignored. Default: nothing is reported. */
  readonly log?: ((event: ProxyEvent) => void) | undefined;
}

/** What `rateLimit` answers: nothing, how long to wait in milliseconds, or the answer to the visitor itself. */
export type RateLimitAnswer = { readonly retryAfter: number } | Response | null | undefined | void;
