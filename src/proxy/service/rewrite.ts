/**
 * The service's messages as visitors may see them. Fields that this version does not know stay.
 *
 * @module
 */

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { TsetsenTTS } from "../../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { requestIdIn } from "../../transport/request_id.ts";
import { hideKey } from "../key_mask.ts";

/** Writes a CheckStatusResponse with another address of audio, and with an error message that does not show the key. */
export async function rewriteStatus(
  data: Uint8Array,
  key: string,
  audioUrl: (url: string) => Promise<string>,
): Promise<Uint8Array> {
  const { output } = TsetsenTTS.method.checkStatus;
  const message = fromBinary(output, data);
  message.errorMessage = hideKey(message.errorMessage, key);
  message.audioUrl = await audioUrl(message.audioUrl);
  return toBinary(output, message);
}

/** Leaves voices out of a ListVoicesResponse. It makes no objects of them, because a million empty voices fit into 2 MB. */
export function filterVoices(data: Uint8Array, ids: ReadonlySet<string>): Uint8Array {
  const writer = new BinaryWriter();
  for (const { field, type, bytes } of fieldsOf(data)) {
    if (field === 1 && type === WireType.LengthDelimited) {
      const voice = new BinaryReader(bytes).bytes();
      if (ids.has(idOf(voice))) writer.tag(field, type).bytes(voice);
    } else writer.tag(field, type).raw(bytes);
  }
  return writer.finish();
}

/**
 * The id of the job in a GenerateSpeechResponse; `undefined` when there is none. A message that is malformed behind the id
 * goes on, because the job was paid for.
 *
 * @throws {Error} when the message is malformed and holds no id.
 */
export function jobIdOf(data: Uint8Array): string | undefined {
  const requestId = requestIdIn(data);
  if (requestId !== "") return requestId;
  fromBinary(TsetsenTTS.method.generateSpeech.output, data);
  return undefined;
}

/** Reads a StreamSpeechResponse: whether it has audio, or says why it has none, and whether it is the last. */
export function readStreamMessage(data: Uint8Array): { hasContent: boolean; isFinal: boolean } {
  let [hasContent, isFinal] = [false, false];
  for (const { field, type, bytes } of fieldsOf(data)) {
    const isBytes = type === WireType.LengthDelimited;
    if ((field === 1 || field === 3) && isBytes) {
      hasContent ||= new BinaryReader(bytes).uint32() > 0;
    }
    if (field === 2 && type === WireType.Varint) isFinal = new BinaryReader(bytes).bool();
  }
  return { hasContent, isFinal };
}

/** The last id of a Voice: in protobuf the last value of a field counts. */
function idOf(voice: Uint8Array): string {
  let id = "";
  for (const { field, type, bytes } of fieldsOf(voice)) {
    if (field === 1 && type === WireType.LengthDelimited) id = new BinaryReader(bytes).string();
  }
  return id;
}

interface RawField {
  readonly field: number;
  readonly type: WireType;
  /** The value as it is on the wire, a length included. */
  readonly bytes: Uint8Array;
}

function* fieldsOf(data: Uint8Array): Generator<RawField, void, void> {
  const reader = new BinaryReader(data);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const from = reader.pos;
    reader.skip(type, field);
    yield { field, type, bytes: data.subarray(from, reader.pos) };
  }
}
