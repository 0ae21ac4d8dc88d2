/**
 * The details of a gRPC status: three messages of google.rpc, encoded by hand because generated code would be larger.
 *
 * @module
 */

import { BinaryWriter } from "@bufbuild/protobuf/wire";

/** One detail: a message in its encoding. */
export interface StatusDetail {
  /** The full name of the message, as in `google.rpc.RetryInfo`. */
  readonly type: string;
  /** The encoded message. */
  readonly value: Uint8Array;
}

/** A google.rpc.ErrorInfo: `reason` is field 1, `domain` field 2. */
export function errorInfo(reason: string): { type: string; value: Uint8Array<ArrayBuffer> } {
  const value = new BinaryWriter().tag(1, 2).string(reason).tag(2, 2).string("tsetsen.ai").finish();
  return { type: "google.rpc.ErrorInfo", value };
}

/** A google.rpc.RetryInfo: `retry_delay` (field 1) is a Duration of seconds (1) and nanos (2). */
export function retryInfo(ms: number): { type: string; value: Uint8Array<ArrayBuffer> } {
  const duration = new BinaryWriter()
    .tag(1, 0).int64(Math.floor(ms / 1000))
    .tag(2, 0).int32(Math.floor(ms % 1000) * 1_000_000)
    .finish();
  const value = new BinaryWriter().tag(1, 2).bytes(duration).finish();
  return { type: "google.rpc.RetryInfo", value };
}

/** A google.rpc.Status: `code` (1), `message` (2) and `details` (3), each a google.protobuf.Any. */
export function rpcStatus(
  code: number,
  message: string,
  details: readonly StatusDetail[],
): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter().tag(1, 0).int32(code).tag(2, 2).string(message);
  for (const { type, value } of details) {
    const any = new BinaryWriter()
      .tag(1, 2).string(`type.googleapis.com/${type}`)
      .tag(2, 2).bytes(value)
      .finish();
    writer.tag(3, 2).bytes(any);
  }
  return writer.finish();
}
