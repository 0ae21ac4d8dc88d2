/**
 * The same names as `@tsetsen/sdk`, over our own reader of gRPC-Web, for programs to which size and cold start matter.
 * It contains neither Connect nor descriptors of messages.
 *
 * ```ts
 * import { Client } from "@tsetsen/sdk/lean";
 *
 * async function credits(): Promise<number> {
 *   const client = new Client(); // the key comes from TSETSEN_API_KEY
 *   return (await client.getUserBalance()).credits;
 * }
 * ```
 *
 * All durations are milliseconds.
 *
 * @module
 */

export { Client } from "./client.ts";
export { leanTransport, type LeanTransportOptions } from "./transport.ts";
export type { ClientOptions } from "../contract/options.ts";
export * from "../exports.ts";
