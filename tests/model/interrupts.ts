// What cuts an intent short: an abort or a close, before it, during it, or in a sleep.

import type { Client, LogEvent } from "../../mod.ts";
import type { Random } from "./random.ts";

export interface Interrupts {
  /** What it is, for the report of a failure. */
  readonly story: string;
  /** A signal for one intent, if it has any. All of them abort together. */
  open(): AbortSignal | undefined;
  /** For the client's `log`: strikes in the sleep behind a failure. */
  readonly log: (event: LogEvent) => void;
  /** Strikes in the sleep of `retry`, which no log tells. */
  failed(): void;
  /** Begins to count the time. */
  start(client: Client): void;
  stop(): void;
}

export function randomInterrupts(random: Random): Interrupts {
  const controllers: AbortController[] = [];
  let struck = false;
  const kind = random.pick([
    "none",
    "none",
    "none",
    "before",
    "after",
    "after",
    "asleep",
    "asleep",
  ]);
  const reason = random.pick([
    () => undefined,
    () => new Error("the caller's own"),
    () => new DOMException("too late", "TimeoutError"),
  ])();
  const closes = kind !== "none" && random.percent(25);
  const ms = random.below(random.pick([4, 25, 80]));
  let sleeps = random.below(2);
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let client: Client | undefined;
  const strike = () => {
    struck = true;
    if (closes) client?.close();
    for (const controller of controllers) controller.abort(reason);
  };
  const later = (delay: number) => timers.add(setTimeout(strike, delay));
  const asleep = () => {
    if (kind === "asleep" && sleeps-- === 0) later(0);
  };
  return {
    story: `${closes ? "close" : "abort"}: ${kind}, ${ms} ms, sleep ${sleeps}`,
    open() {
      if (kind === "none" || closes) return undefined;
      const controller = new AbortController();
      if (struck) controller.abort(reason);
      controllers.push(controller);
      return controller.signal;
    },
    log: (event) => {
      if ("delay" in event) asleep();
    },
    failed: asleep,
    start(opened) {
      client = opened;
      if (kind === "before") strike();
      if (kind === "after") later(ms);
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
