/**
 * What a store must do.
 *
 * @module
 */

/** A record in a store, and its version. */
export interface StoredRecord {
  /** What `save` was given. */
  readonly value: string;
  /** The version that `save` made: an entity tag, a version stamp or a number, as a string. */
  readonly version: string;
}

/**
 * Where narrations and batches keep what they have bought: small records with versions, and audio.
 *
 * Any key-value service with a conditional write can be a store. `docs/stores.md` has examples, and {@linkcode checkStore}
 * checks an implementation. Names hold ASCII letters, digits, `.`, `-`, `_` and `/`, and the `key` that the caller gave. A value
 * has at most 60,000 bytes in UTF-8. It holds neither the API key nor the text.
 */
export interface Store {
  /**
   * Reads a record.
   *
   * @param name Its name.
   * @returns The record; `undefined` when there is none. A record that `save` has kept is seen by every later `load`, in every process.
   */
  load(name: string): Promise<StoredRecord | undefined>;
  /**
   * Saves a record if its present version is the one that the caller has seen. It must compare and write in one step:
   * of several writers that follow one version exactly one succeeds. When the promise resolves, the record must survive
   * a power cut, because a part is submitted only afterwards.
   *
   * @param name Its name.
   * @param value The new value.
   * @param follows The version that the value follows; `undefined` when there must be no record yet.
   * @returns The new version; `undefined` (or `null`) when the present version is another one, and nothing was written.
   */
  save(name: string, value: string, follows: string | undefined): Promise<string | undefined>;
  /**
   * Reads audio. Optional. Without it, audio of jobs is downloaded again, which costs nothing, and audio of streams
   * cannot be resumed.
   *
   * @param name The name of the part.
   * @returns What `saveAudio` was given last; `undefined` when there is none.
   */
  loadAudio?(name: string): Promise<Uint8Array | undefined>;
  /**
   * Saves audio, and replaces the audio before. Optional.
   *
   * @param name The name of the part.
   * @param audio The bytes, 48,000 for each second.
   */
  saveAudio?(name: string, audio: Uint8Array): Promise<void>;
}
