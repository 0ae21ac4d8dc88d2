/**
 * Reads the id of a job from an answer that may be malformed behind it, because the job was paid for all the same.
 *
 * @module
 */

import { WireReader } from "../lib/wire.ts";

/** Reads `request_id` (1) of a GenerateSpeechResponse, as far as the message can be read; an empty string for none. */
export function requestIdIn(message: Uint8Array): string {
  let requestId = "";
  try {
    const reader = new WireReader(message);
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      if (field === 1) requestId = reader.string();
      else reader.skip(wireType, field);
    }
  } catch {
    // The transport throws for the message itself.
  }
  return requestId;
}

/** Reads `requestId` of a GenerateSpeechResponse in JSON. */
export function requestIdInJson(message: Uint8Array): string {
  try {
    const { requestId, request_id = requestId } = JSON.parse(new TextDecoder().decode(message));
    return typeof request_id === "string" ? request_id : "";
  } catch {
    return "";
  }
}
