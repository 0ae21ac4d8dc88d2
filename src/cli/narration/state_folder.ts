import { chmod, mkdir, readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UsageError } from "../errors/classes.ts";
import { sync } from "../../narration/store/disk.ts";
import { writeDurably } from "./durable.ts";
import { type Lock, lockFolder } from "./lock.ts";
import { type Order, parseOrder } from "./order.ts";
import { freeReserve, takeReserve } from "./reserve.ts";
import { type NarrationStore, openStore } from "./store.ts";

/** The draft of a process that was killed while it wrote the order. It holds the text. */
const DRAFT = /^order\.json\.[\da-f-]{36}\.new$/;

/** The folder of an unfinished `say`: `order.json`, the store of the narration, a lock, and a reserve of the disk. */
export class StateFolder {
  readonly path: string;
  readonly narration: NarrationStore;
  readonly #lock: Lock;

  private constructor(path: string, lock: Lock) {
    this.path = path;
    this.narration = openStore(path);
    this.#lock = lock;
  }

  /**
   * Opens or makes a folder for this process alone.
   *
   * @throws {UsageError} when the folder holds other files, or another process may be at work on it.
   */
  static async open(path: string): Promise<StateFolder> {
    const names: string[] = await readdir(path).catch((error) => {
      if (error.code === "ENOENT") return [];
      if (error.code === "ENAMETOOLONG") {
        throw new UsageError(`${path} is too long a name for a folder: give one by --state.`);
      }
      throw new UsageError(`${path} exists, and is not a folder that can be read.`);
    });
    const isOurs = names.some((name) =>
      /^(order\.json|lock(\..+)?)$/.test(name) || DRAFT.test(name)
    );
    if (names.length > 0 && !isOurs) {
      throw new UsageError(`${path} holds other files: give a folder that is new or empty.`);
    }
    await mkdir(path, { recursive: true, mode: 0o700 });
    await sync(dirname(resolve(path)));
    const folder = new StateFolder(path, await lockFolder(path));
    try {
      for (const name of names) {
        if (DRAFT.test(name)) await rm(`${path}/${name}`, { force: true });
      }
      await takeReserve(path);
    } catch (error) {
      await folder.release();
      throw error;
    }
    return folder;
  }

  /** Reads the order; `undefined` in a new folder. */
  async order(): Promise<Order | undefined> {
    const text = await readFile(`${this.path}/order.json`, "utf8").catch((error) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    const order = parseOrder(text);
    if (order !== undefined) return order;
    throw new UsageError(`${this.path}/order.json is not what this version of tsetsen wrote.`);
  }

  /** Keeps the order, the text included. Only the owner of the folder may read it. */
  async keep(order: Order): Promise<void> {
    await chmod(this.path, 0o700);
    await writeDurably(`${this.path}/order.json`, JSON.stringify(order));
  }

  /** Makes room on the disk for what is not saved yet. Call it after a failure. */
  async makeRoom(): Promise<void> {
    await freeReserve(this.path);
  }

  /** Frees the folder for other processes, and removes it when it is empty. */
  async release(): Promise<void> {
    await freeReserve(this.path);
    await this.#lock.release();
    await rmdir(this.path).catch(() => {});
  }

  /** Removes only the files that were made here, because the user may have named the folder. */
  async discard(): Promise<void> {
    await this.narration.remove();
    await rm(`${this.path}/order.json`, { force: true });
    await this.release();
  }
}

/** Whether a path leads to a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then((found) => found.isDirectory(), () => false);
}
