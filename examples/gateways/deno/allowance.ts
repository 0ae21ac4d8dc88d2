// So many calls a minute for each caller. One process counts for itself: behind several, count in a store that they share.

const MINUTE = 60_000;

/** Counts calls, by whatever names a caller. */
export class Allowance {
  readonly #most: number;
  readonly #counts = new Map<string, number>();
  #since = Date.now();

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes one call. @returns How long to wait in milliseconds when there is none left, and otherwise null. */
  take(caller: string): { readonly retryAfter: number } | null {
    const now = Date.now();
    if (now - this.#since >= MINUTE) {
      this.#since = now;
      this.#counts.clear();
    }
    const count = (this.#counts.get(caller) ?? 0) + 1;
    this.#counts.set(caller, count);
    return count > this.#most ? { retryAfter: this.#since + MINUTE - now } : null;
  }
}
