/**
 * What a proxy reports to its owner.
 *
 * @module
 */

import { notify } from "../contract/log.ts";
import { hideKey } from "./key_mask.ts";

/** Something that the owner of a proxy may want to know. It holds neither the key nor the text. */
export interface ProxyEvent {
  /**
   * - `"refused"`: the proxy refused a call; nothing was sent to the service.
   * - `"key_refused"`: the service did not accept the proxy's key. The visitor gets an internal error.
   * - `"upstream_failed"`: the service, or the audio's server, cannot be reached, falls silent, or gives an answer that
   *   the proxy does not pass on.
   * - `"visitor_left"`: the visitor left, or did not read, after the service had accepted a paid call. `requestId` is the
   *   job's id.
   * - `"repeated"`: a paid call came a second time, from a browser or a proxy on the way. It was not bought again.
   * - `"hook_failed"`: `origins`, `authorize` or `rateLimit` threw, did not answer within `timeout`, or gave a wrong
   *   answer. The call was refused.
   * - `"failed"`: the proxy itself failed, for example because a server gave it something else than a `Request`.
   */
  readonly type:
    | "refused"
    | "key_refused"
    | "upstream_failed"
    | "visitor_left"
    | "repeated"
    | "hook_failed"
    | "failed";
  /** The method of the service, `"audio"`, or `undefined` when the request named neither. */
  readonly method: string | undefined;
  /** What happened, in words. */
  readonly message: string;
  /** The id of the job that was paid, if the service gave one. Only for `"visitor_left"`. */
  readonly requestId?: string | undefined;
  /** The error of the hook, unchanged, or the error of the proxy. Only for `"hook_failed"` and `"failed"`. */
  readonly error?: unknown;
}

/** Reports an event to the owner. What the owner's hook throws or rejects with is ignored. */
export type Report = (event: ProxyEvent) => void;

/** Makes the {@linkcode Report} of the option `log`. */
export function createReport(
  log: ((event: ProxyEvent) => void) | undefined,
  key: string,
): Report {
  return (event) => notify(log, { ...event, message: hideKey(event.message, key) });
}
