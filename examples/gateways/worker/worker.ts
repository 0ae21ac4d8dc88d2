/**
 * The proxy in a Cloudflare Worker. A Worker has no HTTP/2 client and cannot speak native gRPC: a gateway behind it does.
 * The Worker adds the key that stays on the server, limits, CORS, and audio without CORS of its own, near to the visitor.
 *
 * @module
 */

import { createProxy, type ProxyHandler, type ProxyOptions } from "@tsetsen/sdk/proxy";

/** A part of Cloudflare's rate limiting binding. */
interface RateLimiter {
  limit(of: { readonly key: string }): Promise<{ readonly success: boolean }>;
}

/** What wrangler.jsonc and `wrangler secret put` give. */
export interface Env {
  readonly TSETSEN_API_ENDPOINT: string;
  readonly TSETSEN_API_KEY?: string;
  readonly VISITOR_TOKEN?: string;
  readonly ORIGINS: string;
  /** Counts the calls of each address: put it where the key is here. */
  readonly CALLS?: RateLimiter;
}

// One for all requests: it remembers which paid calls came already, and how many are in flight.
let proxy: ProxyHandler | undefined;

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (new URL(request.url).pathname === "/healthz") return new Response("ok\n");
    proxy ??= createProxy(optionsOf(env));
    return await proxy(request);
  },
};

function optionsOf(env: Env): ProxyOptions {
  const { TSETSEN_API_ENDPOINT: endpoint, TSETSEN_API_KEY: apiKey, VISITOR_TOKEN: token } = env;
  return {
    ...(apiKey === undefined ? { visitorKeys: true } : { apiKey }),
    // Every call counts, before its token is looked at. In place of the token put yours: a session, a signed token,
    // whatever tells who it is.
    async authorize(request) {
      const key = request.headers.get("cf-connecting-ip") ?? "unknown";
      const isFree = env.CALLS === undefined || (await env.CALLS.limit({ key })).success === true;
      if (!isFree) {
        return new Response("too many calls\n", { status: 429, headers: { "retry-after": "60" } });
      }
      // Without a token nobody may use the key.
      return apiKey === undefined || (token !== undefined && showsToken(request, token));
    },
    endpoint,
    methods: ["ListVoices", "GenerateSpeech", "CheckStatus", "StreamSpeech"],
    origins: env.ORIGINS.split(",").filter((origin) => origin !== ""),
    maxCharacters: 1_000,
    log: ({ type, method, message, requestId }) =>
      console.log(JSON.stringify({ type, method, message, requestId })),
  };
}

/** Compares in a time that does not depend on how much of the token is right. */
function showsToken(request: Request, token: string): boolean {
  const shown = request.headers.get("authorization") ?? "";
  const wanted = `Bearer ${token}`;
  let different = shown.length ^ wanted.length;
  for (let at = 0; at < wanted.length; at++) {
    different |= shown.charCodeAt(at) ^ wanted.charCodeAt(at);
  }
  return different === 0;
}
