import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  CheckStatusRequestSchema,
  CheckStatusResponseSchema,
  StreamSpeechRequestSchema,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { API_KEY as apiKey, type Open } from "./contender.ts";

const HEADERS = { "content-type": "application/grpc-web+proto", "x-grpc-web": "1" };

/**
 * The least that a client over `fetch` can do: `fetch` and the generated codec for a call, reading the body for a stream. It
 * checks nothing, bounds nothing and keeps nothing of a stream.
 */
export const open: Open = (base) => {
  const service = `${base}/tsetsen.api.v1.TsetsenTTS/`;
  const post = (method: string, message: Uint8Array) =>
    fetch(service + method, { method: "POST", headers: HEADERS, body: framed(message) });
  return {
    async check(requestId) {
      const request = create(CheckStatusRequestSchema, { apiKey, requestId });
      const response = await post("CheckStatus", toBinary(CheckStatusRequestSchema, request));
      const bytes = new Uint8Array(await response.arrayBuffer());
      const length = new DataView(bytes.buffer).getUint32(1);
      return fromBinary(CheckStatusResponseSchema, bytes.subarray(5, 5 + length)).status;
    },
    async stream(text) {
      const request = create(StreamSpeechRequestSchema, { text });
      const response = await post("StreamSpeech", toBinary(StreamSpeechRequestSchema, request));
      const reader = response.body!.getReader();
      let got = 0;
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        got += read.value.length;
      }
      return got;
    },
  };
};

function framed(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(5 + message.length);
  new DataView(body.buffer).setUint32(1, message.length);
  body.set(message, 5);
  return body;
}
