/**
 * A fetch handler that stands between browsers and the service: it adds the key on the server's side and lets through
 * only what its owner allows. For Deno, Bun, Cloudflare Workers, and Node.js through any adapter.
 *
 * The page's client talks to it without a key:
 * `new Client({ apiKey: null, endpoint: "https://my.site/tts" })`.
 *
 * Nothing that costs credits is open by default: name `GenerateSpeech` and `StreamSpeech` in `methods`, and say with
 * `authorize` and `rateLimit` who may spend your credits and how fast. `origins` keeps the pages of other sites out, but
 * is no lock: a program can claim to be any page.
 *
 * @example Deno: a proxy below /tts, for visitors with a session
 * ```ts
 * import { createProxy } from "@tsetsen/sdk/proxy";
 *
 * function main() {
 *   const proxy = createProxy({ // the key comes from TSETSEN_API_KEY
 *     methods: ["ListVoices", "GenerateSpeech", "CheckStatus", "StreamSpeech"],
 *     versions: ["beta-v0.2"],
 *     maxCharacters: 500,
 *     authorize: (request) => request.headers.get("cookie")?.includes("session=") ?? false,
 *   });
 *   Deno.serve((request) =>
 *     new URL(request.url).pathname.startsWith("/tts/") ? proxy(request) : new Response("my page")
 *   );
 * }
 * ```
 *
 * @example Cloudflare Workers: the key is a secret of the Worker
 * ```ts
 * import { createProxy } from "@tsetsen/sdk/proxy";
 *
 * const worker = {
 *   fetch(request: Request, env: { TSETSEN_API_KEY: string }): Promise<Response> {
 *     return createProxy({ apiKey: env.TSETSEN_API_KEY, methods: ["ListVoices"] })(request);
 *   },
 * };
 * ```
 *
 * What the page's client sees:
 *
 * | what happened | answer | class in the page |
 * |---|---|---|
 * | method, voice or version not allowed | PERMISSION_DENIED | `PermissionDeniedError` |
 * | too many characters, too large, malformed | INVALID_ARGUMENT | `InvalidRequestError` |
 * | `authorize` did not say true | UNAUTHENTICATED | `AuthenticationError` |
 * | `rateLimit` gave a `retryAfter` | RESOURCE_EXHAUSTED | `RateLimitExceededError` |
 * | an origin that is not allowed | HTTP 403 without CORS headers | `ConnectionError`: browsers show a page nothing |
 * | the service refuses the proxy's key | INTERNAL, without details | `ServerError` |
 * | the service cannot be reached | UNAVAILABLE | `ServiceUnavailableError` |
 * | the service is silent for `timeout` | DEADLINE_EXCEEDED | `TimeoutError` |
 * | any other error of the service | as it is, without the key | as without the proxy |
 *
 * With `visitorKeys` it adds no key: each visitor brings one, as to the service itself. Over {@linkcode transportFetch}
 * and native gRPC it is then a gateway for programs and Workers, which speak gRPC-Web only.
 *
 * All durations are milliseconds.
 *
 * @module
 */

export { createProxy, type ProxyHandler } from "./proxy.ts";
export type { ProxyCall, ProxyMethod } from "./call.ts";
export type { ProxyEvent } from "./events.ts";
export type { ProxyOptions, RateLimitAnswer } from "./options.ts";
export { transportFetch } from "./transport_fetch.ts";
