/**
 * Trailers of gRPC-Web, as the proxy reads and writes them.
 *
 * @module
 */

import { frame, TRAILER } from "../../transport/frames.ts";
import { parseTrailers } from "../../transport/status.ts";
import type { Field } from "./status_error.ts";

/** Makes the frame that holds these trailers. */
export function trailerFrame(fields: Iterable<Field>): Uint8Array<ArrayBuffer> {
  const lines = [...fields].map(([name, value]) => `${name}: ${value}\r\n`);
  return frame(TRAILER, new TextEncoder().encode(lines.join("")));
}

/** Reads the trailers in the data of their frame. Names become lower case. */
export function readTrailers(data: Uint8Array): Field[] {
  return [...parseTrailers(data)];
}
