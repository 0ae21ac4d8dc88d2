/**
 * Native gRPC over HTTP/2 for the same `Client`, on Deno, Bun and Node: no gateway that speaks gRPC-Web is needed.
 * Workers and browsers cannot; there the client's own gRPC-Web is the way.
 *
 * ```ts
 * import { Client } from "@tsetsen/sdk";
 * import { grpcTransport } from "@tsetsen/sdk/grpc";
 *
 * async function balance(): Promise<number> {
 *   using client = new Client({ transport: grpcTransport() }); // api.tsetsen.ai:50051
 *   return (await client.getUserBalance()).credits;
 * }
 * ```
 *
 * @module
 */

export { type GrpcTransport, grpcTransport, type GrpcTransportOptions } from "./transport.ts";
