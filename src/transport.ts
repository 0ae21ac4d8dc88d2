/**
 * How requests reach the service: gRPC-Web through connect-web, over a guarded `fetch`.
 *
 * @module
 */

import type { Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { guardedFetch, type GuardOptions } from "./guard.ts";
import type { ResolvedOptions } from "./options.ts";

/**
 * A transport for one call.
 *
 * connect-web's own transport is a pair of closures and costs nothing to make. One for each call lets the guard know
 * the call's signal and its secrets, which connect-web does not hand to `fetch`: the signal that it does hand on is one
 * that it aborts, at a price, after every call that went well.
 */
export function openTransport(
  options: ResolvedOptions,
  call: Pick<GuardOptions, "signal" | "unary" | "billable" | "secrets">,
): Transport {
  if (options.transport !== undefined) return options.transport;
  const { baseUrl, origin, maxMessageBytes, fetch, interceptors } = options;
  const guard = { ...call, maxMessageBytes, fetch, origin };
  const web = createGrpcWebTransport({
    baseUrl,
    interceptors,
    fetch: (url, init) => guardedFetch(url as string, init as RequestInit, guard),
  });
  // The guard and the call's own scope end a call; connect-web need not link up signals as well. Interceptors may want it.
  if (interceptors.length > 0) return web;
  return {
    unary: (method, _signal, timeoutMs, header, message, values) =>
      web.unary(method, undefined, timeoutMs, header, message, values),
    stream: (method, _signal, timeoutMs, header, input, values) =>
      web.stream(method, undefined, timeoutMs, header, input, values),
  };
}
