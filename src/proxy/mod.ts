/**
 * A fetch handler between browsers and the service. It adds the key on the server, and passes on only what its owner
 * allows. For Deno, Bun, Cloudflare Workers, and Node.js behind an adapter.
 *
 * The page's client talks to it without a key:
 * `new Client({ apiKey: null, endpoint: "https://my.site/tts" })`.
 *
 * Nothing that costs credits is allowed by default. Name `GenerateSpeech` and `StreamSpeech` in `methods`, and decide
 * with `authorize` and `rateLimit` who may spend your credits and how fast. `origins` keeps the pages of other sites
 * out, but it is not a lock, because a program can claim to be any page.
 *
 * Behind a server that ends TLS, or that changes the path or the `Host` header (nginx, httpd and Hono's `proxy` do by
 * default), give `publicUrl`.
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
 * @example Cloudflare Workers: the key is a secret of the Worker, and one proxy serves all requests
 * ```ts
 * import { createProxy, type ProxyHandler } from "@tsetsen/sdk/proxy";
 *
 * let proxy: ProxyHandler | undefined;
 *
 * const worker = {
 *   async fetch(request: Request, env: { TSETSEN_API_KEY: string }): Promise<Response> {
 *     proxy ??= createProxy({ apiKey: env.TSETSEN_API_KEY, methods: ["ListVoices"] });
 *     return await proxy(request);
 *   },
 * };
 * ```
 *
 * On Bun, `Bun.serve({ fetch: proxy })`. On Node, `createServer(createServerAdapter(proxy))` with `@whatwg-node/server`,
 * or `serve({ fetch: proxy })` with `@hono/node-server`: with both, a call ends when its visitor leaves.
 *
 * What the page's client sees:
 *
 * | what happened | answer | class in the page |
 * |---|---|---|
 * | method, voice or version not allowed | PERMISSION_DENIED | `PermissionDeniedError` |
 * | too many characters, too large, malformed | INVALID_ARGUMENT | `InvalidRequestError` |
 * | `authorize` did not say true | UNAUTHENTICATED | `AuthenticationError` |
 * | `rateLimit` refused, or `maxConcurrentCalls` are in flight | RESOURCE_EXHAUSTED | `RateLimitExceededError` |
 * | a hook threw, or did not answer within `timeout` | INTERNAL | `ServerError` |
 * | an origin that is not allowed | HTTP 403 without CORS headers | `ConnectionError`: browsers show a page nothing |
 * | a paid call came a second time | the first one's answer, or ABORTED | none, or `ServerError` |
 * | the service refuses the proxy's key | INTERNAL, without details | `ServerError` |
 * | the service cannot be reached | UNAVAILABLE | `ServiceUnavailableError` |
 * | the service is silent for `timeout` | DEADLINE_EXCEEDED | `TimeoutError` |
 * | a stream ends well without audio | INTERNAL | `ServerError` |
 * | any other error of the service | the same, without the key | as without the proxy |
 *
 * Once the id of a paid job has come, it reaches the page, whatever happens to the rest of the answer.
 *
 * The key is hidden in every message in any case of letters, percent-encoded, with escapes of JSON, C or HTML, in
 * hexadecimal digits and in base64; in audio and in the other bytes of a message, as it is. Events hold neither the key nor
 * the text. A visitor's own text may come back to that visitor in a message of the service.
 *
 * With `visitorKeys` it adds no key: each visitor sends one, as to the service itself. Over {@linkcode transportFetch}
 * and native gRPC it is then a gateway for programs and Workers, which speak gRPC-Web only.
 *
 * All durations are milliseconds.
 *
 * @module
 */

export { createProxy, type ProxyHandler } from "./proxy.ts";
export type { ProxyCall, ProxyMethod } from "./admission/proxy_call.ts";
export type { ProxyEvent } from "./events.ts";
export type { ProxyOptions, RateLimitAnswer } from "./options.ts";
export { transportFetch } from "./transport/transport_fetch.ts";
