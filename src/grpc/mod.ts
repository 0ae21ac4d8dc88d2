/**
 * Native gRPC over HTTP/2 for the same `Client`, on Deno, Bun and Node. The service then needs no gateway for gRPC-Web.
 * Workers and browsers have no HTTP/2 client: use the client's default there, gRPC-Web. From npm it needs a second
 * package: `npm install @connectrpc/connect-node@2.3`.
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
