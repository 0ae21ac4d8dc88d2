/**
 * Operations on files that file systems may refuse, for a moment or for good.
 *
 * @module
 */

import { fsync } from "node:fs";
import {
  type FileHandle,
  link,
  lstat,
  open,
  readlink,
  realpath,
  rename,
  rm,
} from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { isError } from "../lib/is_error.ts";

/** An error of the runtime, by its code. */
export function codeOf(error: unknown): string | undefined {
  return (error as { readonly code?: string } | undefined)?.code;
}

/** What an error of a file knows besides its message. */
export interface ProblemFacts {
  /** The error that caused it. Default: the one that was given. */
  readonly cause?: unknown;
  /** The file that stands in the way, and that may be replaced. */
  readonly path?: string;
}

/** Makes an error with a code of the runtime, or with the code of its cause. */
export function problem(
  given: unknown,
  message: string,
  { cause = given, ...facts }: ProblemFacts = {},
): Error {
  const code = typeof given === "string" ? given : codeOf(given);
  const options = isError(cause) ? { cause } : undefined;
  return Object.assign(new Error(message, options), { code, ...facts });
}

/** The waits before a rename is tried again, in milliseconds: a virus scanner or an indexer has the file meanwhile. */
const RENAME_DELAYS_MS = [20, 50, 100, 200, 400, 800];

/** Renames a file. A refusal that may pass is tried again for a second and a half. */
export async function renamePatiently(from: string, to: string): Promise<void> {
  for (const delay of [...RENAME_DELAYS_MS, undefined]) {
    try {
      return await rename(from, to);
    } catch (error) {
      const mayPass = ["EPERM", "EBUSY", "EACCES"].includes(codeOf(error) ?? "");
      if (!mayPass || delay === undefined) throw error;
      await new Promise((done) => setTimeout(done, delay));
    }
  }
}

/** Gives a file its final name, unless another one has it. */
export async function publish(temporary: string, target: string): Promise<void> {
  try {
    // A link fails where the name is taken; a rename would replace the other file.
    await link(temporary, target);
  } catch (error) {
    const isTaken = codeOf(error) === "EEXIST" || await exists(target);
    if (isTaken) throw problem("EEXIST", `${target} exists already`, { cause: error });
    // On a file system without links, the check a moment before must do.
    return await renamePatiently(temporary, target);
  }
  // The file has its name. A temporary file that cannot be removed is only litter.
  await rm(temporary).catch(() => {});
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(() => true, () => false);
}

/**
 * The codes of file systems without fsync, such as FUSE, SMB and NFS. The file is written all the same. With other
 * errors it may be lost.
 */
const NO_SYNC = [
  ...["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"],
  ...["EPERM", "EACCES", "EROFS", "EBADF", "EISDIR"],
];

/** Waits until a file is on the disk, if the file system can tell. */
export async function syncFile(file: FileHandle): Promise<void> {
  try {
    await flush(file);
  } catch (error) {
    if (!NO_SYNC.includes(codeOf(error) ?? "")) throw error;
  }
}

/** The file handles of Yarn's Plug'n'Play cannot sync: they throw an error without a code. Their descriptors can. */
async function flush(file: FileHandle): Promise<void> {
  try {
    await file.sync();
  } catch (error) {
    if (codeOf(error) !== undefined) throw error;
    await promisify(fsync)(file.fd);
  }
}

/** Waits until the name of a file is on the disk, because a power cut may lose it. Not every system can do it. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(dirname(path), "r");
    try {
      await flush(folder);
    } finally {
      await folder.close();
    }
  } catch {
    // Windows opens no folders. The file itself has been written.
  }
}

/** The most links that are followed. More are a loop. */
const MAX_LINKS = 40;

/** The file that a symbolic link leads to. It need not exist. */
export async function targetOf(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < MAX_LINKS; links++) {
    try {
      return await realpath(target);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
    }
    const next = await readlink(target).catch(() => undefined);
    if (next === undefined) return target;
    target = resolve(dirname(target), next);
  }
  throw problem("ELOOP", `${path} is a link that leads to itself: give another name.`);
}
