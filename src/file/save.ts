/**
 * Writes audio to a file, whole or not at all.
 *
 * @module
 */

import { checkUnread } from "../audio/unread.ts";
import { isSpoken } from "../call/accepted_jobs.ts";
import { interruptedJobs, recordInterrupted } from "../call/interrupted_jobs.ts";
import { isSafeToRetry, recordPurchases } from "../call/retry.ts";
import { TsetsenError } from "../contract/errors.ts";
import { lstat, stat } from "node:fs/promises";
import { extname, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { reasonOf } from "../lib/abort.ts";
import { check, checkOptions, FLAG, FUNCTION, type Rules, SIGNAL, STRING } from "../lib/rules.ts";
import {
  codeOf,
  problem,
  publish,
  renamePatiently,
  syncFile,
  syncFolder,
  targetOf,
} from "./disk.ts";
import { isPaidStream, PartFile } from "./part_file.ts";
import {
  checkEncoding,
  encodeFile,
  type EncodingOptions,
  formatOfName,
  isWavEnding,
  largeWav,
} from "./encoded.ts";
import {
  CancelledRead,
  isBoughtByReading,
  isOwnRaw,
  type OwnAudio,
  type SaveSource,
  writeAudio,
  WriteError,
  type Written,
} from "./write.ts";

const RULES: Rules<keyof SaveOptions> = {
  overwrite: FLAG,
  onProgress: FUNCTION,
  signal: SIGNAL,
  bitrate: true,
  title: true,
  chapters: true,
  large: true,
};

/** Options of {@linkcode saveAudio}. */
export interface SaveOptions extends EncodingOptions {
  /** Whether an existing file may be replaced. Default false. */
  readonly overwrite?: boolean | undefined;
  /**
   * Receives after each chunk how many bytes have been written, with the WAV header. Audio to be encoded is written as
   * WAV first, and those bytes count. What it throws or rejects with is ignored. Default: none.
   */
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
 * Writes audio to a file. It writes a temporary file in the same folder, and renames it when it is complete, so there
 * is never half a file under the final name. A symbolic link stays a link, and the file that it leads to is replaced.
 *
 * Bare PCM becomes a WAV file with true lengths: audio of this package under any name, your own bytes when the name
 * ends in `.wav`. A WAV gets true lengths if its header has none. Under a name that ends in `.wav` nothing else is
 * saved. Under the ending of a format that cannot be written (`.m4a`, `.ogg` and the like) bare PCM of this package is
 * refused before it is bought.
 *
 * Under a name that ends in `.mp3`, `.flac` or `.aac`, PCM and WAV are encoded by the packages that
 * `@tsetsen/sdk/encode` names. They are tried before anything is bought. Audio that has this format already is written
 * as it is, and audio of a third format is refused. The audio is first written as a WAV in the same folder, 173 MB an
 * hour, which is removed at the end. When the encoder fails, the whole WAV stays, and the error says where.
 *
 * Under other names everything else is written as it is.
 *
 * When a paid stream breaks off, the audio that had come stays in the same folder as a WAV, and the error says where:
 * see {@linkcode keptAudio}. When the file of a job's audio cannot be written, {@linkcode interruptedJobs} of the error
 * has the id of the job, and `client.job(requestId).audio()` fetches the audio again without another charge.
 *
 * @param path The file to write.
 * @param audio What to write. It is not read when the file exists already, so nothing is bought in vain.
 * @param options Whether to overwrite, progress, and how to encode.
 * @returns The path and the length.
 * @throws {TypeError} when the path is empty; when the audio has been read already, gives something else than bytes, or
 * holds nothing; when your own bytes are neither WAV nor PCM nor of the format of the name, or the audio was encoded in
 * another format; when an option does not go with the ending of the name.
 * @throws {RangeError} when an option is out of its range; when the audio is known to be longer than 4 GiB, under a name that
 * ends in `.wav`.
 * @throws {TsetsenError} with the `code` `"encoder_missing"` or `"encoder_failed"` when the audio cannot be encoded.
 * @throws {ServerError} when the audio of a job is neither WAV nor PCM nor of the format of the name, or is cut short.
 * @throws {Error} with the `code` `"EEXIST"` and the `path` when the file exists, `"EISDIR"` when it is a folder,
 * `"ENOENT"` when its folder is missing, `"ENAMETOOLONG"` when the name is too long for the file system (Linux: 255
 * bytes, 127 Cyrillic letters), or with a code of the runtime when the file cannot be written. If all of the audio had
 * come, for example because another program took the final name meanwhile, it stays under the temporary name, which the
 * message names. The message also says when the disk may have lost a part of it.
 * @throws {DOMException} of the name `"AbortError"` when somebody cancels the audio before its end.
 * @throws {unknown} The signal's own reason when it aborts, or what the audio itself fails with. The temporary file is removed
 * then, unless it holds paid audio that cannot be fetched again.
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
  try {
    return await save(path, audio, options);
  } catch (error) {
    // An error of the file does not name the job, which is paid for.
    const { requestId } = Object(audio) as OwnAudio;
    const isKnown = interruptedJobs(error).some((job) => job.requestId === requestId);
    if (requestId !== undefined && !isKnown && !(error instanceof TsetsenError)) {
      const job = { requestId, charged: "yes", billable: isSpoken(requestId) } as const;
      recordInterrupted(error, job, options?.signal);
    }
    throw error;
  }
}

async function save(
  path: string | URL,
  audio: SaveSource,
  options: SaveOptions,
): Promise<SavedAudio> {
  checkOptions(options, RULES);
  if (!(path instanceof URL)) check("path", path, STRING);
  const named = path instanceof URL ? fileURLToPath(path) : path;
  const { overwrite = false, onProgress, signal } = options;
  if (signal?.aborted) throw reasonOf(signal);
  const target = await checkTarget(named, overwrite);
  checkUnread(audio);
  const ending = extname(named).toLowerCase();
  const isWav = isWavEnding(ending);
  const format = formatOfName(ending);
  await checkEncoding(format, ending, audio, options);
  let part = await PartFile.create(target);
  let written: Written;
  try {
    const wanted = isWav ? "wav" : format;
    const source = isWav && options.large ? largeWav(audio) : audio;
    written = await writeAudio(part.handle, source, wanted, onProgress, signal);
  } catch (error) {
    const { size } = await part.handle.stat();
    const isOurs = error instanceof WriteError || error instanceof CancelledRead;
    const reason = isOurs ? error.cause : error;
    const isBought = isBoughtByReading(audio);
    if (isOurs && isBought) recordPurchases(reason);
    // Even if the disk is full, the paid audio that had come is there.
    const isPaid = error instanceof WriteError
      ? isOwnRaw(audio)
      : isPaidStream(reason) || (isBought && !isSafeToRetry(reason));
    if (!isPaid || size === 0) await part.remove();
    throw isPaid && size > 0 ? await part.keep(reason) : reason;
  }
  if (format !== undefined && written.isWav) {
    ({ part, written } = await encodeFile(part, target, format, audio, options));
  }
  let isOnDisk = false;
  try {
    // It is on the disk before it has its name, so after a crash there is the whole file or none.
    await syncFile(part.handle);
    isOnDisk = true;
    await part.handle.close();
    if (overwrite) await renamePatiently(part.path, target);
    else await publish(part.path, target);
  } catch (error) {
    await part.handle.close().catch(() => {});
    // It may have been paid for.
    const { message } = error as Error;
    const what = isOnDisk
      ? "the audio is whole"
      : "all of the audio was written, and the disk may have lost a part of it";
    const failure = problem(error, `${message.replace(/\.$/, "")}: ${what}, in ${part.path}.`);
    if (isBoughtByReading(audio)) recordPurchases(failure);
    throw failure;
  }
  await syncFolder(target);
  return { path: named, bytes: written.bytes };
}

/** Checks what is in the way before anything is read and paid for. Returns the file to replace. */
async function checkTarget(named: string, overwrite: boolean): Promise<string> {
  if (named === "") throw new TypeError("path must name a file: got an empty string");
  if (named.endsWith("/") || named.endsWith(sep)) {
    throw problem("EISDIR", `${named} is the name of a folder: give the name of a file in it.`);
  }
  let there;
  try {
    there = await lstat(named);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT") return named;
    if (code !== "ENAMETOOLONG") throw error;
    throw problem(error, `${named} must be a name that the file system takes: give a shorter one.`);
  }
  const folder = () => problem("EISDIR", `${named} is a folder: give the name of a file in it.`);
  if (there.isDirectory()) throw folder();
  if (!overwrite) {
    throw problem(
      "EEXIST",
      `${named} exists already: choose another name, or give overwrite: true.`,
      { path: named },
    );
  }
  const target = there.isSymbolicLink() ? await targetOf(named) : named;
  let found;
  try {
    found = await stat(target);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return target;
    throw error;
  }
  if (found.isDirectory()) throw folder();
  // A rename would replace a device or a pipe.
  if (!found.isFile()) {
    throw problem("EEXIST", `${named} is no regular file: give another name.`);
  }
  return target;
}
