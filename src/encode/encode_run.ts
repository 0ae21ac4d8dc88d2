import type { OpenAudio } from "../audio/open_audio.ts";
import { domException } from "../lib/abort.ts";

/** The result of a run that is over. */
const DONE: IteratorResult<Uint8Array, void> = { done: true, value: undefined };

/**
 * Runs a generator that reads audio. Nothing happens before the first `next()`. `return()` ends the audio first,
 * because a generator's own `return()` waits behind a pending `next()`. The pending `next()` is then done at once.
 */
export class EncodeRun implements AsyncIterator<Uint8Array, void, void> {
  readonly #audio: Pick<OpenAudio, "cancel">;
  readonly #items: AsyncGenerator<Uint8Array, void, void>;
  #isLeft = false;
  /** The reads that are pending, each by what ends it. */
  readonly #pending = new Set<() => void>();

  /** @param work The work. It receives a function that throws once the run has been left. */
  constructor(
    audio: Pick<OpenAudio, "cancel">,
    work: (check: () => void) => AsyncGenerator<Uint8Array, void, void>,
  ) {
    this.#audio = audio;
    this.#items = work(() => {
      if (this.#isLeft) throw domException("The audio was cancelled.", "AbortError");
    });
  }

  /** The next chunk. */
  next(): Promise<IteratorResult<Uint8Array, void>> {
    if (this.#isLeft) return Promise.resolve(DONE);
    // A race against one promise of the whole run would keep every chunk in memory until the run ends.
    return new Promise((resolve, reject) => {
      const leave = () => resolve(DONE);
      this.#pending.add(leave);
      this.#items.next().then(resolve, reject).finally(() => this.#pending.delete(leave));
    });
  }

  /** Ends the audio and the encoder. */
  async return(): Promise<IteratorResult<Uint8Array, void>> {
    this.#isLeft = true;
    for (const leave of this.#pending) leave();
    const closed = this.#items.return().catch(() => {});
    if (this.#audio.cancel !== undefined) {
      await this.#audio.cancel();
      // Audio of another kind may keep its reader waiting.
      await closed;
    }
    return DONE;
  }
}
