import { open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { renamePatiently, syncFile } from "../../file/disk.ts";
import { sync } from "../../narration/store/disk.ts";

/**
 * Replaces a file. After a power cut there is the old content or the new one, never half of one. The file and its
 * folder are on the disk when the promise resolves, if the file system can do that.
 *
 * @param path The file. Only its owner may read it.
 * @param text The new content.
 */
export async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.new`;
  try {
    await createDurably(temporary, text);
    await renamePatiently(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await sync(dirname(path));
}

/** Creates a file that must not exist yet, and syncs it. Only its owner may read it. */
export async function createDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await syncFile(file);
  } finally {
    await file.close();
  }
}
