/**
 * The answer to a paid call that came before.
 *
 * @module
 */

import type { MarkedCall } from "../admission/marks.ts";
import { Code, StatusError } from "./status_error.ts";
import { trailerFrame } from "./trailers.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The time between two looks at the first answer, in milliseconds. */
const POLL_MS = 50;

/**
 * Gives the answer of the first call as soon as it is whole, or ABORTED when it cannot be given again or does not come
 * in time. It polls, because one request of a Worker must not wake another.
 */
export async function* replay(
  call: MarkedCall,
  timeout: number,
): AsyncGenerator<Bytes, void, void> {
  for (let waited = 0; call.recording !== undefined && waited < timeout; waited += POLL_MS) {
    const { whole } = call.recording;
    if (whole !== undefined) {
      yield* whole;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  yield notBoughtAgain();
}

/** The end of a repeat that gets no answer of its own. */
export function notBoughtAgain(): Bytes {
  const message =
    "The same call came before and was not bought again: its outcome is with the first.";
  return trailerFrame(new StatusError(Code.Aborted, message).fields());
}
