import { BinaryWriter } from "@bufbuild/protobuf/wire";
import type { ErrorDetail } from "./faults.ts";

// The three messages of google.rpc that are needed, written by hand: generated code for them would
// be larger than everything that uses it.

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
  details: readonly ErrorDetail[],
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
