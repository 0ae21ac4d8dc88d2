import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** What file systems and systems answer that cannot sync a folder or a file: Windows, FUSE, SMB, NFS. */
const CANNOT_SYNC: readonly string[] = [
  ...["EISDIR", "EPERM", "EACCES", "EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EBADF"],
];

/**
 * Replaces a file: after a power cut there is the old content or the new one, never half of one. The file and its folder are on
 * the disk when the promise resolves, where the file system can do that.
 *
 * @param path The file. Only its owner may read it.
 * @param text The new content.
 */
export async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.new`;
  try {
    await createDurably(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Creates a file that must not exist yet, and syncs it. Only its owner may read it. */
export async function createDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync().catch(tolerate);
  } finally {
    await file.close();
  }
}

/** Syncs a folder: the names of its files are on the disk then. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    tolerate(error);
  }
}

function tolerate(error: unknown): void {
  if (!CANNOT_SYNC.includes(`${(error as { readonly code?: unknown }).code}`)) throw error;
}
