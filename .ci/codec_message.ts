/**
 * Generates the code of one message, for protoc_gen_codec.ts.
 *
 * @module
 */

import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";

/** The parts of the generated code that depend on the type of a field. */
interface FieldCode {
  /** The declaration in the interface. */
  readonly declaration: string;
  /** The value of the field in an empty message. An empty message lacks the field when this is absent. */
  readonly initial?: string;
  /** The statement that writes the field, unless it has its default. */
  readonly write: string;
  /** The statement that reads the field. */
  readonly read: string;
}

/** A scalar type. */
interface Scalar {
  /** The type in TypeScript. */
  readonly type: string;
  /** The default. */
  readonly initial: string;
  /** The method of the reader and of the writer. */
  readonly method: string;
  readonly wireType: number;
  /** The condition under which protobuf-es writes the value. */
  isSet(value: string): string;
}

const INT32: Scalar = {
  type: "number",
  initial: "0",
  method: "int32",
  wireType: 0,
  isSet: (value) => `${value} !== 0`,
};

const SCALARS: { readonly [type in ScalarType]?: Scalar } = {
  [ScalarType.INT32]: INT32,
  [ScalarType.BOOL]: {
    type: "boolean",
    initial: "false",
    method: "bool",
    wireType: 0,
    isSet: (value) => `${value} !== false`,
  },
  [ScalarType.FLOAT]: {
    type: "number",
    initial: "0",
    method: "float",
    wireType: 5,
    // -0 is not the default.
    isSet: (value) => `!Object.is(${value}, 0)`,
  },
  [ScalarType.STRING]: {
    type: "string",
    initial: '""',
    method: "string",
    wireType: 2,
    isSet: (value) => `${value} !== ""`,
  },
  [ScalarType.BYTES]: {
    type: "Uint8Array",
    initial: "new Uint8Array(0)",
    method: "bytes",
    wireType: 2,
    isSet: (value) => `${value}.byteLength > 0`,
  },
};

/** The code for a message and for the messages that are declared in it. */
export function generateMessage(message: DescMessage): string {
  assertNotRecursive(message);
  const name = nameOf(message);
  const fields = message.fields.toSorted((a, b) => a.number - b.number);
  const codes = fields.map((field) => ({ field, ...fieldCode(field) }));
  const initials = codes.filter(({ initial }) => initial !== undefined);
  const lines = (part: (code: (typeof codes)[number]) => string, among = codes) =>
    among.map(part).join("\n");
  const code = `${comment(message)}
export interface ${name} {
${lines(({ field, declaration }) => `${comment(field, "  ")}\n  ${declaration};`)}
}

/** Encodes a ${name}. */
export function encode${name}(message: ${name}): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter();
${lines(({ write }) => `  ${write}`)}
  return writer.finish();
}

/** Decodes a ${name}. Throws if the bytes are malformed. */
export function decode${name}(bytes: Uint8Array): ${name} {
  return read${name}(new WireReader(bytes), bytes.length, MAX_GROUP_DEPTH);
}

function read${name}(
  reader: WireReader,
  end: number,
  groupDepth: number,
  message: ${name} = {
${lines(({ field, initial }) => `    ${field.localName}: ${initial},`, initials)}
  },
): ${name} {
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    switch (number) {
${lines(({ field, read }) => `      case ${field.number}:\n        ${read}\n        break;`)}
      default:
        reader.skip(wireType, number, groupDepth);
    }
  }
  return message;
}
`;
  return [code, ...message.nestedMessages.map(generateMessage)].join("\n");
}

function fieldCode(field: DescField): FieldCode {
  const { localName } = field;
  const value = `message.${localName}`;
  if (field.oneof === undefined) {
    if (field.fieldKind === "message" && !field.delimitedEncoding) {
      const type = nameOf(field.message);
      return {
        declaration: `${localName}?: ${type} | undefined`,
        write: `if (${value} !== undefined) ${writeMessage(field, type, value)}`,
        read: `${value} = ${readMessage(type, `, ${value}`)};`,
      };
    }
    if (field.fieldKind === "list" && field.listKind === "message" && !field.delimitedEncoding) {
      const type = nameOf(field.message);
      return {
        declaration: `${localName}: ${type}[]`,
        initial: "[]",
        write: `for (const item of ${value}) ${writeMessage(field, type, "item")}`,
        read: `${value}.push(${readMessage(type)});`,
      };
    }
    const scalar = scalarOf(field);
    if (scalar !== undefined && field.presence === FeatureSet_FieldPresence.IMPLICIT) {
      const { type, initial, method, wireType, isSet } = scalar;
      return {
        declaration: `${localName}: ${type}`,
        initial,
        write: `if (${isSet(value)}) writer.uint32(${tag(field, wireType)}).${method}(${value});`,
        read: `${value} = reader.${method}();`,
      };
    }
  }
  throw new Error(
    `${field} is of a kind that .ci/codec_message.ts does not generate: add it there`,
  );
}

function scalarOf(field: DescField): Scalar | undefined {
  if (field.fieldKind === "scalar") return SCALARS[field.scalar];
  return field.fieldKind === "enum" && field.enum.open ? INT32 : undefined;
}

function writeMessage(field: DescField, type: string, value: string): string {
  return `writer.uint32(${tag(field, 2)}).bytes(encode${type}(${value}));`;
}

function readMessage(type: string, message = ""): string {
  return `read${type}(reader, reader.uint32() + reader.pos, groupDepth - 1${message})`;
}

function tag(field: DescField, wireType: number): number {
  return (field.number << 3 | wireType) >>> 0;
}

/** The name that protoc-gen-es gives to the message. */
function nameOf({ file, typeName }: DescMessage): string {
  return typeName.slice(file.proto.package.length + 1).replaceAll(".", "_");
}

/** Refuses a recursive message, because the generated code has no limit of depth. */
function assertNotRecursive(message: DescMessage, parents: readonly DescMessage[] = []): void {
  if (parents.includes(message)) throw new Error(`${message} must not contain itself`);
  for (const field of message.fields) {
    if (field.message !== undefined) assertNotRecursive(field.message, [...parents, message]);
  }
}

/** The comment that stands before a declaration in the proto file, as a TSDoc comment. */
function comment(desc: DescMessage | DescField, indentation = ""): string {
  const { file } = desc.kind === "field" ? desc.parent : desc;
  const path = pathOf(desc).join();
  const location = file.proto.sourceCodeInfo?.location.find((entry) => entry.path.join() === path);
  const text = (location?.leadingComments ?? "").trimEnd().replaceAll("*/", "*\\/");
  if (!text.includes("\n")) return `${indentation}/**${text} */`;
  return `${indentation}/**\n${text.replace(/^/gm, `${indentation} *`)}\n${indentation} */`;
}

/** Where a declaration stands in its FileDescriptorProto: numbers of fields and indexes, in turn. */
function pathOf(desc: DescMessage | DescField): number[] {
  if (desc.kind === "field") return [...pathOf(desc.parent), 2, desc.parent.fields.indexOf(desc)];
  const { parent, file } = desc;
  if (parent === undefined) return [4, file.messages.indexOf(desc)];
  return [...pathOf(parent), 3, parent.nestedMessages.indexOf(desc)];
}
