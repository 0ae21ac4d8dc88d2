// The frames of HTTP/2 (RFC 9113), by hand: for answers that no honest server gives.

import { bytesOf, concat } from "./wire.ts";

export const DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, PUSH_PROMISE = 5, PING = 6;
export const GOAWAY = 7, WINDOW_UPDATE = 8;
export const END_STREAM = 1, ACK = 1, END_HEADERS = 4;
export const PREFACE_BYTES = 24;

/** A frame; `announce` is the length that its head names, if not the true one. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  data: Uint8Array = new Uint8Array(),
  announce: number = data.length,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(9 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, announce << 8 | type);
  view.setUint8(4, flags);
  view.setUint32(5, stream);
  bytes.set(data, 9);
  return bytes;
}

/** A number as HPACK writes it (RFC 7541, 5.1), in the lower `bits` of its first byte. */
function integer(value: number, bits: number, first = 0): number[] {
  const most = 2 ** bits - 1;
  if (value < most) return [first | value];
  const bytes = [first | most];
  for (value -= most; value >= 128; value >>= 7) bytes.push(value & 127 | 128);
  return [...bytes, value];
}

const text = (value: string) =>
  concat(new Uint8Array(integer(bytesOf(value).length, 7)), bytesOf(value));

/** A line of HPACK without its table and without Huffman. */
function field(name: string, value: string): Uint8Array<ArrayBuffer> {
  return concat(new Uint8Array([0]), text(name), text(value));
}

export function fields(entries: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  return concat(...Object.entries(entries).map(([name, value]) => field(name, value)));
}

export function uint32(...values: number[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, index) => view.setUint32(4 * index, value));
  return new Uint8Array(view.buffer);
}

/** The fields of an answer's head; an empty value leaves one out. */
export function head(entries: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  const all = { ":status": "200", "content-type": "application/grpc+proto", ...entries };
  return fields(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== "")));
}

/** Frames to write. */
export const frames = {
  headers: (stream: number, entries: Record<string, string> = {}): Uint8Array =>
    frame(HEADERS, END_HEADERS, stream, head(entries)),
  data: (stream: number, bytes: Uint8Array): Uint8Array => frame(DATA, 0, stream, bytes),
  /** The end of an answer without trailers. */
  end: (stream: number): Uint8Array => frame(DATA, END_STREAM, stream),
  trailers: (
    stream: number,
    entries: Record<string, string> = { "grpc-status": "0" },
  ): Uint8Array => frame(HEADERS, END_HEADERS | END_STREAM, stream, fields(entries)),
  reset: (stream: number, code: number): Uint8Array => frame(RST_STREAM, 0, stream, uint32(code)),
  goaway: (last: number, code: number): Uint8Array => frame(GOAWAY, 0, 0, uint32(last, code)),
};
