/**
 * The file that audio is written to until it is complete.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { interruptedJobs } from "../call/interrupted_jobs.ts";
import { memory } from "../call/memory.ts";
import { isSafeToRetry, recordPurchases } from "../call/retry.ts";
import { TsetsenError } from "../contract/errors.ts";
import { problem } from "./disk.ts";
import { repairOpen } from "./repair.ts";

/** How many bytes of the final name the temporary name has, because file systems allow 255. */
const STEM_BYTES = 100;

/**
 * The files that {@linkcode saveAudio} kept when paid audio broke off. A {@linkcode TsetsenError} also names its file
 * in the message; the reason of an aborted signal cannot. It never throws.
 *
 * @param error What `saveAudio` rejected with.
 * @returns The paths of WAV files with the audio that had come; empty when there are none.
 *
 * @example
 * ```ts
 * import type { Client } from "@tsetsen/sdk";
 * import { keptAudio, saveAudio } from "@tsetsen/sdk/file";
 *
 * async function save(client: Client, text: string, voiceId: string, signal: AbortSignal) {
 *   try {
 *     await saveAudio("speech.wav", client.streamSpeech({ text, voiceId }, { signal }));
 *   } catch (error) {
 *     console.warn("paid, and kept:", keptAudio(error));
 *     throw error;
 *   }
 * }
 * ```
 */
export function keptAudio(error: unknown): readonly string[] {
  return [...memory().files.get(error as object) ?? []];
}

/** A temporary file in the folder of the final one. */
export class PartFile {
  /** Where it is. */
  readonly path: string;
  /** The file, open. */
  readonly handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.handle = handle;
  }

  /** Creates the file. */
  static async create(target: string): Promise<PartFile> {
    const path = join(dirname(target), `${stemOf(target)}.${crypto.randomUUID().slice(0, 8)}.part`);
    try {
      return new PartFile(path, await open(path, "wx+"));
    } catch (error) {
      if ((error as { code?: string }).code !== "ENOENT") throw error;
      throw problem(error, `There is no folder ${dirname(target)} for ${target}: make it first.`);
    }
  }

  /** Removes the file. */
  async remove(): Promise<void> {
    await this.handle.close().catch(() => {});
    // The error because of which it is removed says more than this one.
    await rm(this.path, { force: true }).catch(() => {});
  }

  /**
   * Keeps the file as a WAV, with the paid audio that has come.
   *
   * @returns The error to reject with: the same error, with the path in its message if it is one of this package.
   */
  async keep(error: unknown): Promise<unknown> {
    // A header without its lengths is better than no file.
    await repairOpen(this.handle).catch(() => {});
    await this.handle.close().catch(() => {});
    const wav = `${this.path}.wav`;
    const path = await rename(this.path, wav).then(() => wav, () => this.path);
    const named = naming(error, path);
    if ((typeof named === "object" || typeof named === "function") && named !== null) {
      memory().files.set(named, [...keptAudio(named), path]);
    }
    return named;
  }
}

/** Whether an error interrupted audio that was paid for and has no id to fetch it by: a stream. */
export function isPaidStream(error: unknown): boolean {
  return interruptedJobs(error).some(({ requestId, charged }) =>
    requestId === undefined && charged === "yes"
  );
}

/** Adds the path to the message of an error of this package. Other errors, such as a signal's reason, stay as they are. */
function naming(error: unknown, path: string): unknown {
  if (!(error instanceof TsetsenError)) return error;
  const Class = error.constructor as typeof TsetsenError;
  const message = `${error.rawMessage.replace(/\.$/, "")}. What had come is in ${path}.`;
  const named = new Class(message, { ...error, cause: error });
  if (!isSafeToRetry(error)) recordPurchases(named);
  return named;
}

/** Whether a name is that of a temporary file of `target`, which a process that was killed may have left. */
export function isPartOf(name: string, target: string): boolean {
  const stem = `${stemOf(target)}.`;
  return name.startsWith(stem) && /^[\da-f]{8}\.part$/.test(name.slice(stem.length));
}

/** The start of a file's name, cut between characters. A hash distinguishes names that differ behind the cut. */
function stemOf(target: string): string {
  const name = basename(target);
  let stem = "";
  let bytes = 0;
  for (const character of name) {
    bytes += new TextEncoder().encode(character).length;
    if (bytes > STEM_BYTES) {
      return `${stem}~${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
    }
    stem += character;
  }
  return stem;
}
