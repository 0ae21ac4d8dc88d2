/**
 * The id of a job in an answer that Connect has not decoded yet.
 *
 * @module
 */

import { fromBinary, fromJson } from "@bufbuild/protobuf";
import { GenerateSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";

/** Reads the id from a message in binary form or in JSON; an empty string when it holds none. */
export function requestIdReader(binary: boolean): (message: Uint8Array) => string {
  return (message) => {
    try {
      return (binary ? decode(message) : parse(message)).requestId;
    } catch {
      return ""; // connect-web throws for it soon enough
    }
  };
}

function decode(message: Uint8Array): { readonly requestId: string } {
  return fromBinary(GenerateSpeechResponseSchema, message);
}

function parse(message: Uint8Array): { readonly requestId: string } {
  const json = JSON.parse(new TextDecoder().decode(message));
  return fromJson(GenerateSpeechResponseSchema, json, { ignoreUnknownFields: true });
}
