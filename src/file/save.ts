/**
 * Audio into a file, whole or not at all.
 *
 * @module
 */

import { type FileHandle, link, lstat, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { wavHeader } from "../audio/wav_writer.ts";
import { notify } from "../contract/log.ts";
import { SpeechStream } from "../audio/speech_stream.ts";
import { repairOpen } from "./repair.ts";

/** Audio to write: a stream or a download of the SDK, or any bytes. */
export type SaveSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array> | Uint8Array;

/** Options of {@linkcode saveAudio}. */
export interface SaveOptions {
  /** Whether an existing file may be replaced. Default false. */
  readonly overwrite?: boolean | undefined;
  /** Is told after each chunk how many bytes have been written, a WAV header included. What it throws or rejects with is ignored. */
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
 * @throws {TypeError} when the path is empty.
 * @throws {Error} with the `code` `"EEXIST"` when the file exists, `"EISDIR"` when it is a folder, `"ENOENT"` when its folder is
 * missing, or of the runtime when it cannot be written. If another program has taken the name in the meantime, the audio, which
 * is complete then, stays under the temporary name that the message tells.
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
  await checkTarget(target, overwrite);
  const temporary = `${target}.${crypto.randomUUID()}.part`;
  const file = await create(temporary, target);
  let bytes: number;
  try {
    try {
      bytes = await write(file, audio, onProgress);
      // On the disk before it has its name: after a crash there is the whole file or none.
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  try {
    if (overwrite) await rename(temporary, target);
    else await publish(temporary, target);
  } catch (error) {
    // It may have been paid for.
    const { message } = error as Error;
    throw problem(error, `${message.replace(/\.$/, "")}: the audio is whole, in ${temporary}.`);
  }
  return { path: target, bytes };
}

/** Sees what is in the way before anything is read, and so paid for. */
async function checkTarget(target: string, overwrite: boolean): Promise<void> {
  if (target === "") throw new TypeError("path must name a file: got an empty string");
  const there = await lstat(target).catch(() => undefined);
  if (there === undefined) return;
  if (!overwrite) {
    throw problem(
      "EEXIST",
      `${target} exists already: choose another name, or give overwrite: true.`,
    );
  }
  const found = await stat(target).catch(() => there);
  if (found.isDirectory()) {
    throw problem("EISDIR", `${target} is a folder: give the name of a file in it.`);
  }
  // A rename would replace a device or a pipe.
  if (!found.isFile() && !found.isSymbolicLink()) {
    throw problem("EEXIST", `${target} is no regular file: give another name.`);
  }
}

async function create(temporary: string, target: string): Promise<FileHandle> {
  try {
    return await open(temporary, "wx+");
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
    throw problem(error, `There is no folder ${dirname(target)} for ${target}: make it first.`);
  }
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
    notify(onProgress, bytes);
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
    const isTaken = code === "EEXIST" || await lstat(target).then(() => true, () => false);
    if (isTaken) throw problem("EEXIST", `${target} exists already`, error);
    // A file system without links: the check comes a moment before, which is the best that it allows.
    await rename(temporary, target);
    return;
  }
  await rm(temporary);
}

/** An error with a runtime's code, or with that of its cause. */
function problem(given: unknown, message: string, cause: unknown = given): Error {
  const code = typeof given === "string" ? given : (given as { code?: unknown }).code;
  const options = cause instanceof Error ? { cause } : undefined;
  return Object.assign(new Error(message, options), { code });
}
