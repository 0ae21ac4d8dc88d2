import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { createChannel, createClient } from "nice-grpc-web";
import {
  type CheckStatusRequest,
  CheckStatusRequestSchema,
  type CheckStatusResponse,
  CheckStatusResponseSchema,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { API_KEY as apiKey, type Open } from "./contender.ts";

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

/** `nice-grpc-web`. */
export const open: Open = (base) => {
  const client = createClient(definition, createChannel(base));
  const $typeName = "tsetsen.api.v1.CheckStatusRequest";
  return {
    check: async (requestId) => (await client.checkStatus({ $typeName, apiKey, requestId })).status,
  };
};
