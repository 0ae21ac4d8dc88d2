/**
 * A store of narrations and batches in a folder, on Deno, Bun and Node. One process can resume the work of another.
 *
 * ```ts
 * import type { Client } from "@tsetsen/sdk";
 * import { narrate } from "@tsetsen/sdk/narration";
 * import { fileStore } from "@tsetsen/sdk/narration/file";
 * import { saveAudio } from "@tsetsen/sdk/file";
 *
 * // The same program, run again, goes on where this one was stopped.
 * async function book(client: Client, text: string, voiceId: string) {
 *   const narration = narrate(client, { text, voiceId }, { store: fileStore("narrations") });
 *   await saveAudio("book.wav", narration);
 * }
 * ```
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, rmdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { codeOf } from "../file/disk.ts";
import { check, checkOptions, describe, FLAG, STRING } from "../lib/rules.ts";
import { read, sync, syncParents, write, writeFile } from "./store/disk.ts";
import { recordsOf } from "./store/plan_records.ts";
import type { Store, StoredRecord } from "./store/store.ts";

export type { Store, StoredRecord } from "./store/store.ts";

/** Options of {@linkcode fileStore}. */
export interface FileStoreOptions {
  /** Whether the audio is kept, too: 48,000 bytes for each second. Default true. */
  readonly audio?: boolean | undefined;
}

/** A {@linkcode Store} in a folder. */
export interface FileStore extends Store {
  /**
   * Deletes the narration and the batch of a key, and their parts, even if another narration in this folder has the
   * same parts. Nothing happens when there is none.
   *
   * @param key The key, as it was given to `narrate` or `batch`.
   */
  remove(key: string): Promise<void>;
}

/**
 * Makes a store in a folder. Processes on one machine, and on machines that share the folder, may use it at the same
 * time. A record is written to a temporary name, flushed to the disk, and renamed to a name that must not exist yet.
 * One of several writers therefore succeeds, and a reader finds a whole record. Files and folders are flushed to the
 * disk (`fsync`) before a promise resolves, if the file system can do it.
 *
 * @param folder The folder. It is made when something is kept.
 * @param options Whether audio is kept.
 * @returns The store. Its keys may hold letters, digits, `_`, `-` and `.`, begin with no dot, and have at most 255 bytes in UTF-8.
 * @throws {TypeError} when a value has the wrong type.
 *
 * @example
 * ```ts
 * import { fileStore } from "@tsetsen/sdk/narration/file";
 *
 * const store = fileStore("narrations", { audio: false });
 * console.assert(store.saveAudio === undefined);
 * ```
 */
