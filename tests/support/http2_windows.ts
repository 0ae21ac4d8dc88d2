// The flow control of HTTP/2, as the side that sends keeps it.

/** How much the client lets a connection and its streams send (RFC 9113, 5.2). */
export class Windows {
  #initial = 65_535;
  readonly #sizes = new Map([[0, 65_535]]);
  readonly #reset = new Set<number>();
  #closed = false;
  #changed = Promise.withResolvers<void>();

  settings(view: DataView): void {
    if (Deno.env.get("DBG")) console.error("SETTINGS", [...new Uint8Array(view.buffer)].join());
    for (let at = 0; at < view.byteLength; at += 6) {
      if (view.getUint16(at) !== 4) continue;
      const more = view.getUint32(at + 2) - this.#initial;
      this.#initial += more;
      for (const [id, size] of this.#sizes) if (id !== 0) this.#sizes.set(id, size + more);
    }
    this.#wake();
  }

  open(id: number, bytes: number): void {
    if (Deno.env.get("DBG")) console.error("WU", id, bytes, "have", this.#size(id));
    this.#sizes.set(id, this.#size(id) + bytes);
    this.#wake();
  }

  reset(id: number): void {
    this.#reset.add(id);
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Waits until something may be sent, at most `most` bytes. */
  async take(id: number, most: number): Promise<number> {
    for (;;) {
      if (this.#closed || this.#reset.has(id)) throw new Error("the client has left");
      const size = Math.min(most, this.#size(0), this.#size(id));
      if (size > 0) {
        for (const window of [0, id]) this.#sizes.set(window, this.#size(window) - size);
        return size;
      }
      await this.#changed.promise;
    }
  }

  #size(id: number): number {
    return this.#sizes.get(id) ?? this.#initial;
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
