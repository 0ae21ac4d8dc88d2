/**
 * Giving a WAV file that was written as a stream its true lengths.
 *
 * @module
 */

import { type FileHandle, open } from "node:fs/promises";
import { readWavHeader } from "../pcm.ts";

/** Where the `data` chunk of a WAV file begins must show within this many bytes. */
const HEAD_BYTES = 64 * 1024;

/**
 * Writes the true lengths into the header of a WAV file that was written while its length was not known.
 *
 * @param path The file.
 * @returns How many bytes of samples it holds.
 * @throws {TypeError} when the file does not begin with a WAV header.
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
  const file = await open(path, "r+");
  try {
    return await repairWav(file);
  } finally {
    await file.close();
  }
}

/** Does the work of `repairWavFile` on an open file. */
export async function repairWav(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const { buffer, bytesRead } = await file.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
  const header = readWavHeader(buffer.subarray(0, bytesRead));
  if (header === undefined || header.length === 0) {
    throw new TypeError("The file must begin with a WAV header: RIFF, WAVE, and a data chunk.");
  }
  // The samples are the last chunk; with a length that is known they may be followed by others.
  const dataBytes = Math.min(header.dataBytes, size - header.length);
  if (dataBytes < header.dataBytes) {
    await writeLength(file, 4, size - 8);
    await writeLength(file, header.length - 4, dataBytes);
  }
  return dataBytes;
}

async function writeLength(file: FileHandle, at: number, value: number): Promise<void> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  await file.write(bytes, 0, 4, at);
}
