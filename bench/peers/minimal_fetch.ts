import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  CheckStatusRequestSchema,
  type CheckStatusResponse,
  CheckStatusResponseSchema,
  StreamSpeechRequestSchema,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";

const HEADERS = { "content-type": "application/grpc-web+proto", "x-grpc-web": "1" };

/**
 * The least that a call of CheckStatus can be: `fetch`, and the generated codec. It checks nothing and bounds nothing. No
 * client over `fetch` can do with less.
 */
export function minimalFetch(
  base: string,
): (request: { apiKey: string; requestId: string }) => Promise<CheckStatusResponse> {
  const url = `${base}/tsetsen.api.v1.TsetsenTTS/CheckStatus`;
  return async (request) => {
    const message = toBinary(CheckStatusRequestSchema, create(CheckStatusRequestSchema, request));
    const response = await fetch(url, { method: "POST", headers: HEADERS, body: framed(message) });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const length = new DataView(bytes.buffer).getUint32(1);
    return fromBinary(CheckStatusResponseSchema, bytes.subarray(5, 5 + length));
  };
}

/** The least that a stream can be: its body is read, and nothing of it is looked at or kept. */
export function minimalStream(base: string): (text: string) => Promise<void> {
  const url = `${base}/tsetsen.api.v1.TsetsenTTS/StreamSpeech`;
  return async (text) => {
    const message = toBinary(
      StreamSpeechRequestSchema,
      create(StreamSpeechRequestSchema, { text }),
    );
    const response = await fetch(url, { method: "POST", headers: HEADERS, body: framed(message) });
    const reader = response.body!.getReader();
    while (!(await reader.read()).done);
  };
}

function framed(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(5 + message.length);
  new DataView(body.buffer).setUint32(1, message.length);
  body.set(message, 5);
  return body;
}
