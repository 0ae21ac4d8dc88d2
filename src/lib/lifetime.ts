/**
 * The lifetime of one call, stream or wait: where the caller's signal, the deadline and `close()` meet.
 *
 * @module
 */

import { onAbort, reasonOf } from "./abort.ts";

/** What ended a lifetime before its work was done. */
export type LifetimeEnd =
  | { readonly by: "signal"; readonly reason: unknown }
  | { readonly by: "deadline" | "idle"; readonly ms: number }
  | { readonly by: "close" | "cancel" };

/** The longest time without a turn for timers, in milliseconds. It is shorter than an abort may take. */
const TURN_INTERVAL_MS = 20;

/** The lifetimes that are open. `close()` of the client ends them. */
export type OpenLifetimes = Set<Lifetime>;

/**
 * Ends work at its abort or its deadline, whatever the work itself does about it.
 *
 * A runtime's `fetch` may lose an abort after a garbage collection (nodejs/undici#3644), so nothing here relies on the
 * work: `race` and `sleep` reject by themselves. `signal` tells the work to stop.
 */
export class Lifetime {
  #end: LifetimeEnd | undefined;
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unlisten: (() => void) | undefined;
  /** Few at any time: an array is faster than a set. */
  #interrupts: (() => void)[] = [];
  /** Is called once at the checkpoint. */
  onCheckpoint: (() => void) | undefined;
  readonly #open: OpenLifetimes;
  readonly #timeout: number;
  readonly #deadline: number;
  /** The latest time of the next turn for timers, on the clock of `performance.now()`. */
  #nextTurn: number;

  /**
   * @param open The set that holds the lifetime while it is open.
   * @param outer What else ends it: the caller's signal, or the lifetime of the work that contains this work.
   * @param timeout The deadline in milliseconds from now; without one there is none.
   * @param checkpoint When `onCheckpoint` is called, in milliseconds from now, if that is before the deadline. It shares the
   * timer of the deadline.
   */
  constructor(
    open: OpenLifetimes,
    outer?: AbortSignal | Lifetime,
    timeout?: number,
    checkpoint: number = Infinity,
  ) {
    this.#open = open;
    open.add(this);
    this.#timeout = timeout ?? Infinity;
    const now = performance.now();
    this.#deadline = now + this.#timeout;
    this.#nextTurn = now + TURN_INTERVAL_MS;
    if (timeout !== undefined) {
      this.#timer = checkpoint < timeout
        ? setTimeout(() => this.#pass(), checkpoint)
        : setTimeout(() => this.expire(), timeout);
    }
    if (outer instanceof Lifetime) this.#unlisten = outer.onEnd(() => this.stop({ by: "cancel" }));
    else if (outer !== undefined) {
      const stop = () => this.stop({ by: "signal", reason: reasonOf(outer) });
      if (outer.aborted) stop();
      else this.#unlisten = onAbort(outer, stop);
    }
  }

  /** What ended the lifetime early; `undefined` as long as nothing has. */
  get end(): LifetimeEnd | undefined {
    return this.#end;
  }

  /** The milliseconds left until the deadline; `Infinity` without one. */
  get remaining(): number {
    return this.#deadline - performance.now();
  }

  /** Tells the work to stop. Made on first use. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#end !== undefined) this.#controller.abort(this.#end);
    }
    return this.#controller.signal;
  }

  /**
   * The result of `work`, or a rejection as soon as the lifetime ends: look at `end` then.
   *
   * @param idle Ends the lifetime when the work takes longer than this, in milliseconds.
   * @param left What is left of `idle`, if part of it has passed already.
   */
  race<T>(work: PromiseLike<T>, idle?: number, left: number | undefined = idle): Promise<T> {
    // A flood of messages keeps timers from firing (Bun).
    if (this.remaining <= 0) this.expire();
    else if (idle && (left as number) <= 0) this.stop({ by: "idle", ms: idle });
    return new Promise<T>((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const over = () => {
        if (timer !== undefined) clearTimeout(timer);
        this.#forget(interrupt);
      };
      const interrupt = () => {
        over();
        reject(this.#end);
      };
      if (this.#end !== undefined) interrupt();
      else {
        this.#interrupts.push(interrupt);
        // When both pass at once, the deadline is reported.
        if (idle && (left as number) < this.remaining) {
          timer = setTimeout(() => this.stop({ by: "idle", ms: idle }), left);
        }
      }
      work.then((value) => {
        over();
        resolve(value);
      }, (error) => {
        over();
        reject(error);
      });
    });
  }

  /** Lets timers run, at most every 20 ms. On Bun a flood of messages keeps timers from firing, also those that abort. */
  async letTimersRun(): Promise<void> {
    if (performance.now() < this.#nextTurn) return;
    await new Promise((resolve) => setTimeout(resolve));
    this.#nextTurn = performance.now() + TURN_INTERVAL_MS;
  }

  /** Calls `callback` at an early end. @returns A function that stops listening. */
  onEnd(callback: () => void): () => void {
    if (this.#end !== undefined) callback();
    else this.#interrupts.push(callback);
    return () => this.#forget(callback);
  }

  #forget(interrupt: () => void): void {
    const at = this.#interrupts.lastIndexOf(interrupt);
    if (at !== -1) this.#interrupts.splice(at, 1);
  }

  /** Resolves after `ms` milliseconds, or rejects as soon as the lifetime ends. */
  async sleep(ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await this.race(
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, ms);
        }),
      );
    } finally {
      clearTimeout(timer);
    }
  }

  #pass(): void {
    this.#timer = setTimeout(() => this.expire(), Math.max(0, this.remaining));
    this.onCheckpoint?.();
  }

  /** Ends the lifetime as its deadline does. */
  expire(): LifetimeEnd {
    const end = { by: "deadline", ms: this.#timeout } as const;
    this.stop(end);
    return end;
  }

  /** Ends the lifetime early. Only the first end counts. */
  stop(end: LifetimeEnd): void {
    if (this.#end !== undefined || !this.#open.has(this)) return;
    this.#end = end;
    const interrupts = this.#interrupts;
    this.#interrupts = [];
    for (const interrupt of interrupts) interrupt();
    this.#controller?.abort(end);
    this.close();
  }

  /** Releases the timer and the caller's signal, when the work is done or the lifetime has ended. */
  close(): void {
    clearTimeout(this.#timer);
    this.#unlisten?.();
    this.#open.delete(this);
  }
}
