// A port that hands its connections on to another one, and can cut them.

import { freePort } from "./servers.ts";

export class Switch {
  /** Where connections go. */
  target = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.Conn>();

  constructor() {
    void this.#accept();
  }

  /** Where it listens. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** A port for a target. */
  freePort(): number {
    return freePort();
  }

  async #accept(): Promise<void> {
    for await (const conn of this.#listener) void this.#handOn(conn);
  }

  async #handOn(conn: Deno.Conn): Promise<void> {
    const ends = [conn];
    this.#open.add(conn);
    try {
      const other = await Deno.connect({ hostname: "127.0.0.1", port: this.target });
      ends.push(other);
      this.#open.add(other);
      await Promise.race([
        conn.readable.pipeTo(other.writable),
        other.readable.pipeTo(conn.writable),
      ]);
    } catch {
      // One of the two has gone.
    }
    for (const end of ends) this.#close(end);
  }

  #close(conn: Deno.Conn): void {
    if (!this.#open.delete(conn)) return;
    try {
      conn.close();
    } catch {
      // It is closed.
    }
  }

  /** Cuts all connections. */
  cut(): void {
    for (const conn of [...this.#open]) this.#close(conn);
  }

  close(): void {
    this.#listener.close();
    this.cut();
  }
}
