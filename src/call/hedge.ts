/**
 * Sends a second request while the first has no answer.
 *
 * @module
 */

import type { Lifetime } from "../lib/lifetime.ts";

/**
 * Sends a request, and sends it once more if no answer has come at the checkpoint of the call. A kept connection may be
 * dead without a sign; the second request goes over another one. It is only for calls that cost nothing.
 *
 * @param lifetime The lifetime of the call, which has the checkpoint.
 * @param ask Sends a request.
 * @param mayAgain Decides at the checkpoint whether there is a second request.
 * @returns The first success, or else the last failure.
 */
export function hedge<T>(
  lifetime: Lifetime,
  ask: () => Promise<T>,
  mayAgain: () => boolean,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let pending = 0;
    const send = () => {
      pending++;
      ask().then((value) => {
        lifetime.onCheckpoint = undefined;
        resolve(value);
      }, (error) => {
        if (--pending > 0) return;
        lifetime.onCheckpoint = undefined;
        reject(error);
      });
    };
    lifetime.onCheckpoint = () => {
      if (mayAgain()) send();
    };
    send();
  });
}
