import {
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from "node:fs/promises";
import process from "node:process";
import { type FileStore, fileStore } from "../narration/file_store.ts";
import type { Method, NarrationOptions } from "../narration/mod.ts";
import { UsageError } from "./failure.ts";

/** What `say` was asked for: with the state of the narration, all that another process needs to go on, except for the key. */
export interface Order {
  /** The version of this format. */
  readonly format: 1;
  readonly request: {
    readonly text: string;
    readonly voiceId: string;
    readonly speed?: number | undefined;
    readonly version?: string | undefined;
  };
  readonly method: Method;
  /** How the text is cut. */
  readonly parts: Pick<
    NarrationOptions,
    "captions" | "maxCharacters" | "joinParagraphs" | "paragraphs" | "pauses" | "pauseScale"
  >;
  /** Where the audio goes: an absolute path, or `-`. */
  readonly output: string;
  readonly srt?: string | undefined;
  readonly vtt?: string | undefined;
  readonly captionLines: number;
}

/** The name of the narration in its store. */
export const NARRATION = "narration";

/** The folder that keeps an unfinished `say`: `order.json`, the store of the narration, and a lock. */
export class StateFolder {
  readonly path: string;
  readonly store: FileStore;

  private constructor(path: string) {
    this.path = path;
    this.store = fileStore(path);
  }

  /** Opens or makes a folder for this process alone. Two at once would buy everything twice. */
  static async open(path: string): Promise<StateFolder> {
    const names: string[] = await readdir(path).catch((error) => {
      if (error.code === "ENOENT") return [];
      throw new UsageError(`${path} is there, and is no folder that can be read.`);
    });
    if (names.length > 0 && !names.includes("lock") && !names.includes("order.json")) {
      throw new UsageError(`${path} holds other files: give a folder that is new or empty.`);
    }
    await mkdir(path, { recursive: true });
    await lock(`${path}/lock`);
    return new StateFolder(path);
  }

  /** What was asked for; `undefined` in a new folder. */
  async order(): Promise<Order | undefined> {
    const text = await readFile(`${this.path}/order.json`, "utf8").catch((error) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    try {
      const order = JSON.parse(text) as Order;
      if (order.format === 1 && order.request.text && order.request.voiceId && order.output) {
        return order;
      }
    } catch {
      // Told below.
    }
    throw new UsageError(`${this.path}/order.json is not what this version of tsetsen wrote.`);
  }

  /** Keeps what is asked for, the text included: for nobody else's eyes. */
  async keep(order: Order): Promise<void> {
    const path = `${this.path}/order.json`;
    await chmod(this.path, 0o700);
    await writeFile(`${path}.new`, JSON.stringify(order), { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  /** Lets another process have it. What is empty then goes, too. */
  async release(): Promise<void> {
    await rm(`${this.path}/lock`, { force: true });
    await rmdir(this.path).catch(() => {});
  }

  /** Removes what was made here, and nothing else: the folder may be one that the user named. */
  async discard(): Promise<void> {
    await this.store.remove(NARRATION);
    await rm(`${this.path}/order.json`, { force: true });
    await this.release();
  }
}

/** Whether a path leads to a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then((found) => found.isDirectory(), () => false);
}

async function lock(path: string): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await writeFile(path, `${process.pid}`, { flag: "wx" });
    } catch (error) {
      if ((error as { code?: string }).code !== "EEXIST" || tries > 1) throw error;
    }
    const owner = Number(await readFile(path, "utf8").catch(() => ""));
    // After a restart of a container, the number of one that was killed may be our own.
    if (owner !== process.pid && isAlive(owner)) {
      throw new UsageError(
        `Process ${owner} is at work on this narration. If that is another program, delete ${path}.`,
      );
    }
    await rm(path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}
