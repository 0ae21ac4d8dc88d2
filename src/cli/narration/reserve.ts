import { rm } from "node:fs/promises";
import { write } from "../../narration/store/disk.ts";

/** Enough for the records of a part, several times over, on file systems with blocks of 4 kB. */
const RESERVE_BYTES = 65_536;

// A name that only a folder of ours has: a file of the user must not be removed.
const NAME = "lock.reserve";

/**
 * Reserves a piece of the disk. When it is freed after a failure, there is room for the id of a paid job, even if the
 * disk is full.
 *
 * @throws {Error} when the disk is full already: before anything is bought.
 */
export async function takeReserve(folder: string): Promise<void> {
  await freeReserve(folder);
  // Random bytes, because a file system that compresses would reserve nothing for zeros.
  await write(`${folder}/${NAME}`, crypto.getRandomValues(new Uint8Array(RESERVE_BYTES)));
}

/** Frees the reserve. */
export async function freeReserve(folder: string): Promise<void> {
  await rm(`${folder}/${NAME}`, { force: true });
}
