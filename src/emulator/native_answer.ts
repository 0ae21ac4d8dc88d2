import type { IncomingHttpHeaders } from "node:http";
import { prefixBytes, trailerFlag } from "./frames.ts";

const grpcWeb = "application/grpc-web+proto";

/** A request of gRPC as one of gRPC-Web: the frames are the same. Audio and its like pass as they are. */
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
    headers.set("content-type", grpcWeb);
  }
  const { method, url } = request;
  return new Request(origin + url, { method, headers, signal, ...(body && { body }) });
}

/** An answer of gRPC-Web as one of gRPC: its last frame becomes the trailers. Anything else passes as it is. */
export class NativeAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: ReadableStream<Uint8Array> | null;
  readonly #translated: boolean;
  /** The head of the frame that is passing, and how much of its data is still to come. */
  readonly #head: number[] = [];
  #left = 0;
  #trailers: number[] | undefined;

  constructor({ status, headers, body }: Response) {
    this.#translated = headers.get("content-type") === grpcWeb;
    this.status = status;
    // Nothing of HTTP/1.1's own may go over HTTP/2.
    const { connection: _, "transfer-encoding": _t, ...rest } = Object.fromEntries(headers);
    this.headers = rest;
    if (this.#translated) this.headers["content-type"] = "application/grpc+proto";
    this.body = body;
  }

  /** The trailers, when all of the body was taken; undefined when it had none. */
  get trailers(): Record<string, string> | undefined {
    if (this.#trailers === undefined) return undefined;
    const text = new TextDecoder().decode(new Uint8Array(this.#trailers.slice(prefixBytes)));
    // What is not a name and a value cannot be said in HTTP/2.
    const lines = [...text.matchAll(/^([\w.-]+):[ \t]*(.*?)\r?$/gm)];
    return Object.fromEntries(lines.map(([, name = "", value = ""]) => [name, value]));
  }

  /** Takes a piece of the body, and answers what goes out as data. */
  take(piece: Uint8Array): Uint8Array {
    if (!this.#translated) return piece;
    for (let at = 0; at < piece.length;) {
      if (this.#trailers !== undefined) {
        this.#trailers.push(...piece.subarray(at));
        return piece.subarray(0, 0);
      }
      if (this.#left > 0) {
        const skipped = Math.min(this.#left, piece.length - at);
        this.#left -= skipped;
        at += skipped;
        continue;
      }
      if (this.#head.length === 0 && piece[at] === trailerFlag) {
        this.#trailers = [...piece.subarray(at)];
        return piece.subarray(0, at);
      }
      this.#head.push(piece[at++] as number);
      if (this.#head.length === prefixBytes) {
        this.#left = new DataView(new Uint8Array(this.#head).buffer).getUint32(1);
        this.#head.length = 0;
      }
    }
    return piece;
  }
}
