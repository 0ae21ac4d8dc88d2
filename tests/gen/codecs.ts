// The two encoders and decoders of each message, side by side.

import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import * as codec from "../../gen/tsetsen/api/v1/tsetsen_tts_codec.ts";
import { file_tsetsen_api_v1_tsetsen_tts as file } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";

/** The fields of a message, without what protobuf-es adds. */
export type Fields = Record<string, unknown>;

export interface Codec {
  encode(message: Fields): Uint8Array;
  decode(bytes: Uint8Array): Fields;
}

export interface Pair {
  readonly name: string;
  readonly schema: DescMessage;
  /** The code of gen/…_codec.ts. */
  readonly ours: Codec;
  /** protobuf-es with the schemas of gen/…_pb.ts. */
  readonly theirs: Codec;
}

export const PAIRS: readonly Pair[] = messagesOf(file.messages).map((schema) => {
  const name = schema.typeName.slice("tsetsen.api.v1.".length).replaceAll(".", "_");
  return {
    name,
    schema,
    ours: { encode: exported(`encode${name}`), decode: exported(`decode${name}`) },
    theirs: {
      encode: (message) =>
        toBinary(schema, create(schema, message as MessageInitShape<DescMessage>)),
      decode: (bytes) => plain(fromBinary(schema, bytes)) as Fields,
    },
  };
});

export function pairOf(name: string): Pair {
  const pair = PAIRS.find((candidate) => candidate.name === name);
  if (pair === undefined) throw new Error(`no message ${name}`);
  return pair;
}

function messagesOf(messages: readonly DescMessage[]): DescMessage[] {
  return messages.flatMap((message) => [message, ...messagesOf(message.nestedMessages)]);
}

// deno-lint-ignore no-explicit-any -- Functions of different messages have no other type in common.
function exported(name: string): any {
  const functions: Readonly<Record<string, unknown>> = codec;
  if (typeof functions[name] !== "function") throw new Error(`${name} is not exported`);
  return functions[name];
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const fields = Object.entries(value).filter(([key]) => !key.startsWith("$"));
  return Object.fromEntries(fields.map(([key, field]) => [key, plain(field)]));
}
