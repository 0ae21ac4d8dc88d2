/**
 * The shapes of Connect that users may pass in. Connect's own types fit them. Naming Connect's types here would make
 * every type behind them part of this package's public API.
 *
 * @module
 */

/** A `Transport` of `@connectrpc/connect`, made for example by `createGrpcTransport` of `@connectrpc/connect-node`. */
export interface ConnectTransport {
  /** Makes a unary call. */
  // deno-lint-ignore no-explicit-any -- Connect's signature is generic over every message
  readonly unary: (...args: any[]) => Promise<any>;
  /** Makes a streaming call. */
  // deno-lint-ignore no-explicit-any -- Connect's signature is generic over every message
  readonly stream: (...args: any[]) => Promise<any>;
}

/**
 * An `Interceptor` of `@connectrpc/connect`. Declare yours with Connect's own type, so that requests and responses have
 * theirs.
 */
// deno-lint-ignore no-explicit-any -- Connect's signature covers every request and response
export type ConnectInterceptor = (next: any) => (request: any) => Promise<any>;
