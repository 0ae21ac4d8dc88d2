/**
 * Audio into a file, whole or not at all.
 *
 * @module
 */

import { type FileHandle, link, open, rename, rm, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { wavHeader } from "../audio.ts";
import { SpeechStream } from "../stream.ts";
import { repairOpen } from "./repair.ts";

/** Audio to write: a stream or a download of the SDK, or any bytes. */
export type SaveSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array> | Uint8Array;

/** Options of {@linkcode saveAudio}. */
export interface SaveOptions {
  /** Whether an existing file may be replaced. Default false. */
  readonly overwrite?: boolean | undefined;
  /** Is told after each chunk how many bytes have been written, a WAV header included. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** What was written. */
export interface SavedAudio {
  /** The file. */
  readonly path: string;
  /** Its length in bytes. */
  readonly bytes: number;
}

/**
 * Writes audio to a file. It is written to a temporary file beside it and takes its name when it is complete: under the
 * final name there is never half a file. The PCM of {@linkcode Client.streamSpeech} becomes a WAV file with true lengths;
 * everything else is written as it is.
 *
 * @param path The file to write.
 * @param audio What to write. It is not read at all when the file exists already: nothing is paid for in vain.
 * @param options Whether to overwrite, and progress.
 * @returns The path and the length.
 * @throws {Error} with the `code` `"EEXIST"` when the file exists, or of the runtime when it cannot be written.
 * @throws {unknown} What the audio itself fails with; the temporary file is removed then.
 *
 * @example
 * ```ts
 * import type { Job } from "@tsetsen/sdk";
 * import { saveAudio } from "@tsetsen/sdk/file";
 *
 * async function save(job: Job) {
 *   await saveAudio("speech.wav", await job.audio(), { overwrite: true });
 * }
 * ```
 */
export async function saveAudio(
  path: string | URL,
  audio: SaveSource,
  options: SaveOptions = {},
): Promise<SavedAudio> {
  const target = path instanceof URL ? fileURLToPath(path) : path;
  const { overwrite = false, onProgress } = options;
  if (!overwrite && await exists(target)) throw alreadyThere(target);
  const temporary = `${target}.${crypto.randomUUID()}.part`;
  const file = await open(temporary, "wx+");
  let bytes: number;
  try {
    try {
      bytes = await write(file, audio, onProgress);
      // On the disk before it has its name: after a crash there is the whole file or none.
      await file.sync();
    } finally {
      await file.close();
    }
    if (overwrite) await rename(temporary, target);
    else await publish(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return { path: target, bytes };
}

async function write(
  file: FileHandle,
  audio: SaveSource,
  onProgress: ((bytes: number) => void) | undefined,
): Promise<number> {
  const isPcm = audio instanceof SpeechStream;
  let bytes = 0;
  const append = async (chunk: Uint8Array) => {
    for (let at = 0; at < chunk.length;) {
      at += (await file.write(chunk, at, chunk.length - at, bytes + at)).bytesWritten;
    }
    bytes += chunk.length;
    onProgress?.(bytes);
  };
  if (isPcm) await append(wavHeader());
  if (audio instanceof Uint8Array) await append(audio);
  else for await (const chunk of audio) await append(chunk);
  if (isPcm) await repairOpen(file);
  return bytes;
}

/** Gives a file its name, unless another one took it meanwhile. */
async function publish(temporary: string, target: string): Promise<void> {
  try {
    // A link fails where the name is taken; a rename would replace the other file.
    await link(temporary, target);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "EEXIST") throw alreadyThere(target, error);
    // A file system without links: the check comes a moment before, which is the best that it allows.
    if (await exists(target)) throw alreadyThere(target, error);
    await rename(temporary, target);
    return;
  }
  await rm(temporary);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

function alreadyThere(path: string, cause?: unknown): Error {
  const message = `${path} exists already: choose another name, or give overwrite: true.`;
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), {
    code: "EEXIST",
  });
}