export function fileStore(folder: string | URL, options: FileStoreOptions = {}): FileStore {
  if (!(folder instanceof URL) && (typeof folder !== "string" || folder === "")) {
    throw new TypeError(
      `folder must be the path or the file: URL of a folder: got ${describe(folder)}`,
    );
  }
  checkOptions(options, { audio: FLAG });
  const { audio = true } = options;
  const root = folder instanceof URL ? fileURLToPath(folder) : folder;
  let reads = 0;
  const store: FileStore = {
    async load(name) {
      // A record is small. Reading it synchronously takes a tenth of the time of an asynchronous read.
      if (++reads % READS_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
      return readRecord(root, name);
    },
    save: async (name, value, follows) => await saveRecord(root, name, value, follows),
    async remove(key) {
      check("key", key, STRING);
      checkKey(key);
      for (const name of await recordsOf(store, key)) {
        if (name.startsWith("part/")) await rm(place(root, name), REMOVE);
      }
      await rm(`${root}/${key}`, REMOVE);
      // The folder stays when other narrations have parts in it.
      await rmdir(`${root}/${PARTS}`).catch(() => {});
    },
  };
  if (!audio) return store;
  return {
    ...store,
    loadAudio: async (name) => await read(audioPlace(root, name)),
    saveAudio: async (name, bytes) => await writeFile(place(root, name), "audio", bytes),
  };
}

/** The folder of the parts. No key begins with a dot. */
const PARTS = ".parts";
/** The file in the folder of a version. */
const RECORD = "record.json";
const REMOVE = { recursive: true, force: true } as const;
/** After this many records, timers and events get a turn. */
const READS_AT_ONCE = 128;
const KEY = /^[\p{L}\p{N}_-][\p{L}\p{N}_.-]{0,127}$/u;

/** The folder of a record. A name must not lead out of the store's folder. */
function place(root: string, name: string): string {
  const [kind = "", key = "", page, ...more] = name.split("/");
  const isPart = kind === "part" && page === undefined && /^[\da-f]{1,64}(\.\d{1,9})?$/.test(key);
  if (isPart) return `${root}/${PARTS}/${key}`;
  const isHead = (kind === "narration" || kind === "batch") && more.length === 0;
  checkKey(isHead && /^[\da-z]{1,64}$/.test(page ?? kind) ? key : "");
  return `${root}/${key}/${page ?? kind}`;
}

/** The longest name that file systems allow. A Cyrillic letter has two bytes. */
const MAX_NAME_BYTES = 255;

function checkKey(key: string): void {
  if (KEY.test(key) && new TextEncoder().encode(key).length <= MAX_NAME_BYTES) return;
  throw new RangeError(
    "The key of a file store must be 1 to 128 letters, digits, _, - and ., not beginning with a dot, and at most 255 bytes in UTF-8.",
  );
}

/** The file of audio. Version 0.1 kept it next to its state, under the number of the part. */
function audioPlace(root: string, name: string): string {
  const [kind, key, part = ""] = name.split("/");
  if (kind === "part" || !/^\d{1,9}$/.test(part)) return `${place(root, name)}/audio`;
  place(root, name);
  return `${root}/${key}/${part}.pcm`;
}

/** The newest version in the folder of a record; 0 when there is none. */
function newest(folder: string): number {
  try {
    let version = 0;
    for (const name of readdirSync(folder)) {
      if (/^[1-9]\d{0,14}$/.test(name)) version = Math.max(version, Number(name));
    }
    return version;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return 0;
    throw error;
  }
}

function readRecord(root: string, name: string): StoredRecord | undefined {
  const folder = place(root, name);
  for (;;) {
    const version = newest(folder);
    if (version === 0) return readEarlier(root, name);
    try {
      const value = readFileSync(`${folder}/${version}/${RECORD}`, "utf8");
      return { value, version: `${version}` };
    } catch (error) {
      // Another process has saved two newer versions meanwhile.
      if (codeOf(error) !== "ENOENT" || newest(folder) === version) throw error;
    }
  }
}

/** Reads the state that version 0.1 of the SDK kept under a key. */
function readEarlier(root: string, name: string): StoredRecord | undefined {
  const [kind, key, page] = name.split("/");
  if (page !== undefined || kind === "part") return undefined;
  try {
    const value = readFileSync(`${root}/${key}/state.json`, "utf8");
    return JSON.parse(value)?.kind === kind ? { value, version: EARLIER } : undefined;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** The version of a state that version 0.1 kept. */
const EARLIER = "0";

/**
 * Saves a version of a record: a folder with one file, made elsewhere and renamed to the number of the version. On
 * every file system it fails to rename a folder to the name of one that is not empty, so one writer succeeds.
 */
async function saveRecord(
  root: string,
  name: string,
  value: string,
  follows: string | undefined,
): Promise<string | undefined> {
  const folder = place(root, name);
  const before = Number(follows ?? 0);
  if (follows === undefined && readEarlier(root, name) !== undefined) return undefined;
  if (newest(folder) !== before) return undefined;
  const version = before + 1;
  const target = `${folder}/${version}`;
  const temporary = `${folder}/.${crypto.randomUUID()}`;
  let isNew = false;
  await mkdir(temporary, { recursive: true });
  try {
    await write(`${temporary}/${RECORD}`, value);
    await sync(temporary);
    isNew = await renameNew(temporary, target, value);
  } finally {
    if (!isNew) await rm(temporary, REMOVE);
  }
  if (!isNew) return undefined;
  // A writer that missed several versions could take the number of one that was removed.
  if (newest(folder) > version) return undefined;
  await sync(folder);
  if (version === 1) await syncParents(root, folder);
  if (version > 2) await rm(`${folder}/${version - 2}`, REMOVE);
  return `${version}`;
}

/** Renames a folder to a name that must be new. @returns Whether this writer was the one. */
async function renameNew(temporary: string, target: string, value: string): Promise<boolean> {
  for (let tries = 1;; tries++) {
    try {
      await rename(temporary, target);
      return true;
    } catch (error) {
      const there = await read(`${target}/${RECORD}`);
      // The answer to a rename over the network may be lost. The same content then shows that this writer succeeded.
      if (there !== undefined) return new TextDecoder().decode(there) === value;
      // Virus scanners and indexers hold a file for a moment.
      if (tries === 5 || !["EPERM", "EACCES", "EBUSY"].includes(codeOf(error) ?? "")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 * tries));
    }
  }
}
