// A service whose connections break: raw HTTP/1.1 over a socket, so that each POST is counted as it comes.

const encoder = new TextEncoder();

/** A gRPC-Web answer of `getUserBalance`: 1234 credits. */
export const BALANCE: Uint8Array = frames([[0, [0x08, 0xd2, 0x09]], [0x80, [
  ...encoder.encode("grpc-status: 0\r\n"),
]]]);
/** The first message of a stream: four samples. */
export const AUDIO: Uint8Array = frames([[0, [0x0a, 8, 1, 2, 3, 4, 5, 6, 7, 8]]]);

/** A POST that came. */
export interface Post {
  readonly method: string;
  /** Whether its connection had had a request before. */
  readonly kept: boolean;
}

export interface Upstream extends AsyncDisposable {
  readonly port: number;
  readonly posts: Post[];
}

/**
 * Starts it. Calls of `GetUserBalance` are answered, and their connection is kept. `GenerateSpeech` is read to its end, and its
 * connection closed without an answer. `StreamSpeech` breaks off after its first message.
 */
export function startUpstream(): Upstream {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const posts: Post[] = [];
  (async () => {
    for await (const connection of listener) {
      open.add(connection);
      serve(connection, posts).catch(() => {}).finally(() => {
        open.delete(connection);
        try {
          connection.close();
        } catch {
          // It is closed already.
        }
      });
    }
  })().catch(() => {});
  return {
    port: listener.addr.port,
    posts,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) connection.close();
      await Promise.resolve();
    },
  };
}

async function serve(connection: Deno.Conn, posts: Post[]): Promise<void> {
  let text = "";
  const buffer = new Uint8Array(65_536);
  const more = async (): Promise<boolean> => {
    const count = await connection.read(buffer);
    // Latin-1: a character for each byte.
    if (count !== null) text += String.fromCharCode(...buffer.subarray(0, count));
    return count !== null;
  };
  const write = async (head: string, body: Uint8Array) => {
    const bytes = new Uint8Array([...encoder.encode(head), ...body]);
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  };
  for (let count = 0;; count++) {
    while (!text.includes("\r\n\r\n")) if (!await more()) return;
    const end = text.indexOf("\r\n\r\n") + 4;
    const head = text.slice(0, end);
    text = text.slice(end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length !== undefined) {
      while (text.length < Number(length)) if (!await more()) return;
      text = text.slice(Number(length));
    } else if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
      while (!text.includes("0\r\n\r\n")) if (!await more()) return;
      text = text.slice(text.indexOf("0\r\n\r\n") + 5);
    }
    const method = /^POST \S*\/(\w+)/.exec(head)?.[1] ?? "";
    if (method !== "") posts.push({ method, kept: count > 0 });
    const start = "HTTP/1.1 200 OK\r\ncontent-type: application/grpc-web+proto\r\n";
    if (method === "GenerateSpeech") {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return;
    }
    if (method === "StreamSpeech") {
      await write(
        `${start}transfer-encoding: chunked\r\n\r\n${AUDIO.length.toString(16)}\r\n`,
        AUDIO,
      );
      await write("\r\n", new Uint8Array());
      await new Promise((resolve) => setTimeout(resolve, 150));
      return;
    }
    await write(`${start}content-length: ${BALANCE.length}\r\n\r\n`, BALANCE);
  }
}

function frames(
  list: readonly (readonly [flags: number, content: readonly number[]])[],
): Uint8Array {
  return new Uint8Array(
    list.flatMap(([flags, content]) => [flags, 0, 0, 0, content.length, ...content]),
  );
}
