/**
 * Bounds how many calls are in flight.
 *
 * @module
 */

/** The place of one call. */
export interface Place {
  /** Keeps the place for this many milliseconds from now, unless it is renewed again. */
  renew(ms: number): void;
  /** Frees the place. A second call does nothing. */
  release(): void;
}

/**
 * Gives out a fixed number of places. A place also becomes free when its time is over, because workerd drops all work
 * of a visitor who leaves, `finally` blocks and timers included.
 */
export class InFlight {
  readonly #limit: number;
  /** When each place becomes free by itself, in milliseconds since 1970. */
  readonly #expiries: Map<Place, number> = new Map();

  /** @param limit How many places there are. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a place for `ms` milliseconds; `undefined` when none is free. */
  take(ms: number): Place | undefined {
    const expiries = this.#expiries;
    if (expiries.size >= this.#limit) this.#sweep();
    if (expiries.size >= this.#limit) return undefined;
    const place: Place = {
      renew(ms) {
        if (expiries.has(place)) expiries.set(place, Date.now() + ms);
      },
      release: () => void expiries.delete(place),
    };
    expiries.set(place, Date.now() + ms);
    return place;
  }

  #sweep(): void {
    const now = Date.now();
    for (const [place, expiry] of this.#expiries) if (expiry < now) place.release();
  }
}
