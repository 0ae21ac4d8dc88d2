/**
 * How requests reach the service: over gRPC-Web, or the transport that the user gave.
 *
 * @module
 */

import type { Transport } from "@connectrpc/connect";
import { boundOf } from "./bound_transport.ts";
import { grpcWebTransport } from "./grpc_web.ts";
import type { SendOptions } from "./send_once.ts";
import type { ResolvedOptions } from "../contract/options.ts";

/**
 * A transport for one call: so the guard knows the call's end and its secrets, which Connect has no place for.
 */
export function openTransport(
  options: ResolvedOptions,
  call: Pick<SendOptions, "lifetime" | "unary" | "billable" | "secrets" | "answered">,
): Transport {
  const { transport } = options;
  if (transport === undefined) {
    const { baseUrl, origin, maxMessageBytes, fetch, interceptors } = options;
    return grpcWebTransport({ baseUrl, interceptors }, { ...call, maxMessageBytes, fetch, origin });
  }
  return boundOf(transport)?.open({ ...options, ...call, signal: call.lifetime.signal }) ??
    transport;
}
