// A server of raw TCP: it reads requests of HTTP/1.1 and writes whatever bytes a test wants.

export interface RawRequest {
  /** The number of the connection, from 1. */
  readonly connection: number;
  /** The request line and the headers. */
  readonly head: string;
  readonly body: Uint8Array;
}

export interface RawConnection {
  readonly request: RawRequest;
  /** Writes bytes. Rejects when the client has left. */
  write(bytes: Uint8Array): Promise<void>;
  /** Closes the connection. */
  close(): void;
  /** Resolves when the client closes the connection, or we do. */
  readonly gone: Promise<void>;
}

export interface RawServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The requests that have come, oldest first. */
  readonly requests: readonly RawRequest[];
  readonly connections: number;
}

/** Serves each request by `answer`; a connection is kept open until `answer` or the client closes it. */
export function rawServer(
  answer: (connection: RawConnection) => void | Promise<void>,
  port = 0,
): RawServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  const open = new Set<Deno.Conn>();
  const requests: RawRequest[] = [];
  const work: Promise<void>[] = [];
  let connections = 0;

  async function serve(conn: Deno.Conn): Promise<void> {
    const connection = ++connections;
    const close = () => {
      if (open.delete(conn)) conn.close();
    };
    try {
      const input = new Input(conn);
      for (let got = await readRequest(input); got; got = await readRequest(input)) {
        const request = { connection, ...got };
        requests.push(request);
        await answer({
          request,
          write: (bytes) => writeAll(conn, bytes),
          close,
          // What comes meanwhile is kept: it may be the next request.
          gone: input.more().then((more) => more ? input.ended() : undefined),
        });
      }
    } catch {
      // The client has left, or we have: both are what tests are about.
    } finally {
      close();
    }
  }

  const accepting = (async () => {
    try {
      for await (const conn of listener) {
        open.add(conn);
        work.push(serve(conn));
      }
    } catch {
      // Closed.
    }
  })();

  const { port: own } = listener.addr as Deno.NetAddr;
  return {
    url: `http://127.0.0.1:${own}`,
    port: own,
    requests,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of open) conn.close();
      open.clear();
      await accepting;
      await Promise.all(work);
    },
  };
}

/** A port of this machine where nothing listens. */
export function closedPort(): number {
  while (true) {
    // Below the ports that systems give to those who ask for any: no test beside this one gets it.
    const port = 10_000 + Math.floor(20_000 * Math.random());
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** What comes on a connection, read ahead by one piece at most. */
class Input {
  buffer: Uint8Array = new Uint8Array();
  readonly #conn: Deno.Conn;
  #reading: Promise<boolean> | undefined;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** Reads on; false at the end. */
  more(): Promise<boolean> {
    return this.#reading ??= this.#read().finally(() => this.#reading = undefined);
  }

  async ended(): Promise<void> {
    while (await this.more());
  }

  async #read(): Promise<boolean> {
    const piece = new Uint8Array(65_536);
    const count = await this.#conn.read(piece).catch(() => null);
    if (count === null) return false;
    this.buffer = new Uint8Array([...this.buffer, ...piece.subarray(0, count)]);
    return true;
  }
}

async function readRequest(input: Input): Promise<{ head: string; body: Uint8Array } | undefined> {
  const decoder = new TextDecoder("latin1");
  let end = -1;
  while ((end = decoder.decode(input.buffer).indexOf("\r\n\r\n")) < 0) {
    if (!await input.more()) return undefined;
  }
  const head = decoder.decode(input.buffer.subarray(0, end));
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  const from = end + 4;
  while (input.buffer.length < from + length) if (!await input.more()) return undefined;
  const body = input.buffer.slice(from, from + length);
  input.buffer = input.buffer.slice(from + length);
  return { head, body };
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}
