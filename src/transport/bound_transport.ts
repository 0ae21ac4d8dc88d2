/**
 * How a transport of this package works with a client: what Connect's own interface has no place for.
 *
 * @module
 */

import type { Transport } from "@connectrpc/connect";
import type { ResolvedOptions } from "../contract/options.ts";

/** What one call brings along. */
export interface BoundCall extends Pick<ResolvedOptions, "maxMessageBytes" | "interceptors"> {
  /** Ends the call. */
  readonly signal: AbortSignal;
  /** Whether there must be no more than one message. */
  readonly unary: boolean;
  /** What must not show in errors. */
  readonly secrets: readonly string[];
  /** Is told of a message as soon as it has come, whatever becomes of the answer. */
  readonly answered?: ((message: Uint8Array) => void) | undefined;
}

/** What a client makes of a transport that it was given. */
export interface Bound {
  /** A transport for one call. */
  open(call: BoundCall): Transport;
  /** Another client uses it. @returns What that client calls when it is closed. */
  retain(): () => void;
}

/** Where a transport of this package keeps its {@linkcode Bound}. */
export const BOUND: unique symbol = Symbol("tsetsen.bound");

/** The {@linkcode Bound} of a transport; a foreign transport has none. */
export function boundOf(transport: object | undefined): Bound | undefined {
  return (transport as { readonly [BOUND]?: Bound } | undefined)?.[BOUND];
}
