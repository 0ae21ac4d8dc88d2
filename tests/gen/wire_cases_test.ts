// Odd and malformed bytes, one kind a line, with what both decoders make of them.

import { assertEquals, assertThrows } from "@std/assert";
import { hex } from "../support/hex.ts";
import { type Fields, pairOf } from "./codecs.ts";

/** Only the fields that are not the default; or what the error says. */
type Expected = Fields | RegExp;

const NO_METRICS = {
  queueTime: 0,
  processingTime: 0,
  totalTime: 0,
  audioLength: 0,
  creditsUsed: 0,
  characterCount: 0,
};

/** A message, what its bytes have, the bytes. */
const CASES: readonly (readonly [message: string, name: string, bytes: string, Expected])[] = [
  ["GetUserBalanceResponse", "reads no bytes as the defaults", "", {}],
  ["GetUserBalanceResponse", "reads a negative int32 of ten bytes", `08 ${ff(9)} 01`, {
    credits: -1,
  }],
  ["GetUserBalanceResponse", "reads a negative int32 of five bytes", `08 ${ff(4)} 0f`, {
    credits: -1,
  }],
  ["GetUserBalanceResponse", "reads an overlong varint", "08 85 80 80 80 80 00", { credits: 5 }],
  [
    "GetUserBalanceResponse",
    "keeps the low 32 bits of an int32 of 33 bits",
    "08 85 80 80 80 10",
    { credits: 5 },
  ],
  [
    "GetUserBalanceResponse",
    "refuses a varint of eleven bytes",
    `08 ${ff(10)} 01`,
    /invalid varint/,
  ],
  ["GetUserBalanceResponse", "refuses a varint cut short", "08 80", /premature EOF/],
  ["GetUserBalanceResponse", "takes the last of a repeated scalar", "08 01 08 02", { credits: 2 }],
  ["GetUserBalanceResponse", "keeps a default that comes last", "08 01 08 00", {}],
  [
    "GetUserBalanceResponse",
    "skips unknown fields of every wire type",
    `98 06 ${ff(9)} 01 99 06 01 02 03 04 05 06 07 08 9a 06 02 ff ff
     9b 06 a0 06 01 9b 06 9c 06 9c 06 9d 06 01 02 03 04 08 07`,
    { credits: 7 },
  ],
  [
    "GetUserBalanceResponse",
    "refuses a group that another number ends",
    "9b 06 a4 06",
    /invalid end group tag/,
  ],
  ["GetUserBalanceResponse", "refuses a group without an end", "9b 06 08 01", /premature EOF/],
  ["GetUserBalanceResponse", "refuses an end without a group", "9c 06", /cant skip wire type 4/],
  ["GetUserBalanceResponse", "refuses field number 0", "00 01", /illegal tag: field no 0/],
  ["GetUserBalanceResponse", "refuses wire type 6", "0e 01", /illegal tag: .* wire type 6/],
  [
    "GetUserBalanceResponse",
    "refuses a tag of more than 32 bits",
    "88 80 80 80 10 01",
    /illegal tag: varint overflows/,
  ],
  [
    "GetUserBalanceResponse",
    "reads a known field by its own type, whatever its wire type",
    "0a 07",
    { credits: 7 },
  ],
  ["GetUserBalanceResponse", "refuses an unknown field cut short", "9a 06 05 01", /premature EOF/],
  ["StreamSpeechResponse", "reads a bool of 2 as true", "10 02", { isFinal: true }],
  ["StreamSpeechResponse", "reads a bool of 2^63 as true", "10 80 80 80 80 80 80 80 80 80 01", {
    isFinal: true,
  }],
  ["StreamSpeechResponse", "reads an overlong bool of 0 as false", "10 80 80 00", {}],
  ["StreamSpeechResponse", "reads empty bytes after others", "0a 01 07 0a 00", {}],
  ["StreamSpeechResponse", "refuses bytes cut short", "0a 05 01 02", /premature EOF/],
  ["StreamSpeechResponse", "refuses a length of 4 GiB", "0a ff ff ff ff 0f 01", /premature EOF/],
  ["StreamSpeechResponse", "keeps a byte order mark", "1a 03 ef bb bf", { errorMessage: "\ufeff" }],
  ["StreamSpeechResponse", "refuses text that is not UTF-8", "1a 01 ff", /TypeError/],
  ["StreamSpeechResponse", "refuses an overlong UTF-8 character", "1a 02 c0 80", /TypeError/],
  ["StreamSpeechResponse", "refuses a surrogate in UTF-8", "1a 03 ed a0 80", /TypeError/],
  [
    "StreamSpeechResponse",
    "refuses long text that is not UTF-8",
    `1a 29 ${"61 ".repeat(40)} ff`,
    /TypeError/,
  ],
  ["Voice", "keeps the number of an unknown enum value", "18 2a", { gender: 42 }],
  ["Voice", "keeps a negative enum value", `18 ${ff(9)} 01`, { gender: -1 }],
  ["CheckStatusResponse_Metrics", "reads NaN", "25 00 00 c0 7f", { audioLength: NaN }],
  ["CheckStatusResponse_Metrics", "reads -0", "25 00 00 00 80", { audioLength: -0 }],
  [
    "CheckStatusResponse_Metrics",
    "reads a subnormal float",
    "25 01 00 00 00",
    { audioLength: 2 ** -149 },
  ],
  ["CheckStatusResponse_Metrics", "refuses a float cut short", "25 00 00", /RangeError/],
  [
    "CheckStatusResponse",
    "merges a message that comes twice",
    "2a 04 08 01 10 02 2a 04 10 03 18 04",
    {
      metrics: { ...NO_METRICS, queueTime: 1, processingTime: 3, totalTime: 4 },
    },
  ],
  [
    "CheckStatusResponse",
    "refuses a message longer than the bytes",
    "2a 05 08 01",
    /premature EOF/,
  ],
  [
    "CheckStatusResponse",
    "goes on after a message whose last field is longer than the message",
    "2a 01 08 05 0a 01 61",
    {
      requestId: "a",
      metrics: { ...NO_METRICS, queueTime: 5 },
    },
  ],
  ["ListVoicesResponse", "reads an empty message of a list", "0a 00", {
    voices: [{ id: "", name: "", gender: 0, language: "", previewUrl: "" }],
  }],
];

for (const [message, name, bytes, expected] of CASES) {
  Deno.test(`decode${message} ${name}, as protobuf-es does`, () => {
    const { ours, theirs } = pairOf(message);
    for (const { decode } of [ours, theirs]) {
      if (expected instanceof RegExp) {
        const error = assertThrows(() => decode(hex(bytes)));
        assertEquals(expected.test(String(error)), true, String(error));
      } else {
        assertEquals(decode(hex(bytes)), { ...decode(new Uint8Array(0)), ...expected });
      }
    }
  });
}

/** Bytes of a varint that goes on. */
function ff(count: number): string {
  return "ff ".repeat(count);
}
