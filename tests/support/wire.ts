// The bytes of gRPC-Web over HTTP/1.1, by hand: for answers that no honest server gives.

import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { DescMessage } from "@bufbuild/protobuf";
import { concat } from "./hex.ts";

export { concat };

const encoder = new TextEncoder();

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** A frame; `announce` is the length that its header names, if not the true one. */
export function frame(
  flags: number,
  data: Uint8Array,
  announce: number = data.length,
): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(5);
  header[0] = flags;
  new DataView(header.buffer).setUint32(1, announce);
  return concat(header, data);
}

export function message<D extends DescMessage>(
  schema: D,
  init: MessageInitShape<D>,
): Uint8Array<ArrayBuffer> {
  return frame(0, toBinary(schema, create(schema, init)));
}

export function trailers(fields: Readonly<Record<string, string>> = { "grpc-status": "0" }) {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return frame(0x80, bytesOf(lines.join("")));
}

/** The status line and headers of an answer in gRPC-Web; the body goes on until the connection closes. */
export function head(fields: Readonly<Record<string, string>> = {}): string {
  const all = { "content-type": "application/grpc-web+proto", ...fields };
  return `HTTP/1.1 200 OK\r\n${lines(all)}\r\n`;
}

/** A whole answer with its length, so that the connection stays usable. */
export function answer(
  body: Uint8Array,
  fields: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  return concat(bytesOf(head({ ...fields, "content-length": `${body.length}` })), body);
}

function lines(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("");
}
