/**
 * Remembers the paid calls that came. Each is passed on once.
 *
 * A browser, or a proxy on the way, sends a POST again by itself when a kept connection closes before the answer. Such
 * a repeat has the same bytes, and therefore the same mark.
 *
 * @module
 */

import { Recording } from "../answer/recording.ts";

/** The client names a mark in `x-user-agent`, because that header needs no CORS permission of its own. */
const MARK = /(?:^|\s)call\/([\w-]{22})(?:\s|$)/;

/**
 * How long a mark is remembered. A repeat follows the first call within seconds, when the browser notices the lost
 * connection.
 */
const MAX_AGE_MS = 15 * 60_000;

/** How many marks are remembered. They take about 10 MB. */
const MAX_MARKS = 20_000;

/** An answer with the id of a job has some 100 bytes. A larger one is not kept after its end. */
const MAX_KEPT_BYTES = 2_048;

/** A paid call that came. */
export interface MarkedCall {
  /** Distinguishes two different calls with one mark. */
  readonly fingerprint: string;
  /** The answer, for a call whose answer can be given twice. */
  recording: Recording | undefined;
  readonly since: number;
}

/** Reads the mark of a call; `undefined` when it has none. */
export function markOf(headers: Headers): string | undefined {
  return MARK.exec(headers.get("x-user-agent") ?? "")?.[1];
}

/** Makes a mark for a call that came without one. */
export function createMark(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(22));
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return [...bytes].map((byte) => letters[byte & 63]).join("");
}

/** Computes a fingerprint of a request's body. */
export async function fingerprintOf(
  method: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return `${method} ${String.fromCharCode(...digest)}`;
}

/** Remembers the marks of paid calls, each for 15 minutes. */
export class Marks {
  /** From the oldest to the newest. */
  readonly #calls: Map<string, MarkedCall> = new Map();

  /** The call that came with this mark before. */
  find(mark: string): MarkedCall | undefined {
    this.#forgetOld();
    return this.#calls.get(mark);
  }

  /** Remembers a call. `recorded` says whether its answer can be given twice. */
  add(mark: string, fingerprint: string, recorded: boolean): MarkedCall {
    const recording = recorded ? new Recording() : undefined;
    const call = { fingerprint, recording, since: Date.now() };
    this.#calls.set(mark, call);
    return call;
  }

  /** Forgets a call that was not sent. */
  forget(mark: string): void {
    this.#calls.delete(mark);
  }

  /** Drops an answer that is too large to be kept. */
  trim(call: MarkedCall): void {
    if ((call.recording?.bytes ?? 0) > MAX_KEPT_BYTES) call.recording = undefined;
  }

  #forgetOld(): void {
    const oldest = Date.now() - MAX_AGE_MS;
    for (const [mark, { since }] of this.#calls) {
      if (since >= oldest && this.#calls.size < MAX_MARKS) return;
      this.#calls.delete(mark);
    }
  }
}
