/**
 * Writes files and folders that survive a power cut.
 *
 * @module
 */

import { mkdir, open, readFile, rm } from "node:fs/promises";
import { codeOf, renamePatiently, syncFile } from "../../file/disk.ts";

/** Reads a file; `undefined` when there is none. */
export async function read(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Writes a file under a temporary name, and renames it. A reader finds the old file or the new one, never half of one. */
export async function writeFile(folder: string, name: string, content: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = `${folder}/.${crypto.randomUUID()}`;
  try {
    await write(temporary, content);
    await renamePatiently(temporary, `${folder}/${name}`);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await sync(folder);
}

/** Writes a new file, and flushes it to the disk. */
export async function write(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(content);
    await syncFile(file);
  } finally {
    await file.close();
  }
}

/** Flushes a folder to the disk. Without it a power cut may lose a new name. */
export async function sync(folder: string): Promise<void> {
  let file;
  try {
    file = await open(folder, "r");
  } catch {
    // Windows opens no folders, and its journal keeps names.
    return;
  }
  try {
    await syncFile(file);
  } finally {
    await file.close();
  }
}

/** Flushes the folders above one that is new. */
export async function syncParents(root: string, folder: string): Promise<void> {
  for (let at = folder; at.length > root.length;) {
    at = at.slice(0, at.lastIndexOf("/"));
    await sync(at);
  }
  await sync(`${root}/..`);
}
