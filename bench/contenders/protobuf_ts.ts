import { GrpcWebFetchTransport } from "@protobuf-ts/grpcweb-transport";
import { MessageType, ScalarType } from "@protobuf-ts/runtime";
import { ServiceType } from "@protobuf-ts/runtime-rpc";
import { API_KEY as apiKey, type Open } from "./contender.ts";

interface Request {
  apiKey: string;
  requestId: string;
}

interface Response {
  requestId: string;
  status: number;
  audioUrl: string;
}

// What protoc-gen-ts would generate with `optimize_code_size`, by hand: the codec works by reflection.
const CheckStatusRequest = new MessageType<Request>("tsetsen.api.v1.CheckStatusRequest", [
  { no: 1, name: "api_key", kind: "scalar", T: ScalarType.STRING },
  { no: 2, name: "request_id", kind: "scalar", T: ScalarType.STRING },
]);

const Metrics = new MessageType("tsetsen.api.v1.CheckStatusResponse.Metrics", [
  { no: 1, name: "queue_time", kind: "scalar", T: ScalarType.INT32 },
  { no: 2, name: "processing_time", kind: "scalar", T: ScalarType.INT32 },
  { no: 3, name: "total_time", kind: "scalar", T: ScalarType.INT32 },
  { no: 4, name: "audio_length", kind: "scalar", T: ScalarType.FLOAT },
  { no: 5, name: "credits_used", kind: "scalar", T: ScalarType.INT32 },
  { no: 6, name: "character_count", kind: "scalar", T: ScalarType.INT32 },
]);

const CheckStatusResponse = new MessageType<Response>("tsetsen.api.v1.CheckStatusResponse", [
  { no: 1, name: "request_id", kind: "scalar", T: ScalarType.STRING },
  { no: 2, name: "status", kind: "scalar", T: ScalarType.INT32 },
  { no: 3, name: "audio_url", kind: "scalar", T: ScalarType.STRING },
  { no: 4, name: "error_message", kind: "scalar", T: ScalarType.STRING },
  { no: 5, name: "metrics", kind: "message", T: () => Metrics },
]);

const TsetsenTTS = new ServiceType("tsetsen.api.v1.TsetsenTTS", [
  { name: "CheckStatus", options: {}, I: CheckStatusRequest, O: CheckStatusResponse },
]);

/** `@protobuf-ts/grpcweb-transport`. */
export const open: Open = (baseUrl) => {
  const transport = new GrpcWebFetchTransport({ baseUrl, format: "binary" });
  const [method] = TsetsenTTS.methods;
  return {
    async check(requestId) {
      const request = { apiKey, requestId };
      const options = transport.mergeOptions({});
      const call = transport.unary<Request, Response>(method!, request, options);
      return (await call.response).status;
    },
  };
};
