import process from "node:process";
// @ts-types="npm:@types/cli-progress@^3.11.6"
import progress from "cli-progress";

/** A line at the bottom of the terminal that shows the progress. */
export interface Live {
  /**
   * Updates the line.
   *
   * @param done How many of the total are done.
   * @param text The text beside the bar; it must be printable.
   */
  update(done: number, text: string): void;
  /** Removes the line. */
  stop(): void;
}

/**
 * Starts a line on standard error.
 *
 * @param total The number that makes a full bar; without it the line has only a text.
 */
export function startLive(total?: number): Live {
  const bar = new progress.SingleBar({
    stream: process.stderr,
    format: total === undefined ? "{text}" : "{bar} {value}/{total} {text}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 24,
    clearOnComplete: true,
    // A sudden exit would leave the terminal without wrapping.
    linewrap: true,
    // The command handles signals, and stops the bar.
    gracefulExit: false,
  });
  bar.start(total ?? 1, 0, { text: "" });
  return {
    update: (done, text) => bar.update(done, { text }),
    stop: () => bar.stop(),
  };
}
