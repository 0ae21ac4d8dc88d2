/**
 * The client over our own reader of gRPC-Web.
 *
 * @module
 */

import { BaseClient } from "../client.ts";
import type { ClientOptions } from "../contract/options.ts";
import { leanTransport } from "./transport.ts";

/**
 * A client of the Tsetsen text-to-speech service, over gRPC-Web and `fetch` alone: the methods, the promises and the
 * errors of the `Client` of `@tsetsen/sdk`, in half its size.
 *
 * @example
 * ```ts
 * import { Client } from "@tsetsen/sdk/lean";
 *
 * async function balance(): Promise<number> {
 *   const client = new Client(); // the key comes from TSETSEN_API_KEY
 *   return (await client.getUserBalance()).credits;
 * }
 * ```
 */
export class Client extends BaseClient {
  /**
   * Makes a client. Nothing is sent.
   *
   * @param options Key, endpoint and policies; each has a default.
   * @throws {AuthenticationError} when there is no key, or it does not look like one.
   * @throws {InvalidRequestError} when the endpoint is malformed, or is plaintext http without `secure: false`.
   * @throws {TypeError} when an option has the wrong type.
   * @throws {RangeError} when a number is out of its range.
   * @throws {TsetsenError} when the runtime has no `AbortController`, `Headers`, `URL` or `performance`.
   */
  constructor(options: ClientOptions = {}) {
    super(options, () => {
      const { endpoint, secure, fetch, transport } = options;
      if (transport === undefined) return leanTransport({ endpoint, secure, fetch });
      if (!("unary" in transport)) return transport;
      throw new TypeError(
        "transport must be one of this package: a transport of Connect works with the Client of @tsetsen/sdk only",
      );
    });
  }
}
