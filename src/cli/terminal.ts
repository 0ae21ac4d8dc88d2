import process from "node:process";
import pc from "picocolors";

/** The two outputs of the process. */
export type Stream = "stdout" | "stderr";

/** Whether a person looks at it. */
export function isTerminal(stream: Stream): boolean {
  return process[stream].isTTY === true;
}

/** Whether it can be written over and coloured: no bar and no colour where only lines arrive. */
export function isCapable(stream: Stream): boolean {
  return isTerminal(stream) && process.env["TERM"] !== "dumb";
}

/** Colours, or functions that add none: https://no-color.org. */
export function colors(stream: Stream): ReturnType<typeof pc.createColors> {
  return pc.createColors(isCapable(stream) && !process.env["NO_COLOR"]);
}

/** Writes, and resolves when it is out of our hands: an exit right afterwards loses nothing. */
export function write(stream: Stream, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process[stream].write(data, (error?: Error | null) => error ? reject(error) : resolve());
  });
}

/** Keeps a reader that leaves from ending the process by an event: the write that fails tells of it. */
export function tolerateLostReaders(): () => void {
  const ignore = () => {};
  const streams = [process.stdout, process.stderr];
  for (const stream of streams) stream.on("error", ignore);
  return () => {
    for (const stream of streams) stream.off("error", ignore);
  };
}

/** Whether an error says that whoever read our output has left. */
export function isLostReader(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === "EPIPE";
}
