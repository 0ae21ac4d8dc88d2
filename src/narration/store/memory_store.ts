/**
 * A store in memory.
 *
 * @module
 */

import { recordsOf } from "./plan_records.ts";
import type { Store, StoredRecord } from "./store.ts";

/** A {@linkcode Store} in memory. */
export interface MemoryStore extends Required<Store> {
  /**
   * Deletes the narration and the batch of a key, and their parts. Nothing happens when there is none.
   *
   * @param key The key.
   */
  remove(key: string): Promise<void>;
}

/**
 * Makes a store that lives as long as the process, in which a failed narration can be resumed.
 *
 * @returns The store, empty.
 *
 * @example
 * ```ts
 * import type { Client } from "@tsetsen/sdk";
 * import { memoryStore, narrate } from "@tsetsen/sdk/narration";
 *
 * async function patient(client: Client, text: string, voiceId: string) {
 *   const store = memoryStore();
 *   for (let tries = 1;; tries++) {
 *     try {
 *       return await narrate(client, { text, voiceId }, { store }).wav();
 *     } catch (error) {
 *       if (tries === 3) throw error; // the next try buys only what is missing
 *     }
 *   }
 * }
 * ```
 */
export function memoryStore(): MemoryStore {
  const records = new Map<string, StoredRecord>();
  const audio = new Map<string, Uint8Array>();
  let saves = 0;
  const store: MemoryStore = {
    load: (name) => Promise.resolve(records.get(name)),
    save: (name, value, follows) => {
      if (records.get(name)?.version !== follows) return Promise.resolve(undefined);
      const version = `${++saves}`;
      records.set(name, { value, version });
      return Promise.resolve(version);
    },
    loadAudio: (name) => Promise.resolve(audio.get(name)),
    saveAudio: (name, bytes) => {
      audio.set(name, bytes.slice());
      return Promise.resolve();
    },
    remove: async (key) => {
      for (const name of await recordsOf(store, key)) {
        records.delete(name);
        audio.delete(name);
      }
    },
  };
  return store;
}
