import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  CheckStatusRequestSchema,
  type CheckStatusResponse,
  CheckStatusResponseSchema,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";

/**
 * The least that a call of CheckStatus can be: `fetch`, and the generated codec. It checks nothing and bounds nothing. No
 * client over `fetch` can do with less.
 */
export function minimalFetch(
  base: string,
): (request: { apiKey: string; requestId: string }) => Promise<CheckStatusResponse> {
  const url = `${base}/tsetsen.api.v1.TsetsenTTS/CheckStatus`;
  const headers = { "content-type": "application/grpc-web+proto", "x-grpc-web": "1" };
  return async (request) => {
    const message = toBinary(CheckStatusRequestSchema, create(CheckStatusRequestSchema, request));
    const body = new Uint8Array(5 + message.length);
    new DataView(body.buffer).setUint32(1, message.length);
    body.set(message, 5);
    const response = await fetch(url, { method: "POST", headers, body });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const length = new DataView(bytes.buffer).getUint32(1);
    return fromBinary(CheckStatusResponseSchema, bytes.subarray(5, 5 + length));
  };
}
