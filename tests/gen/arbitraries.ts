// Random messages, and random bytes that look like messages.

import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import fc from "fast-check";
import { concat, utf8 } from "../support/hex.ts";
import type { Fields } from "./codecs.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ maxLength: 40 }),
  // Lone surrogates, a byte order mark, and lengths around those at which the writer changes its way.
  fc.array(fc.constantFrom("\ud800", "\udfff", "\ufeff", "\0", "😀", "Сайн", "a"), { maxLength: 6 })
    .map((parts) => parts.join("")),
  fc.tuple(fc.constantFrom("a", "ө", "€"), fc.constantFrom(31, 32, 33, 42, 43, 63, 64, 127, 128))
    .map(([unit, length]) => unit.repeat(length)),
);

const int32 = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(0, -0, 1, -1, 127, 128, 16_383, 16_384, 2 ** 31 - 1, -(2 ** 31)),
);

const float = fc.oneof(
  fc.float(),
  fc.double({ min: -3.4e38, max: 3.4e38 }),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 2 ** -149, -(2 ** -149), 2 ** -150, 1.1),
);

const bytes = fc.uint8Array({ maxLength: 200 });

/** Messages that both encoders must accept. */
export function messages({ fields }: DescMessage): fc.Arbitrary<Fields> {
  const required: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of fields) required[field.localName] = values(field);
  return fc.record(required).map(withoutUndefined);
}

function values(field: DescField): fc.Arbitrary<unknown> {
  if (field.fieldKind === "enum") return int32;
  if (field.fieldKind === "message") {
    return fc.option(messages(field.message), { nil: undefined });
  }
  if (field.fieldKind === "list" && field.listKind === "message") {
    return fc.array(messages(field.message), { maxLength: 4 });
  }
  switch (field.scalar) {
    case ScalarType.STRING:
      return fc.oneof(fc.constant(""), text);
    case ScalarType.BYTES:
      return bytes;
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.FLOAT:
      return float;
    case ScalarType.INT32:
      return int32;
  }
  throw new Error(`no arbitrary for ${field}`);
}

function withoutUndefined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A varint of a number below 2^64, with `padding` bytes more than it needs. */
export function varint(value: bigint, padding = 0): Uint8Array<ArrayBuffer> {
  const groups: number[] = [];
  for (let rest = value; rest > 0n || groups.length === 0; rest >>= 7n) {
    groups.push(Number(rest & 0x7fn));
  }
  groups.push(...Array<number>(padding).fill(0));
  return Uint8Array.from(groups, (group, i) => i < groups.length - 1 ? group | 0x80 : group);
}

const varints = fc.tuple(
  fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.constantFrom(0n, 1n, 2n, 2n ** 31n, 2n ** 32n, 2n ** 32n + 5n, 2n ** 63n, 2n ** 64n - 1n),
    fc.bigInt({ min: 0n, max: 300n }),
  ),
  fc.constantFrom(0, 0, 0, 1, 3, 8),
).map(([value, padding]) => varint(value, padding));

const badUtf8 = fc.constantFrom([0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xd0], [
  0xf4,
  0x90,
  0x80,
])
  .map((parts) => Uint8Array.from(parts));

const numbers = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 2, arbitrary: fc.constantFrom(7, 15, 16, 2_047, 2_048, 2 ** 29 - 1) },
);

/** The tag's wire type, and what follows it, which need not belong together. */
function records(depth: number): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const contents = depth === 0
    ? fc.constant(new Uint8Array(0))
    : fc.array(records(depth - 1), { maxLength: 3 }).map((parts) => concat(...parts));
  const lengthDelimited = fc.tuple(
    fc.oneof(text.map(utf8), badUtf8, bytes.map((chunk) => concat(chunk)), contents),
    fc.constantFrom(0, 0, 0, 0, 0, 0, 1, -1, 2 ** 31),
  ).map(([content, excess]) =>
    concat(varint(BigInt(Math.max(0, content.length + excess))), content)
  );
  const payloads: Readonly<Record<number, fc.Arbitrary<Uint8Array<ArrayBuffer>>>> = {
    0: varints,
    1: fc.uint8Array({ minLength: 8, maxLength: 8 }).map((eight) => concat(eight)),
    2: lengthDelimited,
    3: contents,
    5: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((four) => concat(four)),
  };
  return fc.tuple(numbers, fc.constantFrom(0, 0, 1, 2, 2, 2, 2, 3, 5, 5), fc.nat({ max: 19 }))
    .chain(
      ([number, type, luck]) => {
        const kind = luck === 0 ? 2 : luck === 1 ? 0 : type;
        const tag = varint(BigInt(number) << 3n | BigInt(type), luck === 2 ? 1 : 0);
        const end = type === 3 ? varint(BigInt(luck === 3 ? number + 1 : number) << 3n | 4n) : [];
        return payloads[kind]!.map((payload) => concat(tag, payload, Uint8Array.from(end)));
      },
    );
}

const mutations = fc.oneof(
  { weight: 3, arbitrary: fc.constant((input: Uint8Array<ArrayBuffer>) => input) },
  fc.nat().map((at) => (input: Uint8Array<ArrayBuffer>) => input.slice(0, at % (input.length + 1))),
  fc.tuple(fc.nat(), fc.nat({ max: 255 })).map(
    ([at, byte]) => (input: Uint8Array<ArrayBuffer>) =>
      input.map((old, i) => i === at % input.length ? byte : old),
  ),
  fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 3 })).map(
    ([at, more]) => (input: Uint8Array<ArrayBuffer>) => {
      const middle = at % (input.length + 1);
      return concat(input.slice(0, middle), more, input.slice(middle));
    },
  ),
);

/** Bytes between a valid message and noise. */
export const wireBytes: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.tuple(
  fc.oneof(
    { weight: 9, arbitrary: fc.array(records(2), { maxLength: 5 }).map((all) => concat(...all)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }).map((noise) => concat(noise)) },
  ),
  mutations,
).map(([input, mutate]) => mutate(input));
