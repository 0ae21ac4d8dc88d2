import process from "node:process";
// @ts-types="npm:@types/cli-progress@^3.11.6"
import progress from "cli-progress";

/** A line at the bottom of the terminal that is written over. */
export interface Live {
  /**
   * Shows how far it is.
   *
   * @param done How many of the total.
   * @param text What else to say; it must be printable.
   */
  update(done: number, text: string): void;
  /** Takes the line away. */
  stop(): void;
}

/** What shows nothing. */
export const NOTHING: Live = { update() {}, stop() {} };

/**
 * Starts a line on standard error.
 *
 * @param total Of how many, for a bar; without it there is only the text.
 */
export function startLive(total?: number): Live {
  const bar = new progress.SingleBar({
    stream: process.stderr,
    format: total === undefined ? "{text}" : "{bar} {value}/{total} {text}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 24,
    clearOnComplete: true,
    // The line is cut instead: a terminal left without wrapping by a sudden exit would stay so.
    linewrap: true,
    // Signals are handled in one place, and the bar stopped from there.
    gracefulExit: false,
  });
  bar.start(total ?? 1, 0, { text: "" });
  return {
    update: (done, text) => bar.update(done, { text }),
    stop: () => bar.stop(),
  };
}
