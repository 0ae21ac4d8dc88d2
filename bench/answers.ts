/**
 * The server's answers, as bytes.
 *
 * @module
 */

import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  CheckStatusResponse_Status as Status,
  CheckStatusResponseSchema,
  StreamSpeechResponseSchema,
} from "../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";

/** The frame that ends every answer. */
export const trailers: Uint8Array = frame(
  128,
  new TextEncoder().encode("grpc-status: 0\r\ngrpc-message: \r\n"),
);

/** The status of a job at its first poll. */
export const pending: Uint8Array = message(CheckStatusResponseSchema, {
  requestId: "job",
  status: Status.PENDING,
});

/** The status of a job at its second poll. */
export const processing: Uint8Array = message(CheckStatusResponseSchema, {
  requestId: "job",
  status: Status.PROCESSING,
});

/** The status of a job from its third poll on. */
export const completed: Uint8Array = message(CheckStatusResponseSchema, {
  requestId: "job",
  status: Status.COMPLETED,
  audioUrl: "https://storage.example/audio/0123456789abcdef.wav",
  metrics: {
    queueTime: 120,
    processingTime: 2_400,
    totalTime: 2_520,
    audioLength: 12.5,
    creditsUsed: 140,
    characterCount: 140,
  },
});

/** A message of streamed audio. */
export function audio(bytes: number, isFinal: boolean): Uint8Array {
  return message(StreamSpeechResponseSchema, { audioChunk: new Uint8Array(bytes), isFinal });
}

function message<D extends DescMessage>(schema: D, init: MessageInitShape<D>): Uint8Array {
  return frame(0, toBinary(schema, create(schema, init)));
}

function frame(flags: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(5 + data.length);
  bytes[0] = flags;
  new DataView(bytes.buffer).setUint32(1, data.length);
  bytes.set(data, 5);
  return bytes;
}
