// gRPC-Web for callers, native gRPC to the service: the proxy on a transport that speaks it.

import { timingSafeEqual } from "node:crypto";
import { grpcTransport } from "@tsetsen/sdk/grpc";
import { createProxy, transportFetch } from "@tsetsen/sdk/proxy";
import { Allowance } from "./allowance.ts";
import type { Settings } from "./settings.ts";

/** A gateway that is not on a port yet. */
export interface Gateway {
  handle(request: Request, info: Deno.ServeHandlerInfo<Deno.Addr>): Promise<Response> | Response;
  /** From now on `/healthz` tells load balancers to go elsewhere. Calls are still answered. */
  drain(): void;
  /** Lets go of the connection to the service. */
  close(): void;
}

/** Makes it. Nothing is sent before the first call. */
export function createGateway(settings: Settings): Gateway {
  const { endpoint, ca, kept, origins, publicUrl, maxCharacters } = settings;
  // Plaintext must be said: http://…
  const secure = !endpoint.startsWith("http://");
  const transport = grpcTransport({ endpoint, secure, ca });
  const allowance = new Allowance(settings.callsPerMinute);
  const proxy = createProxy<Deno.ServeHandlerInfo<Deno.Addr>>({
    ...(kept === undefined
      ? { visitorKeys: true }
      // Yours: a session, a signed token, whatever tells who it is. The credits are yours, too.
      : { apiKey: kept.apiKey, authorize: (request) => showsToken(request, kept.token) }),
    fetch: transportFetch(transport),
    secure,
    methods: ["ListVoices", "GenerateSpeech", "CheckStatus", "GetUserBalance", "StreamSpeech"],
    origins,
    publicUrl,
    maxCharacters,
    // Longer than any caller's own deadline, which goes to the service with the call.
    timeout: 300_000,
    rateLimit: (_, { context }) => allowance.take(callerOf(context)),
    // An event holds neither a key nor a text.
    log: ({ type, method, message }) => console.log(JSON.stringify({ type, method, message })),
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

/** Behind a load balancer all callers have its address: take then what it says of them in a header that only it can set. */
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
