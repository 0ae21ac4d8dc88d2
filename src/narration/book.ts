import type { Purchase } from "./state.ts";
import type { Store } from "./store.ts";

/** The books of a run: what is known about each purchase, kept in the store after each step. */
export class Book {
  readonly #purchases: Purchase[];
  readonly #snapshot: () => unknown;
  readonly #store: Store | undefined;
  readonly #key: string;
  readonly #changed: (index: number, before: Purchase, after: Purchase) => void;
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  /**
   * @param snapshot Makes the state that is kept.
   * @param changed Is told of each change.
   */
  constructor(
    purchases: readonly Purchase[],
    snapshot: (purchases: readonly Purchase[]) => unknown,
    store: Store | undefined,
    key: string,
    changed: (index: number, before: Purchase, after: Purchase) => void,
  ) {
    this.#purchases = [...purchases];
    this.#snapshot = () => snapshot(this.#purchases);
    this.#store = store;
    this.#key = key;
    this.#changed = changed;
  }

  /** What is known about each purchase now. */
  get purchases(): readonly Purchase[] {
    return this.#purchases;
  }

  /** What is known about one purchase now. */
  at(index: number): Purchase {
    return this.#purchases[index] ?? { status: "pending" };
  }

  /** Writes down what is known now. When it resolves, it is kept. */
  set(index: number, purchase: Purchase): Promise<void> {
    const before = this.at(index);
    this.#purchases[index] = purchase;
    this.#changed(index, before, purchase);
    return this.save();
  }

  /** Keeps the state. A save that waits for the one before takes along all that changes until it begins. */
  save(): Promise<void> {
    const store = this.#store;
    if (store === undefined) return Promise.resolve();
    return this.#next ??= this.#current.catch(() => {}).then(() => {
      this.#next = undefined;
      return this.#current = store.save(this.#key, this.#snapshot());
    });
  }

  /** The audio that the store has of a part. */
  async load(index: number): Promise<Uint8Array | undefined> {
    const audio = await this.#store?.loadAudio?.(this.#key, index);
    // What another program cut short or swapped is not what was paid for.
    return audio?.length === this.at(index).bytes ? audio : undefined;
  }

  /** Has the store keep the audio of a part. */
  async keep(index: number, audio: () => Uint8Array): Promise<void> {
    if (this.#store?.saveAudio) await this.#store.saveAudio(this.#key, index, audio());
  }
}
