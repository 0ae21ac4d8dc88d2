// The generator of the codecs refuses what it does not generate.

import { create, createFileRegistry, type MessageInitShape } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  type FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { assertStringIncludes, assertThrows } from "@std/assert";
import { generateMessage } from "../../.ci/codec_message.ts";

type Field = MessageInitShape<typeof FieldDescriptorProtoSchema>;

/** Generates the message `M` with one field, `f`. */
function generate(field: Field): string {
  const only = { name: "f", number: 1, label: Label.OPTIONAL };
  const oneofDecl = field.oneofIndex === undefined ? [] : [{ name: "_f" }];
  const file = create(FileDescriptorProtoSchema, {
    name: "a.proto",
    package: "a",
    syntax: "proto3",
    messageType: [
      { name: "M", field: [{ ...only, ...field }], oneofDecl },
      { name: "Node", field: [{ ...only, type: Type.MESSAGE, typeName: ".a.Node" }] },
    ],
  });
  return generateMessage(createFileRegistry(file, () => undefined).getMessage("a.M")!);
}

const refused: Readonly<Record<string, readonly [field: Field, error: string]>> = {
  "an int64": [{ type: Type.INT64 }, "field a.M.f is of a kind"],
  "an optional field": [
    { type: Type.STRING, proto3Optional: true, oneofIndex: 0 },
    "field a.M.f is of a kind",
  ],
  "a field of a oneof": [{ type: Type.STRING, oneofIndex: 0 }, "field a.M.f is of a kind"],
  "a repeated string": [{ type: Type.STRING, label: Label.REPEATED }, "field a.M.f is of a kind"],
  "a message that contains itself": [
    { type: Type.MESSAGE, typeName: ".a.M" },
    "message a.M must not contain itself",
  ],
  "a message that contains a recursive one": [
    { type: Type.MESSAGE, typeName: ".a.Node" },
    "message a.Node must not contain itself",
  ],
};

for (const [name, [field, error]] of Object.entries(refused)) {
  Deno.test(`generateMessage refuses ${name}`, () => {
    assertThrows(() => generate(field), Error, error);
  });
}

Deno.test("generateMessage writes the tag of a field as one number", () => {
  const code = generate({ type: Type.STRING, number: 2 ** 29 - 1 });
  assertStringIncludes(code, 'if (message.f !== "") writer.uint32(4294967290).string(message.f);');
});
