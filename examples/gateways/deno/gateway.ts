// gRPC-Web for callers, native gRPC to the service: the proxy on a transport that speaks it.

import { timingSafeEqual } from "node:crypto";
import { grpcTransport } from "@tsetsen/sdk/grpc";
import { createProxy, transportFetch } from "@tsetsen/sdk/proxy";
import { Allowance } from "./allowance.ts";
import type { Settings } from "./settings.ts";

/** A gateway that is not on a port yet. */
export interface Gateway {
  handle(request: Request, info: Deno.ServeHandlerInfo<Deno.Addr>): Promise<Response> | Response;
  /** From now on `/healthz` sends load balancers elsewhere. Calls are still answered. */
  drain(): void;
  /** Closes the connection to the service. */
  close(): void;
}

/** How many calls a wrong token costs: whoever guesses gets some dozens of tries a minute. */
const WRONG_TOKEN_COST = 20;

/** Makes a gateway. Nothing is sent before the first call. */
export function createGateway(settings: Settings): Gateway {
  const { endpoint, ca, kept, origins, publicUrl, maxCharacters } = settings;
  // Plaintext must be said: http://…
  const secure = !endpoint.startsWith("http://");
  const transport = grpcTransport({ endpoint, secure, ca });
  const allowance = new Allowance(settings.callsPerMinute);
  const proxy = createProxy<Deno.ServeHandlerInfo<Deno.Addr>>({
    ...(kept === undefined ? { visitorKeys: true } : { apiKey: kept.apiKey }),
    // Every call counts, before its token is looked at. In place of the token put yours: a session, a signed token,
    // whatever tells who it is. The credits are yours, too.
    authorize(request, { context }) {
      const caller = callerOf(context);
      const wait = allowance.take(caller);
      if (wait !== undefined) return tooManyCalls(wait);
      if (kept === undefined || showsToken(request, kept.token)) return true;
      allowance.take(caller, WRONG_TOKEN_COST);
      return false;
    },
    fetch: transportFetch(transport),
    secure,
    methods: ["ListVoices", "GenerateSpeech", "CheckStatus", "GetUserBalance", "StreamSpeech"],
    origins,
    publicUrl,
    maxCharacters,
    // Longer than any caller's own deadline. That goes to the service with the call.
    timeout: 300_000,
    maxConcurrentCalls: 1_000,
    // An event holds neither a key nor a text. An id is that of a job that was paid and whose visitor has left.
    log: ({ type, method, message, requestId }) =>
      console.log(JSON.stringify({ type, method, message, requestId })),
  });
  let draining = false;
  return {
    handle(request, info) {
      if (new URL(request.url).pathname !== "/healthz") return proxy(request, info);
      return new Response(draining ? "draining\n" : "ok\n", { status: draining ? 503 : 200 });
    },
    drain: () => void (draining = true),
    close: () => transport.close(),
  };
}

function tooManyCalls(wait: number): Response {
  const headers = { "retry-after": `${Math.ceil(wait / 1_000)}` };
  return new Response("too many calls\n", { status: 429, headers });
}

/** Behind a load balancer all callers have its address: take then the header in which it names them, and that only it can set. */
function callerOf(info: Deno.ServeHandlerInfo<Deno.Addr> | undefined): string {
  const address = info?.remoteAddr;
  return address !== undefined && "hostname" in address ? address.hostname : "";
}

function showsToken(request: Request, token: string): boolean {
  const encoder = new TextEncoder();
  const shown = encoder.encode(request.headers.get("authorization") ?? "");
  const wanted = encoder.encode(`Bearer ${token}`);
  return shown.length === wanted.length && timingSafeEqual(shown, wanted);
}
