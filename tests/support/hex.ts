// Bytes as they are written by hand in tests, and the frames of gRPC-Web around them.

/** Bytes from hex digits; white space and `//` comments are for the reader. */
export function hex(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replace(/\/\/.*$/gm, "").replace(/\s+/g, "");
  if (!/^([0-9a-f]{2})*$/.test(digits)) throw new Error(`not hex: ${digits}`);
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** A string field of a message, shorter than 128 bytes: tag, length, UTF-8. */
export function string(number: number, value: string): Uint8Array<ArrayBuffer> {
  const bytes = utf8(value);
  return concat(Uint8Array.of(number << 3 | 2, bytes.length), bytes);
}

/** A frame of gRPC-Web: flags, length, data. */
export function frame(data: Uint8Array, flags = 0): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(5);
  head[0] = flags;
  new DataView(head.buffer).setUint32(1, data.length);
  return concat(head, data);
}

/** The last frame of an answer: the trailers, in the shape of HTTP/1 headers. */
export function trailers(fields: Record<string, string> = { "grpc-status": "0" }) {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return frame(utf8(lines.join("")), 0x80);
}

/** Cuts bytes at the given lengths, over and over; the last piece is what is left. */
export function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = Math.max(1, lengths[i % lengths.length] ?? bytes.length);
    chunks.push(bytes.slice(at, at + length));
    at += length;
  }
  return chunks;
}
