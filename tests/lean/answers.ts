// Answers of a service, real, odd and hostile, by fast-check: what HTTP says, the headers, the frames, and how they come.

import fc from "fast-check";
import { create, type DescMessage, toBinary } from "@bufbuild/protobuf";
import { TsetsenTTS } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { concat, frame, utf8 } from "../support/hex.ts";
import { messages } from "../gen/arbitraries.ts";

/** The methods of a client that are compared. */
export const METHODS = [
  "listVoices",
  "generateSpeech",
  "checkStatus",
  "getUserBalance",
  "streamSpeech",
] as const;

export type Method = (typeof METHODS)[number];

export const KEY = "tsetsen-prod-Kk9_secret-0123456789";
export const TEXT = "Сайн байна уу? Өнөөдөр тэнгэр цэлмэг байна.";

/** An answer to one call. */
export interface Answer {
  readonly method: Method;
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The body, in the pieces in which it comes. */
  readonly chunks: readonly Uint8Array[];
  /** Whether the connection is lost behind the last piece. */
  readonly isCut: boolean;
}

type Field = readonly [name: string, value: string];

const codes = fc.oneof(
  { weight: 6, arbitrary: fc.constant("0") },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 16 }).map(String) },
  {
    weight: 2,
    arbitrary: fc.constantFrom("", " 8", "08", "8, 8", "0, 8", "-1", "17", "99999", "x"),
  },
);

const texts = fc.oneof(
  fc.constantFrom(
    "",
    "rate limit",
    "insufficient credits: balance 0",
    "message larger than max",
    "Timeout expired",
    "%E0%A4%A",
    encodeURIComponent(`quota for ${TEXT}`),
    `the key ${KEY} is wrong`,
  ),
  fc.string({ maxLength: 20 }).map(encodeURIComponent),
);

/** google.rpc.Status with a code of its own, a message, a RetryInfo and an unknown detail, or a part of them. */
const details = fc.tuple(
  fc.integer({ min: 0, max: 17 }),
  fc.constantFrom("", "details speak of credits"),
  fc.option(fc.integer({ min: 0, max: 90 })),
  fc.option(fc.uint8Array({ maxLength: 8 })),
  fc.boolean(),
).map(([code, message, seconds, other, isPadded]) => {
  const parts = [Uint8Array.of(8, code), field(2, utf8(message))];
  if (seconds !== null) {
    const retryInfo = field(1, Uint8Array.of(8, seconds));
    parts.push(field(3, any("google.rpc.RetryInfo", retryInfo)));
  }
  if (other !== null) parts.push(field(3, any("google.rpc.BadRequest", other)));
  const base64 = btoa(String.fromCharCode(...concat(...parts)));
  return isPadded ? base64 : base64.replace(/=+$/, "");
});

function field(number: number, value: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(number << 3 | 2, value.length), value);
}

function any(type: string, value: Uint8Array): Uint8Array {
  return concat(field(1, utf8(`type.googleapis.com/${type}`)), field(2, value));
}

/** Fields that tell a status, in any number, with odd names. */
const statusFields: fc.Arbitrary<Field[]> = fc.tuple(
  fc.option(fc.tuple(fc.constantFrom("grpc-status", "Grpc-Status", "GRPC-STATUS"), codes), {
    freq: 8,
  }),
  fc.option(fc.tuple(fc.constantFrom("grpc-message", "Grpc-Message"), texts)),
  fc.option(
    fc.tuple(
      fc.constant("grpc-status-details-bin"),
      fc.oneof({ weight: 4, arbitrary: details }, {
        weight: 1,
        arbitrary: fc.constantFrom("", "***"),
      }),
    ),
    { freq: 1 },
  ),
  fc.option(
    fc.tuple(
      fc.constant("retry-after"),
      fc.constantFrom("0", "2", "90", "x", "Wed, 21 Oct 2015 07:28:00 GMT"),
    ),
    { freq: 1 },
  ),
  fc.option(
    fc.constantFrom<Field>(
      ["x-request-id", "abc"],
      ["x-quote-bin", btoa(KEY)],
      ["x-reason", "balance too low"],
      ["x-text", TEXT.slice(0, 4).replace(/[^\x20-\x7e]/g, "?")],
    ),
    { freq: 1 },
  ),
).map((fields) => fields.filter((one): one is [string, string] => one !== null));

