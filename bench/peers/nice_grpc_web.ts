import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { createChannel, createClient } from "nice-grpc-web";
import {
  type CheckStatusRequest,
  CheckStatusRequestSchema,
  type CheckStatusResponse,
  CheckStatusResponseSchema,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";

type Check = (request: { apiKey: string; requestId: string }) => Promise<CheckStatusResponse>;

// What ts-proto would generate, by hand and over the same codec as connect-web's.
const definition = {
  checkStatus: {
    path: "/tsetsen.api.v1.TsetsenTTS/CheckStatus",
    requestStream: false,
    responseStream: false,
    requestSerialize: (value: CheckStatusRequest) => toBinary(CheckStatusRequestSchema, value),
    requestDeserialize: (bytes: Uint8Array) => fromBinary(CheckStatusRequestSchema, bytes),
    responseSerialize: (value: CheckStatusResponse) => toBinary(CheckStatusResponseSchema, value),
    responseDeserialize: (bytes: Uint8Array) => fromBinary(CheckStatusResponseSchema, bytes),
    options: {},
  },
} as const;

/** A call of CheckStatus through `nice-grpc-web`. */
export function niceGrpcWeb(base: string): Check {
  const client = createClient(definition, createChannel(base));
  return (request) =>
    client.checkStatus({ $typeName: "tsetsen.api.v1.CheckStatusRequest", ...request });
}
