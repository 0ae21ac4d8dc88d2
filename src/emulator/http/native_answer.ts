import type { IncomingHttpHeaders } from "node:http";
import { concatBytes } from "../../lib/bytes.ts";
import { FRAME_HEAD_BYTES, FrameScanner, TRAILER } from "./frames.ts";

const GRPC_WEB = "application/grpc-web+proto";

/** Headers of one connection of HTTP/1.1, which HTTP/2 forbids (RFC 9113, 8.2.2). */
const FORBIDDEN = new Set([
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/** The headers that HTTP/2 can carry. */
function allowed(headers: Iterable<readonly [string, string]>): Record<string, string> {
  return Object.fromEntries(
    [...headers].filter(([name]) => !FORBIDDEN.has(name.toLowerCase())),
  );
}

/** Turns a request of gRPC into one of gRPC-Web: the frames are the same. Other requests pass unchanged. */
export function toGrpcWeb(
  origin: string,
  request: { readonly method: string; readonly url: string; readonly headers: IncomingHttpHeaders },
  body: ArrayBuffer | undefined,
  signal: AbortSignal,
): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || name.startsWith(":")) continue;
    headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  if (/^application\/grpc(\+proto)?$/.test(headers.get("content-type") ?? "")) {
    headers.set("content-type", GRPC_WEB);
  }
  const { method, url } = request;
  return new Request(origin + url, { method, headers, signal, ...(body && { body }) });
}

/** Turns an answer of gRPC-Web into one of gRPC: its last frame becomes the trailers. Other answers pass unchanged. */
export class NativeAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: ReadableStream<Uint8Array> | null;
  readonly #isTranslated: boolean;
  readonly #scanner = new FrameScanner();
  /** The trailers frame as far as it has come. */
  readonly #trailers: Uint8Array[] = [];

  constructor({ status, headers, body }: Response) {
    this.#isTranslated = headers.get("content-type") === GRPC_WEB;
    this.status = status;
    this.headers = allowed(headers);
    if (this.#isTranslated) this.headers["content-type"] = "application/grpc+proto";
    this.body = body;
  }

  /** The trailers, once the whole body is taken; `undefined` when the body had none. */
  get trailers(): Record<string, string> | undefined {
    if (this.#trailers.length === 0) return undefined;
    const data = concatBytes(this.#trailers).subarray(FRAME_HEAD_BYTES);
    // HTTP/2 can carry only names and values.
    const lines = new TextDecoder().decode(data).matchAll(/^([\w.-]+):[ \t]*([\t -~]*?)\r?$/gm);
    return allowed(Array.from(lines, ([, name = "", value = ""]) => [name, value]));
  }

  /** Takes a piece of the body. @returns The bytes that go out as data. */
  take(piece: Uint8Array): Uint8Array {
    if (!this.#isTranslated) return piece;
    const data: Uint8Array[] = [];
    for (const { flags, bytes } of this.#scanner.push(piece)) {
      // The trailers come last. Bytes behind them, which a fault may add, are not data.
      const isData = flags !== TRAILER && this.#trailers.length === 0;
      (isData ? data : this.#trailers).push(bytes);
    }
    return data.length === 1 ? data[0]! : concatBytes(data);
  }
}
