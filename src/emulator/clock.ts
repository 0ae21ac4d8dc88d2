import { atLeast, check } from "../lib/rules.ts";

/**
 * The time of the emulator. Its dates and waits use this clock, so a test with a clock of its own decides when a job is
 * done.
 */
export interface Clock {
  /** The time now, in milliseconds since the Unix epoch (or since any moment you like). */
  now(): number;
  /**
   * Waits.
   *
   * @param ms How long, in milliseconds. Zero or less does not wait.
   * @param signal Ends the wait early.
   * @returns A promise that resolves after the time, or rejects with the signal's reason.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The system's clock. */
export const systemClock: Clock = {
  now: (): number => Date.now(),
  sleep: (ms: number, signal?: AbortSignal): Promise<void> =>
    wait(ms, signal, (done) => {
      const timer = setTimeout(done, Math.min(ms, 2 ** 31 - 1));
      return () => clearTimeout(timer);
    }),
};

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * A clock that moves only when `advance` is called.
 *
 * @example A job that takes a minute is done at once
 * ```ts
 * import { createEmulator, ManualClock } from "@tsetsen/sdk/emulator";
 *
 * const clock = new ManualClock();
 * const emulator = createEmulator({ clock, queueTime: 60_000 });
 * // … submit a job …
 * await clock.advance(60_000);
 * // … its next status is no longer PENDING
 * emulator.close();
 * ```
 */
export class ManualClock implements Clock {
  #now: number;
  readonly #sleepers: Set<Sleeper> = new Set();
  /** Resolves when the clock stands still. */
  #moved: Promise<void> = Promise.resolve();

  /**
   * Makes a clock that stands still.
   *
   * @param now The time it starts at, in milliseconds. Default 0.
   */
  constructor(now = 0) {
    check("now", now, ["number", "a finite number", Number.isFinite]);
    this.#now = now;
  }

  /** How many sleeps are waiting for this clock to move. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  /**
   * Reads the clock.
   *
   * @returns The time now, in milliseconds.
   */
  now(): number {
    return this.#now;
  }

  /**
   * Waits until {@link ManualClock.advance} has moved the clock far enough.
   *
   * @param ms How long, in milliseconds. Zero or less does not wait.
   * @param signal Ends the wait early.
   * @returns A promise that resolves after the time.
   * @throws {unknown} the signal's own reason when it aborts.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return wait(ms, signal, (done) => {
      const sleeper = { at: this.#now + ms, wake: done };
      this.#sleepers.add(sleeper);
      return () => void this.#sleepers.delete(sleeper);
    });
  }

  /**
   * Moves the clock forward, waking the sleepers in the order of their times. Calls at the same time follow each other.
   *
   * @param ms How far, in milliseconds, zero or more.
   * @returns A promise that resolves when the sleepers that were due have run, also those that slept again within the
   * time.
   * @throws {TypeError} when `ms` is not a number.
   * @throws {RangeError} when `ms` is negative or not a finite number.
   */
  async advance(ms: number): Promise<void> {
    check("ms", ms, atLeast(0));
    this.#moved = this.#moved.then(() => this.#move(ms));
    await this.#moved;
  }

  async #move(ms: number): Promise<void> {
    const end = this.#now + ms;
    await turn();
    for (let due = this.#next(end); due !== undefined; due = this.#next(end)) {
      this.#now = Math.max(this.#now, due.at);
      due.wake();
      await turn();
    }
    this.#now = end;
  }

  #next(end: number): Sleeper | undefined {
    let next: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.at <= end && (next === undefined || sleeper.at < next.at)) next = sleeper;
    }
    return next;
  }
}

/** Lets everything run that is ready: promises and sockets. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * One wait with its abort. `start` receives the function that ends the wait, and returns the function that cleans up.
 */
function wait(
  ms: number,
  signal: AbortSignal | undefined,
  start: (done: () => void) => () => void,
): Promise<void> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  if (!(ms > 0)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const abort = () => finish(() => reject(signal?.reason));
    const cleanUp = start(() => finish(resolve));
    signal?.addEventListener("abort", abort, { once: true });
    function finish(settle: () => void) {
      signal?.removeEventListener("abort", abort);
      cleanUp();
      settle();
    }
  });
}
