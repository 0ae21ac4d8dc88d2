/**
 * Connect-Web's transports beside the one that a `Client` uses by default: the Connect protocol instead of gRPC-Web, and JSON
 * instead of the binary form.
 *
 * ```ts
 * import { Client } from "@tsetsen/sdk";
 * import { connectTransport } from "@tsetsen/sdk/connect";
 *
 * function debug(endpoint: string): Client {
 *   return new Client({ transport: connectTransport({ endpoint, protocol: "connect", binary: false }) });
 * }
 * ```
 *
 * @module
 */

export { connectTransport, type ConnectTransportOptions } from "./connect_transport.ts";
export type { ConnectInterceptor } from "./connect_types.ts";
export type { EndpointOptions } from "../contract/endpoint.ts";
export type { Transport } from "../contract/transport.ts";
