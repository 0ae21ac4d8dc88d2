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
 * @typeParam Context The second argument of the handler, for the hooks.
 */
export interface ProxyOptions<Context = unknown> {
  /** The API key, `tsetsen-prod-…` or `tsetsen-development-…`. Default: the environment's `TSETSEN_API_KEY`. */
  readonly apiKey?: string | undefined;
  /**
   * Whether visitors send keys of their own. The key in `x-api-key` (or `x-goog-api-key`) goes to the service, and the
   * visitor sees what the service says about it. The proxy has no key then. It is a gateway for programs and Workers,
   * and not for pages, where everyone can read a key. Audio keeps the service's own address. Default false.
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
   * The longest wait in milliseconds, above 0 and at most 2,147,483,647. It bounds the visitor's whole request, a hook,
   * the whole answer of the service (for a stream, its next bytes), and the visitor's reading of the next piece of an
   * answer. Default 30,000.
   */
  readonly timeout?: number | undefined;
  /** Headers to send to the service with every call. Of the visitor's headers only `grpc-timeout` goes there. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sends the requests. Default: the runtime's `fetch`, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * Where browsers reach this proxy, with its path, for example `https://my.site/tts`. Give it behind a server that
   * ends TLS, or that changes the path or the `Host` header. Pages of this origin are then the proxy's own, and audio
   * has an address below it. Default: a page is the proxy's own when the browser says so (same-origin), or when its
   * origin is that of the request's URL, which must be https, an IP address or `localhost`, because anybody can point
   * another name at this server. The SDK's client gets an address of audio that is relative to its `endpoint`; other
   * clients get one by the request's URL.
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
   * How many calls may be in flight at once, 1 or more, and as many transfers of audio in addition. More calls are
   * refused with RESOURCE_EXHAUSTED before anything is sent, because a call that waited too long would be paid for and
   * its answer lost. The bound holds for one process. Default 100.
   */
  readonly maxConcurrentCalls?: number | undefined;
  /**
   * The origins, besides the proxy's own, whose pages may call: a list as in
   * `["https://my.site", "capacitor://localhost"]`, or a function. Pages of other origins get HTTP 403 without CORS headers. A request
   * without `Origin` does not come from a page, and passes. Default: none.
   */
  readonly origins?:
    | readonly string[]
    | ((origin: string, request: Request) => boolean | Promise<boolean>)
    | undefined;
  /** Whether pages of other origins may send cookies. Default false. */
  readonly credentials?: boolean | undefined;
  /**
   * Names of headers that pages of other origins may send, besides those of the SDK and `authorization`. `authorize`
   * can read them. Default: none.
   */
  readonly allowHeaders?: readonly string[] | undefined;
  /**
   * Decides whether a call may be made, after all other checks and before `rateLimit`. `true` lets it through,
   * `false` (or anything else) refuses it with UNAUTHENTICATED, and a `Response` is the answer itself: with status 403
   * the page's client raises PermissionDeniedError. When it throws, the call is refused with INTERNAL.
   *
   * The request's body has been read. The hook is not asked about audio, because only allowed callers of `CheckStatus`
   * get its address, which expires. A visitor who knows a job's id may ask for that job: compare `call.requestId` with
   * your own records if that matters. Default: every call is allowed.
   */
  readonly authorize?:
    | ((
      request: Request,
      call: ProxyCall<Context>,
    ) => boolean | Response | Promise<boolean | Response>)
    | undefined;
  /**
   * Limits the calls that are otherwise allowed. `undefined` or `null` lets the call through. An answer with
   * `retryAfter` (milliseconds, 0 or more) refuses it with RESOURCE_EXHAUSTED and tells the client to wait that long. A
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
  /** How long an address of audio is valid, in milliseconds, above 0 and at most 2,147,483,647. Default 3,600,000 (an hour). */
  readonly audioMaxAge?: number | undefined;
  /** Receives the events that the owner may want to know. What it throws or rejects with is ignored. Default: none. */
  readonly log?: ((event: ProxyEvent) => void) | undefined;
}

/** What `rateLimit` answers: nothing, how long to wait in milliseconds, or the answer to the visitor itself. */
export type RateLimitAnswer = { readonly retryAfter: number } | Response | null | undefined | void;
