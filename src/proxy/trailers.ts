/**
 * Frames that the proxy writes, and the trailers that it reads (one byte of flags, four of length, and the data).
 *
 * @module
 */

import type { Field } from "./status_error.ts";

/** The flag of the frame that holds the trailers. */
const TRAILER = 0x80;

/** Makes a frame. A message has the flags 0. */
export function frame(flags: number, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(5 + data.length);
  bytes[0] = flags;
  new DataView(bytes.buffer).setUint32(1, data.length);
  bytes.set(data, 5);
  return bytes;
}

/** Makes the frame that holds these trailers. */
export function trailerFrame(fields: Iterable<Field>): Uint8Array<ArrayBuffer> {
  const lines = [...fields].map(([name, value]) => `${name}: ${value}\r\n`);
  return frame(TRAILER, new TextEncoder().encode(lines.join("")));
}

/** Reads the trailers in the data of their frame. Names become lower case. */
export function readTrailers(data: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (const line of new TextDecoder().decode(data).split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) {
      fields.push([line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]);
    }
  }
  return fields;
}
