/**
 * An answer that more than one visitor may read.
 *
 * @module
 */

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Keeps the pieces of an answer as they come, for its visitor and for a repeat of the same call. The answer of a paid
 * call is received even if its visitor has left, because leaving does not give the credits back.
 */
export class Recording {
  readonly #pieces: Bytes[] = [];
  #bytes = 0;
  #ended = false;
  /** Wakes the readers that wait for the next piece. */
  #waiting: (() => void)[] = [];

  /** How many bytes it keeps. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes the pieces of `source` to its end. The source must not throw. */
  async record(source: AsyncIterable<Bytes>): Promise<void> {
    for await (const piece of source) this.#add(piece);
    this.#end();
  }

  /** Takes one last piece, unless it has ended. */
  close(piece: Bytes): void {
    if (this.#ended) return;
    this.#add(piece);
    this.#end();
  }

  /** All pieces; `undefined` as long as there may come more. */
  get whole(): readonly Bytes[] | undefined {
    return this.#ended ? this.#pieces : undefined;
  }

  /** Reads all pieces, each as soon as it is there. */
  async *read(): AsyncGenerator<Bytes, void, void> {
    for (let at = 0;;) {
      const piece = this.#pieces[at];
      if (piece !== undefined) {
        at++;
        yield piece;
      } else if (this.#ended) return;
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #add(piece: Bytes): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    this.#wake();
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
