/** The flag of the frame that holds the trailers. */
export const trailerFlag = 0x80;

/** Bytes of a frame before its data: one of flags, four of length. */
export const prefixBytes = 5;

/** One gRPC-Web frame. */
export function frame(flags: number, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(prefixBytes + data.length);
  bytes[0] = flags;
  new DataView(bytes.buffer).setUint32(1, data.length);
  bytes.set(data, prefixBytes);
  return bytes;
}

/** Trailers as the body of a gRPC-Web trailer frame. */
export function trailerData(trailers: Iterable<[string, string]>): Uint8Array<ArrayBuffer> {
  const lines = [...trailers].map(([name, value]) => `${name}: ${value}\r\n`);
  return new TextEncoder().encode(lines.join(""));
}

/** The flags of a frame. */
export function flagsOf(bytes: Uint8Array): number {
  return bytes[0] ?? 0;
}

/** Cuts a body into its frames, whatever pieces it comes in. */
export async function* splitFrames(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const piece of body) {
    rest = concat(rest, piece);
    while (rest.length >= prefixBytes) {
      const view = new DataView(rest.buffer, rest.byteOffset, rest.length);
      const length = prefixBytes + view.getUint32(1);
      if (rest.length < length) break;
      yield rest.subarray(0, length);
      rest = rest.subarray(length);
    }
  }
  if (rest.length > 0) yield rest;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
