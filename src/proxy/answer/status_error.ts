/**
 * Calls that end with a gRPC status instead of a message.
 *
 * @module
 */

import { base64Encode } from "@bufbuild/protobuf/wire";
import { retryInfo, rpcStatus } from "../../lib/rpc_status.ts";

/** The content type of everything that the proxy answers to a call. */
export const GRPC_WEB = "application/grpc-web+proto";

/** The gRPC codes that the proxy itself uses (https://github.com/grpc/grpc/blob/master/doc/statuscodes.md). */
export const Code = {
  Cancelled: 1,
  Unknown: 2,
  InvalidArgument: 3,
  DeadlineExceeded: 4,
  NotFound: 5,
  PermissionDenied: 7,
  ResourceExhausted: 8,
  FailedPrecondition: 9,
  Aborted: 10,
  Unimplemented: 12,
  Internal: 13,
  Unavailable: 14,
  Unauthenticated: 16,
} as const;

/** One line of metadata. */
export type Field = readonly [name: string, value: string];

/** A call ends with this gRPC status. */
export class StatusError extends Error {
  /** The gRPC code. */
  readonly code: number;
  /** How long to wait before the next attempt, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(code: number, message: string, retryAfter?: number) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** The status as trailing metadata. */
  fields(): Field[] {
    const { code, message, retryAfter } = this;
    const fields: Field[] = [
      ["grpc-status", `${code}`],
      ["grpc-message", encodeMessage(message)],
    ];
    if (retryAfter !== undefined) {
      const status = rpcStatus(code, message, [retryInfo(retryAfter)]);
      fields.push(["retry-after", `${Math.ceil(retryAfter / 1000)}`]);
      fields.push(["grpc-status-details-bin", base64Encode(status, "std_raw")]);
    }
    return fields;
  }

  /** The status as a whole answer: HTTP 200, the status in the headers, no body ("trailers-only"). */
  toResponse(): Response {
    const headers = new Headers({ "content-type": GRPC_WEB });
    for (const [name, value] of this.fields()) headers.set(name, value);
    return new Response(null, { headers });
  }
}

/** A message as gRPC writes it: printable ASCII, and percent-encoded bytes of UTF-8 for the rest. */
export function encodeMessage(message: string): string {
  let result = "";
  for (const byte of new TextEncoder().encode(message)) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x25;
    result += plain
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return result;
}
