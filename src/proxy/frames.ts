/**
 * Frames of gRPC-Web: one byte of flags, four of length, and the data.
 *
 * @module
 */

/** The flag of the frame that holds the trailers. */
export const TRAILER = 0x80;

/** Trailers are a few short lines; more than this many bytes is no honest answer. */
export const MAX_TRAILER_BYTES: number = 64 * 1024;

/** One frame. */
export function frame(flags: number, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(5 + data.length);
  bytes[0] = flags;
  new DataView(bytes.buffer).setUint32(1, data.length);
  bytes.set(data, 5);
  return bytes;
}

/** The frame that holds these trailers. */
export function trailerFrame(
  fields: Iterable<readonly [name: string, value: string]>,
): Uint8Array<ArrayBuffer> {
  const lines = [...fields].map(([name, value]) => `${name}: ${value}\r\n`);
  return frame(TRAILER, new TextEncoder().encode(lines.join("")));
}

/** The trailers in the data of their frame. */
export function readTrailers(data: Uint8Array): [name: string, value: string][] {
  const fields: [string, string][] = [];
  for (const line of new TextDecoder().decode(data).split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) {
      fields.push([line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]);
    }
  }
  return fields;
}
