/**
 * What a proxy tells its owner.
 *
 * @module
 */

import { notify } from "../contract/log.ts";
import { hideKey } from "./key_mask.ts";

/** Something that the owner of a proxy may want to know. It holds neither the key nor the text. */
export interface ProxyEvent {
  /**
   * - `"refused"`: the proxy refused a call; nothing was sent to the service.
   * - `"key_refused"`: the service did not accept the proxy's key. The visitor is told of an internal error only.
   * - `"upstream_failed"`: the service could not be reached, fell silent, or answered with something else than gRPC-Web.
   * - `"hook_failed"`: `origins`, `authorize` or `rateLimit` threw. The call was refused.
   */
  readonly type: "refused" | "key_refused" | "upstream_failed" | "hook_failed";
  /** What was asked for: a method of the service, `"audio"`, or `undefined` when it was neither. */
  readonly method: string | undefined;
  /** What happened, in words. */
  readonly message: string;
  /** What the hook threw, as it is. Only for `"hook_failed"`. */
  readonly error?: unknown;
}

/** Tells the owner, if he listens. What his hook throws or rejects with is ignored. */
export type Tell = (event: ProxyEvent) => void;

/** Makes {@linkcode Tell} of the owner's hook. */
export function teller(log: ((event: ProxyEvent) => void) | undefined, key: string): Tell {
  return (event) => notify(log, { ...event, message: hideKey(event.message, key) });
}
