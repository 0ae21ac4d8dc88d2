// So many calls a minute for each caller. One process counts for itself: behind several, count in a store that they share.

const MINUTE_MS = 60_000;

/** How many callers are counted apart. More than these share one count, which bounds the memory. */
const MAX_CALLERS = 100_000;

/** Counts calls, by whatever names a caller. */
export class Allowance {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();
  #since = Date.now();

  /** @param limit The calls a minute. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes as many calls as something costs.
   *
   * @returns How long to wait in milliseconds when there are none left; `undefined` otherwise.
   */
  take(caller: string, cost = 1): number | undefined {
    const now = Date.now();
    if (now - this.#since >= MINUTE_MS) {
      this.#since = now;
      this.#counts.clear();
    }
    const isCounted = this.#counts.has(caller) || this.#counts.size < MAX_CALLERS;
    const name = isCounted ? caller : "others";
    const count = (this.#counts.get(name) ?? 0) + cost;
    this.#counts.set(name, count);
    return count > this.#limit ? this.#since + MINUTE_MS - now : undefined;
  }
}
