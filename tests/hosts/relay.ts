// A TCP relay in front of an emulator. It counts what really arrives on the wire, and resets connections (RST) where the
// emulator can only close them.

import { Buffer } from "node:buffer";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { LineFault } from "./context.ts";

/** How long a client is given to read what came before a reset, which may throw it away otherwise. */
export const SETTLE_MS = 100;

export class Relay {
  /** Connections of clients so far. */
  connections = 0;
  /** The methods of the POSTs so far, and the number of connections when each came. */
  readonly posts: string[] = [];
  readonly postedOn: number[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #clients = new Set<Socket>();
  readonly #faults: LineFault[] = [];
  readonly #server: Server;
  readonly #upstream: number;

  private constructor(upstream: number) {
    this.#upstream = upstream;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async start(upstream: number): Promise<Relay> {
    const relay = new Relay(upstream);
    await new Promise<void>((resolve) => relay.#server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  add(fault: LineFault): void {
    for (let i = 0; i < (fault.times ?? 1); i++) this.#faults.push(fault);
  }

  /** A POST has come. */
  post(method: string, connection = this.connections): void {
    this.posts.push(method);
    this.postedOn.push(connection);
  }

  /** Resets every connection. */
  cut(): void {
    for (const client of this.#clients) client.resetAndDestroy();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(client: Socket): void {
    const connection = ++this.connections;
    const service = connect(this.#upstream, "127.0.0.1");
    this.#track(client);
    this.#track(service);
    // A client that leaves is gone at once for the service; what the service has said before is still delivered.
    this.#clients.add(client);
    client.on("close", () => {
      this.#clients.delete(client);
      service.destroy();
    });
    service.on("close", () => client.end());
    let reset: LineFault | undefined;
    let answer = "";
    client.on("data", (data: Uint8Array) => {
      const method = /^POST \S*\/(\w+) HTTP/.exec(latin1(data))?.[1];
      if (method !== undefined) {
        this.post(method, connection);
        reset = this.take(method);
        answer = "";
        if (reset !== undefined && reset.afterBodyBytes === undefined) {
          service.destroy();
          client.resetAndDestroy();
          return;
        }
      }
      service.write(data);
    });
    service.on("data", (data: Uint8Array) => {
      if (reset === undefined) return void client.write(data);
      const before = answer.length;
      answer += latin1(data);
      // An answer that is held back until it is complete enough: headers, a chunk's size line, and the bytes.
      const head = /\r\n\r\n[0-9a-f]+\r\n/i.exec(answer);
      const end = head === null ? Infinity : head.index + head[0].length + reset.afterBodyBytes!;
      if (answer.length < end) return void client.write(data);
      client.write(data.subarray(0, Math.max(0, end - before)));
      reset = undefined;
      setTimeout(() => {
        service.destroy();
        client.resetAndDestroy();
      }, SETTLE_MS);
      service.removeAllListeners("data");
    });
  }

  /** The fault for a request of this method, used once. */
  take(method: string): LineFault | undefined {
    const at = this.#faults.findIndex((fault) => fault.method === method);
    return at < 0 ? undefined : this.#faults.splice(at, 1)[0];
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
  }
}

function latin1(data: Uint8Array): string {
  return Buffer.from(data).toString("latin1");
}
