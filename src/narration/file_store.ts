/**
 * A store of narrations and batches in a folder, on Deno, Bun and Node: a process that was killed can be resumed by another.
 *
 * ```ts
 * import type { Client } from "@tsetsen/sdk";
 * import { narrate } from "@tsetsen/sdk/narration";
 * import { fileStore } from "@tsetsen/sdk/narration/file";
 * import { saveAudio } from "@tsetsen/sdk/file";
 *
 * // The same program again goes on where this one was stopped.
 * async function book(client: Client, text: string, voiceId: string) {
 *   const narration = narrate(client, { text, voiceId }, { store: fileStore("narrations") });
 *   await saveAudio("book.wav", narration);
 * }
 * ```
 *
 * @module
 */

import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Store } from "./store.ts";

export type { Store } from "./store.ts";

/** Options of {@linkcode fileStore}. */
export interface FileStoreOptions {
  /** Whether the audio is kept, too: 48,000 bytes a second. Default true. */
  readonly audio?: boolean | undefined;
}

/** A {@linkcode Store} in a folder. */
export interface FileStore extends Store {
  /**
   * Deletes a state and its audio. It is no error when there is nothing.
   *
   * @param key Its name.
   */
  remove(key: string): Promise<void>;
}

/**
 * A store in a folder: `KEY/state.json`, and `KEY/PART.pcm` for the audio. Each file is written beside its place and then
 * renamed, after it has reached the disk: there is the old one or the new one, never half of one.
 *
 * @param folder The folder; it is made when something is kept.
 * @param options Whether audio is kept.
 * @returns The store. Its keys may hold letters, digits, `_`, `-` and `.`.
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
  const root = folder instanceof URL ? fileURLToPath(folder) : folder;
  const place = (key: string) => {
    // A key from outside must not lead out of the folder.
    if (!/^[\p{L}\p{N}_-][\p{L}\p{N}_.-]{0,127}$/u.test(key)) {
      throw new RangeError(
        "The key of a file store must be 1 to 128 letters, digits, _, - and ., not beginning with a dot.",
      );
    }
    return `${root}/${key}`;
  };
  const store: FileStore = {
    async load(key) {
      const bytes = await read(`${place(key)}/state.json`);
      return bytes && JSON.parse(new TextDecoder().decode(bytes));
    },
    save: async (key, state) => await write(place(key), "state.json", JSON.stringify(state)),
    remove: async (key) => await rm(place(key), { recursive: true, force: true }),
  };
  if (options.audio === false) return store;
  return {
    ...store,
    loadAudio: async (key, part) => await read(`${place(key)}/${part}.pcm`),
    saveAudio: async (key, part, audio) => await write(place(key), `${part}.pcm`, audio),
  };
}

async function read(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}

async function write(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = `${folder}/${name}`;
  const temporary = `${path}.${crypto.randomUUID()}.part`;
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
