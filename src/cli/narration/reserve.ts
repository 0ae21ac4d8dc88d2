import { rm } from "node:fs/promises";
import { write } from "../../narration/store/disk.ts";

/** Enough for the records of a part, several times over, on file systems with blocks of 4 kB. */
const RESERVE_BYTES = 65_536;

const NAME = "reserve";

/**
 * Takes a piece of the disk. Freed after a failure, it has room for the id of a paid job, whatever else has filled the disk.
 *
 * @throws {Error} when the disk is full already: before anything is bought.
 */
export async function takeReserve(folder: string): Promise<void> {
  await freeReserve(folder);
  // A file system that compresses gives no room to zeros.
  await write(`${folder}/${NAME}`, crypto.getRandomValues(new Uint8Array(RESERVE_BYTES)));
}

/** Gives it back. */
export async function freeReserve(folder: string): Promise<void> {
  await rm(`${folder}/${NAME}`, { force: true });
}
