/**
 * Writes true lengths into a WAV file that was written as a stream.
 *
 * @module
 */

import { type FileHandle, open } from "node:fs/promises";
import { MAX_HEADER_BYTES } from "../audio/wav/wav_reader.ts";
import { check, STRING } from "../lib/rules.ts";
import { type Mended, mendHeader } from "../audio/wav/wav_repair.ts";

/**
 * Writes the true lengths into the header of a WAV file that was written while its length was not known, or that was cut
 * short. Half a sample at its end is cut off.
 *
 * @param path The file.
 * @returns How many bytes of samples it holds.
 * @throws {TypeError} when the path is neither a string nor a URL, or the file does not begin with a WAV header.
 * @throws {Error} of the runtime, with its `code`, when the file cannot be read or written.
 *
 * @example
 * ```ts
 * import { repairWavFile } from "@tsetsen/sdk/file";
 *
 * async function repair(path: string) {
 *   console.log(`${(await repairWavFile(path)) / 48_000} s`);
 * }
 * ```
 */
export async function repairWavFile(path: string | URL): Promise<number> {
  if (!(path instanceof URL)) check("path", path, STRING);
  const file = await open(path, "r+");
  try {
    return (await repairOpen(file)).bytes;
  } finally {
    await file.close();
  }
}

/** Does the work of `repairWavFile` on an open file. */
export async function repairOpen(file: FileHandle): Promise<Mended> {
  const { size } = await file.stat();
  const head = await readHead(file);
  const mended = mendHeader(head, size);
  await file.write(head, 0, mended.from, 0);
  if (mended.end !== size) await file.truncate(mended.end);
  return mended;
}

/** The start of a file, up to the length of the longest header. */
export async function readHead(file: FileHandle): Promise<Uint8Array> {
  const head = new Uint8Array(MAX_HEADER_BYTES);
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  return head.subarray(0, bytesRead);
}
