/** Audio that can be ended from outside, also while a read is pending. */
interface Cancellable {
  cancel?(): Promise<void>;
}

/**
 * Runs a generator that reads audio. Nothing happens before the first `next()`. `return()` ends the audio first, because a
 * generator's own `return()` waits behind a pending `next()`; that one is then done at once.
 */
export class EncodeRun implements AsyncIterator<Uint8Array, void, void> {
  readonly #audio: Cancellable;
  readonly #items: AsyncGenerator<Uint8Array, void, void>;
  #isLeft = false;
  #leave: () => void = () => {};
  readonly #left: Promise<void>;

  /** @param work The work. It is given a function that throws once the run has been left. */
  constructor(
    audio: object,
    work: (check: () => void) => AsyncGenerator<Uint8Array, void, void>,
  ) {
    this.#audio = audio as Cancellable;
    this.#left = new Promise((resolve) => this.#leave = resolve);
    this.#items = work(() => {
      if (this.#isLeft) throw new DOMException("The audio was cancelled.", "AbortError");
    });
  }

  /** The next chunk. */
  async next(): Promise<IteratorResult<Uint8Array, void>> {
    const done: IteratorResult<Uint8Array, void> = { done: true, value: undefined };
    if (this.#isLeft) return done;
    const left = this.#left.then(() => done);
    return await Promise.race([this.#items.next(), left]).catch((error) => {
      if (this.#isLeft) return done;
      throw error;
    });
  }

  /** Ends the audio and the encoder. */
  async return(): Promise<IteratorResult<Uint8Array, void>> {
    this.#isLeft = true;
    this.#leave();
    const closed = this.#items.return().catch(() => {});
    if (typeof this.#audio.cancel === "function") {
      await this.#audio.cancel();
      // Audio of another kind may keep its reader waiting.
      await closed;
    }
    return { done: true, value: undefined };
  }
}
