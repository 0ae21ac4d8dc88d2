import process from "node:process";
import pc from "picocolors";
import { LostReader } from "../errors/classes.ts";

/** The two outputs of the process. */
export type Stream = "stdout" | "stderr";

/** Whether the stream is a terminal. */
export function isTerminal(stream: Stream): boolean {
  return process[stream].isTTY === true;
}

/** Whether the stream can show a bar and colours. */
export function isCapable(stream: Stream): boolean {
  return isTerminal(stream) && process.env["TERM"] !== "dumb";
}

/** Functions that colour a text; without colours they return it unchanged. See https://no-color.org. */
export function colors(stream: Stream): ReturnType<typeof pc.createColors> {
  return pc.createColors(isCapable(stream) && !process.env["NO_COLOR"]);
}

/** The part of Deno that is used. */
interface DenoOutput {
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * Deno's own standard output. Deno's `process.stdout` blocks the whole process while the reader of a pipe takes
 * nothing, so no signal would be handled.
 */
function denoStdout(): DenoOutput | undefined {
  return (globalThis as { readonly Deno?: { readonly stdout?: DenoOutput } }).Deno?.stdout;
}

/** The writes to Deno's standard output follow each other. */
let last: Promise<unknown> = Promise.resolve();

async function writeAll(output: DenoOutput, data: string | Uint8Array): Promise<void> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  for (let at = 0; at < bytes.length;) at += await output.write(bytes.subarray(at));
}

/** On Deno a write to a full disk throws, and later writes to that stream never end. */
const broken = new Map<Stream, unknown>();

/**
 * Writes, and resolves when the system has the data. An exit right afterwards loses nothing.
 *
 * @throws {LostReader} when a pipe or the terminal was closed; the runtime's error for any other failure.
 */
export function write(stream: Stream, data: string | Uint8Array): Promise<void> {
  const output = stream === "stdout" ? denoStdout() : undefined;
  if (output !== undefined) {
    const written = last.then(() => writeAll(output, data));
    last = written.catch(() => {});
    return written.catch((error) => {
      throw explained(error);
    });
  }
  return new Promise((resolve, reject) => {
    if (broken.has(stream)) return reject(broken.get(stream));
    try {
      process[stream].write(data, (error?: Error | null) => {
        if (error) reject(explained(error));
        else resolve();
      });
    } catch (error) {
      broken.set(stream, error);
      reject(error);
    }
  });
}

function explained(error: Error & { readonly code?: unknown }): Error {
  const isLost = error.code === "EPIPE" || error.code === "EIO";
  return isLost ? new LostReader("The reader of our output is gone.", { cause: error }) : error;
}

/** Keeps the event of a lost reader from ending the process. The write that fails reports it. */
export function tolerateLostReaders(): () => void {
  const ignore = () => {};
  const streams = [process.stdout, process.stderr];
  for (const stream of streams) stream.on("error", ignore);
  return () => {
    for (const stream of streams) stream.off("error", ignore);
  };
}
