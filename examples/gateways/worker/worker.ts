/**
 * The proxy in a Cloudflare Worker. A Worker has no HTTP/2 client, so it cannot speak native gRPC itself: behind it stands
 * a gateway that does. What the Worker adds is the key that stays on the server, limits, CORS, and audio without CORS of
 * its own, near to the visitor.
 *
 * @module
 */

import { createProxy, type ProxyOptions } from "@tsetsen/sdk/proxy";

/** What wrangler.jsonc and `wrangler secret put` give. */
export interface Env {
  readonly TSETSEN_API_ENDPOINT: string;
  readonly TSETSEN_API_KEY?: string;
  readonly VISITOR_TOKEN?: string;
  readonly ORIGINS: string;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (new URL(request.url).pathname === "/healthz") return new Response("ok\n");
    return await createProxy(optionsOf(env))(request);
  },
};

function optionsOf(env: Env): ProxyOptions {
  const { TSETSEN_API_ENDPOINT: endpoint, TSETSEN_API_KEY: apiKey, VISITOR_TOKEN: token } = env;
  return {
    ...(apiKey === undefined
      ? { visitorKeys: true }
      // Yours: a session, a signed token, whatever tells who it is. Without a token nobody may.
      : { apiKey, authorize: (request) => token !== undefined && showsToken(request, token) }),
    endpoint,
    // Plaintext is for tests on this very machine.
    secure: !endpoint.startsWith("http://127.0.0.1:"),
    methods: ["ListVoices", "GenerateSpeech", "CheckStatus", "StreamSpeech"],
    origins: env.ORIGINS.split(",").filter((origin) => origin !== ""),
    maxCharacters: 1_000,
    log: ({ type, method, message }) => console.log(JSON.stringify({ type, method, message })),
  };
}

/** In a time that does not tell how much of it was right. */
function showsToken(request: Request, token: string): boolean {
  const shown = request.headers.get("authorization") ?? "";
  const wanted = `Bearer ${token}`;
  let different = shown.length ^ wanted.length;
  for (let at = 0; at < wanted.length; at++) {
    different |= shown.charCodeAt(at) ^ wanted.charCodeAt(at);
  }
  return different === 0;
}