const types = fc.oneof(
  { weight: 30, arbitrary: fc.constant("application/grpc-web+proto") },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "application/grpc-web",
      "APPLICATION/GRPC-WEB+PROTO; charset=utf-8",
      "application/grpc-web+json",
      "application/grpc-web-text",
      "application/grpc",
      "application/grpc+proto",
      "application/json",
      "text/html",
      "*/*",
      "application/*",
      "",
    ),
  },
);

const statuses = fc.oneof(
  { weight: 30, arbitrary: fc.constant(200) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      201,
      302,
      400,
      401,
      403,
      404,
      408,
      413,
      429,
      499,
      500,
      502,
      503,
      504,
      520,
    ),
  },
);

/** The data of a message of a method, as it should be, or not at all. */
function messageOf(method: Method): fc.Arbitrary<Uint8Array> {
  const schema: DescMessage = TsetsenTTS.method[method].output;
  const good = messages(schema).map((message) => toBinary(schema, create(schema, message)));
  return fc.oneof(
    { weight: 6, arbitrary: good },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }) },
    { weight: 1, arbitrary: fc.constant(new Uint8Array()) },
  );
}

function trailersFrame(fields: readonly Field[], lineEnd: string): Uint8Array {
  return frame(utf8(fields.map(([name, value]) => `${name}: ${value}${lineEnd}`).join("")), 0x80);
}

/** A body whose frames are those of an honest answer, or nearly. */
function framesOf(method: Method): fc.Arbitrary<Uint8Array[]> {
  const message = messageOf(method).map((data): Uint8Array => frame(data));
  const max = method === "streamSpeech" ? 5 : 1;
  const end = fc.tuple(statusFields, fc.constantFrom("\r\n", "\n", "\r\n\r\n")).map((
    [fields, lineEnd],
  ) => trailersFrame(fields, lineEnd));
  const odd = fc.oneof(
    message,
    end,
    fc.constant(frame(new Uint8Array(), 0x80)),
    fc.tuple(fc.uint8Array({ maxLength: 6 }), fc.integer({ min: 0, max: 255 })).map((
      [data, flags],
    ) => frame(data, flags)),
    fc.constant(Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff)),
    fc.constant(Uint8Array.of(0x80, 0, 2, 0, 0)),
    fc.uint8Array({ maxLength: 9 }),
    fc.constant(utf8("<!DOCTYPE html><html></html>")),
  );
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(
        fc.array(message, { minLength: method === "streamSpeech" ? 0 : 1, maxLength: max }),
        fc.oneof({
          weight: 1,
          arbitrary: fc.constant(trailersFrame([["grpc-status", "0"]], "\r\n")),
        }, {
          weight: 1,
          arbitrary: end,
        }),
      ).map(([parts, last]): Uint8Array[] => [...parts, last]),
    },
    { weight: 1, arbitrary: fc.constant<Uint8Array[]>([]) },
    { weight: 1, arbitrary: end.map((last): Uint8Array[] => [last]) },
    { weight: 2, arbitrary: fc.array(odd, { maxLength: 4 }) },
  );
}

/** What may happen to the bytes of a body. */
const damage = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }) }) },
);

/** An answer to a call of any method. */
export const answers: fc.Arbitrary<Answer> = fc.constantFrom(...METHODS).chain((method) =>
  fc.record({
    method: fc.constant(method),
    status: statuses,
    type: types,
    fields: fc.oneof({ weight: 5, arbitrary: fc.constant<Field[]>([]) }, {
      weight: 2,
      arbitrary: statusFields,
    }),
    frames: framesOf(method),
    damage,
    /** Where the body ends, as a part of it. */
    end: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, {
      weight: 1,
      arbitrary: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    lengths: fc.oneof(
      fc.constant([Infinity]),
      fc.constant([1]),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 }),
    ),
    isCut: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, {
      weight: 1,
      arbitrary: fc.constant(true),
    }),
  }).map(({ type, fields, frames, damage, end, lengths, ...answer }) => {
    const whole = concat(...frames);
    if (damage !== undefined && whole.length > 0) whole[damage.at % whole.length] = damage.byte;
    const bytes = whole.slice(0, Math.round(whole.length * end));
    const headers: Field[] = type === "" ? fields : [["content-type", type], ...fields];
    return { ...answer, headers, chunks: cut(bytes, lengths) };
  })
);

function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = at + (lengths[i % lengths.length] as number);
    chunks.push(bytes.slice(at, end));
    at = end;
  }
  return chunks;
}
