/**
 * Where states and audio are kept, so that another process can go on.
 *
 * Implement `load` and `save` for any storage; with `loadAudio` and `saveAudio`, too, nothing is downloaded twice, and
 * narrations by stream can be resumed.
 */
export interface Store {
  /**
   * Reads a state.
   *
   * @param key Its name.
   * @returns What `save` was given last under that name; `undefined` when there is nothing.
   */
  load(key: string): Promise<unknown>;
  /**
   * Keeps a state in place of the one before. It is a JSON value without the API key and without the text. When the promise
   * resolves, the state must have survived: a part is submitted only afterwards.
   *
   * @param key Its name.
   * @param state The state.
   */
  save(key: string, state: unknown): Promise<void>;
  /**
   * Reads the audio of a part.
   *
   * @param key The name of the state.
   * @param part The index of the part, from 0.
   * @returns What `saveAudio` was given; `undefined` when there is nothing.
   */
  loadAudio?(key: string, part: number): Promise<Uint8Array | undefined>;
  /**
   * Keeps the audio of a part.
   *
   * @param key The name of the state.
   * @param part The index of the part, from 0.
   * @param audio The bytes: PCM for a narration.
   */
  saveAudio?(key: string, part: number, audio: Uint8Array): Promise<void>;
}

/** A {@linkcode Store} in memory. */
export interface MemoryStore extends Required<Store> {
  /** Forgets a state and its audio. */
  remove(key: string): Promise<void>;
}

/**
 * A store that lives as long as the process: a narration that failed can be resumed within it.
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
 *       if (tries === 3) throw error; // what was paid for is bought no second time
 *     }
 *   }
 * }
 * ```
 */
export function memoryStore(): MemoryStore {
  const states = new Map<string, string>();
  const audio = new Map<string, Map<number, Uint8Array>>();
  // In promises of their own, so that what is thrown is a rejection.
  return {
    load: (key) => Promise.resolve(parse(states.get(key))),
    save: (key, state) => Promise.resolve(void states.set(key, JSON.stringify(state))),
    loadAudio: (key, part) => Promise.resolve(audio.get(key)?.get(part)),
    saveAudio: (key, part, bytes) => {
      const parts = audio.get(key) ?? new Map<number, Uint8Array>();
      audio.set(key, parts.set(part, bytes.slice()));
      return Promise.resolve();
    },
    remove: (key) => {
      states.delete(key);
      audio.delete(key);
      return Promise.resolve();
    },
  };
}

function parse(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}
