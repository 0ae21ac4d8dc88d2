// The generated codecs are held to protobuf-es: the same bytes, the same messages, the same errors.

import type { DescMessage } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type * as codec from "../../gen/tsetsen/api/v1/tsetsen_tts_codec.ts";
import type * as gen from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { SAMPLES } from "../fixtures/messages.ts";
import { concat, toHex } from "../support/hex.ts";
import { messages, varint, wireBytes } from "./arbitraries.ts";
import { type Fields, pairOf, PAIRS } from "./codecs.ts";

/** What a function returns, or the message of what it throws. */
function outcome(run: () => unknown): { value: unknown } | { error: string } {
  try {
    return { value: run() };
  } catch (error) {
    return { error: String(error) };
  }
}

Deno.test("encode and decode of every message agree with protobuf-es on random messages", () => {
  const anyMessage = fc.oneof(
    ...PAIRS.map((pair) => messages(pair.schema).map((message) => ({ pair, message }))),
  );
  fc.assert(
    fc.property(anyMessage, ({ pair: { ours, theirs }, message }) => {
      const encoded = ours.encode(message);
      assertEquals(toHex(encoded), toHex(theirs.encode(message)));
      assertEquals(ours.decode(encoded), theirs.decode(encoded));
    }),
    { seed: 11, numRuns: 3_000 },
  );
});

Deno.test("decode of every message agrees with protobuf-es on random and mutated bytes", () => {
  let decoded = 0;
  let thrown = 0;
  fc.assert(
    fc.property(wireBytes, (bytes) => {
      // A view, because the bytes of a frame are one.
      const view = concat(new Uint8Array(3), bytes, new Uint8Array(3)).subarray(3, -3);
      for (const { name, ours, theirs } of PAIRS) {
        const result = outcome(() => ours.decode(view));
        assertEquals(result, outcome(() => theirs.decode(view)), name);
        if ("value" in result) decoded++;
        else thrown++;
      }
    }),
    { seed: 11, numRuns: 3_000 },
  );
  // Neither outcome is rare.
  assert(Math.min(decoded, thrown) > 5_000, `${decoded} decoded, ${thrown} thrown`);
});

Deno.test("decode of every message agrees with protobuf-es on its mutated encoding", () => {
  const damaged = fc.oneof(
    ...PAIRS.map((pair) =>
      fc.tuple(
        messages(pair.schema),
        messages(pair.schema),
        wireBytes,
        fc.nat(),
        fc.nat({ max: 255 }),
      )
        .map(([first, second, between, at, byte]) => {
          // Two encodings in a row are one message, merged.
          const bytes = concat(pair.ours.encode(first), between, pair.ours.encode(second));
          return { pair, bytes: bytes.map((old, i) => i === at % (2 * bytes.length) ? byte : old) };
        })
    ),
  );
  fc.assert(
    fc.property(damaged, ({ pair: { ours, theirs }, bytes }) => {
      assertEquals(outcome(() => ours.decode(bytes)), outcome(() => theirs.decode(bytes)));
    }),
    { seed: 11, numRuns: 3_000 },
  );
});

Deno.test("encode of every message gives the bytes that were written by hand", () => {
  assertEquals(SAMPLES.length, PAIRS.length);
  for (const { schema, bytes } of SAMPLES) {
    const { ours, theirs } = PAIRS.find((pair) => pair.schema === schema)!;
    assertEquals(toHex(ours.encode(ours.decode(bytes))), toHex(bytes), schema.typeName);
    assertEquals(ours.decode(bytes), theirs.decode(bytes), schema.typeName);
  }
});

Deno.test("encode throws for the numbers that protobuf-es refuses, for the same reason", () => {
  const refused: readonly (readonly [name: string, field: string, values: readonly number[]])[] = [
    ["GetUserBalanceResponse", "credits", [1.5, NaN, Infinity, 2 ** 31, -(2 ** 31) - 1]],
    ["Voice", "gender", [0.5, 2 ** 31]],
    ["CheckStatusResponse_Metrics", "audioLength", [3.5e38, -1e300]],
  ];
  for (const [name, field, values] of refused) {
    const { ours, theirs } = pairOf(name);
    const empty: Fields = ours.decode(new Uint8Array(0));
    for (const value of values) {
      const error = assertThrows(() => ours.encode({ ...empty, [field]: value }), Error);
      // protobuf-es says before it which field it is.
      assertThrows(() => theirs.encode({ [field]: value }), Error, error.message);
    }
  }
});

Deno.test("decode takes as many nested groups as protobuf-es", () => {
  const { ours, theirs } = pairOf("CheckStatusResponse");
  const groups = (depth: number) =>
    concat(
      ...Array(depth).fill(varint(99n << 3n | 3n)),
      ...Array(depth).fill(varint(99n << 3n | 4n)),
    );
  const inMetrics = (bytes: Uint8Array) =>
    concat(Uint8Array.of(0x2a), varint(BigInt(bytes.length)), bytes);
  const decodes = (bytes: Uint8Array) => {
    const result = outcome(() => ours.decode(bytes));
    assertEquals(result, outcome(() => theirs.decode(bytes)));
    return "value" in result;
  };
  assertEquals([98, 99, 100, 101].map((depth) => decodes(groups(depth))), [
    true,
    true,
    false,
    false,
  ]);
  assertEquals([97, 98, 99, 100].map((depth) => decodes(inMetrics(groups(depth)))), [
    true,
    true,
    false,
    false,
  ]);
});

Deno.test("The interfaces of the codecs are those of protoc-gen-es, whose enums are numbers", () => {
  const decoded: Same<Decoded, Generated> = true;
  const encoded: Same<Encoded, Generated> = true;
  assert(decoded && encoded);
});

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

type Decoded = {
  [Name in keyof typeof codec as Name extends `decode${infer Message}` ? Message : never]:
    (typeof codec)[Name] extends (bytes: Uint8Array) => infer Message ? Message : never;
};

type Encoded = {
  [Name in keyof typeof codec as Name extends `encode${infer Message}` ? Message : never]:
    (typeof codec)[Name] extends (message: infer Message) => Uint8Array<ArrayBuffer> ? Message
      : never;
};

type Generated = {
  -readonly [
    // The schemas are constants, the functions are not.

    Name in keyof typeof gen as Name extends `${infer Message}Schema`
      ? (typeof gen)[Name] extends DescMessage ? Message : never
      : never
  ]: (typeof gen)[Name] extends GenMessage<infer Message> ? Plain<Message> : never;
};

type Plain<T> = T extends number ? number
  : T extends string | boolean | undefined | Uint8Array ? T
  : T extends (infer Item)[] ? Plain<Item>[]
  : { [Key in keyof T as Key extends `$${string}` ? never : Key]: Plain<T[Key]> };
