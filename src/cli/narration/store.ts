import { type FileStore, fileStore } from "../../narration/file_store.ts";
import { type NarrationState, savedNarration } from "../../narration/mod.ts";
import { NARRATION } from "./order.ts";

/** The store of the one narration that a state folder keeps. */
export interface NarrationStore {
  /** The store, for `narrate`. */
  readonly store: FileStore;
  /** Reads the state; `undefined` when there is none. */
  load(): Promise<NarrationState | undefined>;
  /** Deletes the state and its audio. */
  remove(): Promise<void>;
}

/** Opens the store in a folder. */
export function openStore(folder: string): NarrationStore {
  const store = fileStore(folder);
  return {
    store,
    load: () => savedNarration(store, NARRATION),
    remove: () => store.remove(NARRATION),
  };
}
