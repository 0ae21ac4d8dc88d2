// A wrong script must not pass for a right one: a test would then believe in a fault that never struck.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  createEmulator,
  type EmulatorOptions,
  type Fault,
  startEmulator,
} from "../../src/emulator/mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";

const KEY = "tsetsen-development-emulator";
const SECRET = "tsetsen-prod-s3cret";

/** What is given, the class that refuses it, and what the message says. */
type Row = readonly [given: unknown, Class: typeof TypeError | typeof RangeError, message: string];

const METHODS = "ListVoices, GenerateSpeech, CheckStatus, GetUserBalance, StreamSpeech, Audio";

const FAULTS: readonly Row[] = [
  [undefined, TypeError, "fault must be an object: got undefined"],
  [null, TypeError, "fault must be an object: got null"],
  ["drop", TypeError, "fault must be an object: got a string of 4 characters"],
  [[{ kind: "drop" }], TypeError, "fault must be an object: got array"],
  [{}, TypeError, "kind must be one of delay, error, http, drop, "],
  [{ kind: "nonsense" }, RangeError, "kind must be one of delay, error, http, drop, "],
  [{ kind: "toString" }, RangeError, 'audio: got "toString"'],
  [
    { kind: "hang", method: "listVoices" },
    RangeError,
    `method must be one of ${METHODS}: got "listVoices"`,
  ],
  [{ kind: "hang", method: 1 }, TypeError, `method must be one of ${METHODS}: got`],
  ...[0, -1, 1.5, NaN, -Infinity].map((times): Row => [
    { kind: "hang", times },
    RangeError,
    `times must be a whole number of at least 1, or Infinity: got ${times}`,
  ]),
  [{ kind: "hang", times: "2" }, TypeError, "times must be"],
  [{ kind: "hang", when: true }, TypeError, "when must be a function: got true"],
  ...[-1, NaN, Infinity].map((delay): Row => [
    { kind: "drop", delay },
    RangeError,
    `delay must be milliseconds, a finite number of at least 0: got ${delay}`,
  ]),
  [{ kind: "delay" }, TypeError, "delay must be milliseconds"],
  [{ kind: "delay", delay: "50" }, TypeError, "delay must be milliseconds"],
  [{ kind: "delay", delay: 1, charged: 1 }, TypeError, "charged must be a boolean: got"],
  [{ kind: "error" }, TypeError, "code must be one of CANCELLED, "],
  [
    { kind: "error", code: "NOPE" },
    RangeError,
    `UNAUTHENTICATED, or a whole number from 0 to 2147483647: got "NOPE"`,
  ],
  [{ kind: "error", code: "toString" }, RangeError, "code must be one of CANCELLED, "],
  [{ kind: "error", code: NaN }, RangeError, "got NaN"],
  [{ kind: "error", code: -1 }, RangeError, "got -1"],
  [{ kind: "error", code: 14, message: 1 }, TypeError, "message must be a string"],
  [{ kind: "error", code: 14, details: [{ type: "x" }] }, TypeError, "details must be an array"],
  [{ kind: "error", code: 14, details: [null] }, TypeError, "details must be an array"],
  [
    { kind: "error", code: 14, trailers: { "retry-after": 7 } },
    TypeError,
    "trailers must be an object whose values are strings: got object",
  ],
  [
    { kind: "error", code: 14, headers: { "not a name": "x" } },
    RangeError,
    "headers must be an object of names and values that HTTP allows: got object",
  ],
  [{ kind: "error", code: 14, headers: ["x"] }, TypeError, "headers must be an object"],
  [{ kind: "error", code: 14, trailersOnly: "yes" }, TypeError, "trailersOnly must be a boolean"],
  [{ kind: "http" }, TypeError, "status must be a whole number from 200 to 599: got"],
  ...[99, 199, 600, 200.5, NaN].map((status): Row => [
    { kind: "http", status },
    RangeError,
    `status must be a whole number from 200 to 599: got ${status}`,
  ]),
  [{ kind: "http", status: "503" }, TypeError, "status must be"],
  [{ kind: "http", status: 503, body: 1 }, TypeError, "body must be a string, or a Uint8Array"],
  [{ kind: "http", status: 503, headers: { "a b": "" } }, RangeError, "headers must be"],
  ...["drop", "hang", "truncate"].flatMap((kind) =>
    [-1, 0.5, NaN].map((afterBytes): Row => [
      { kind, afterBytes },
      RangeError,
      `afterBytes must be a whole number of at least 0, or Infinity: got ${afterBytes}`,
    ])
  ),
  [{ kind: "drop", pause: -1 }, RangeError, "pause must be milliseconds"],
  [
    { kind: "hang", pause: 1 },
    TypeError,
    `pause is not a field of a "hang" fault: there are kind, method, times, when, delay, afterBytes`,
  ],
  [{ kind: "no-trailers", afterByte: 1 }, TypeError, 'not a field of a "no-trailers" fault'],
  [{ kind: "hang", afterByte: 1 }, TypeError, "did you mean afterBytes?"],
  [{ kind: "rechunk" }, TypeError, "bytes must be a whole number of at least 1, or Infinity"],
  [{ kind: "rechunk", bytes: 0 }, RangeError, "bytes must be"],
  [{ kind: "frame-flags", flags: 256 }, RangeError, "flags must be a whole number from 0 to 255"],
  [{ kind: "oversized-frame", announce: 2 ** 32 }, RangeError, "announce must be a whole number"],
  [{ kind: "oversized-frame", bytes: -1 }, RangeError, "bytes must be a whole number"],
  [{ kind: "garbage", bytes: -1 }, RangeError, "bytes must be a Uint8Array, or a whole number"],
  [{ kind: "garbage", bytes: [1] }, TypeError, "bytes must be a Uint8Array, or a whole number"],
  [{ kind: "content-type" }, TypeError, "contentType must be a string that HTTP allows"],
  [{ kind: "content-type", contentType: "\n\0" }, RangeError, "contentType must be a string"],
  [{ kind: "metadata", trailers: { a: 1 } }, TypeError, "trailers must be"],
  [{ kind: "error", code: 5, message: "\ud800" }, RangeError, "message must be a string in well-"],
  [{ kind: "stream", errorMessage: "\udc00" }, RangeError, "errorMessage must be a string in well"],
  ...["сайн", "a\r\nb: c"].map((value): Row => [
    { kind: "error", code: 5, trailersOnly: true, trailers: { "x-a": value } },
    RangeError,
    "trailers of a fault with trailersOnly must be an object of names and values that HTTP allows",
  ]),
  [{ kind: "metadata", headers: { a: "\0" } }, RangeError, "headers must be"],
  [
    { kind: "unknown-enum", value: 2 ** 31 },
    RangeError,
    "value must be a whole number from -2147",
  ],
  [{ kind: "stream", chunkBytes: 0 }, RangeError, "chunkBytes must be a whole number from 1 to"],
  [{ kind: "stream", afterChunks: NaN }, RangeError, "afterChunks must be a whole number"],
  [{ kind: "stream", bytes: -1 }, RangeError, "bytes must be a whole number"],
  [{ kind: "stream", errorMessage: true }, TypeError, "errorMessage must be a string"],
  [{ kind: "stream", waveHeader: 1 }, TypeError, "waveHeader must be a boolean"],
  [{ kind: "stream", neverFinal: 1 }, TypeError, "neverFinal must be a boolean"],
  [{ kind: "audio", bytes: "RIFF" }, TypeError, "bytes must be a Uint8Array"],
  [{ kind: "audio", etag: "\0" }, RangeError, "etag must be a string that HTTP allows"],
  [{ kind: "audio", lastModified: new Date() }, TypeError, "lastModified must be a string"],
  [{ kind: "audio", ranges: 0 }, TypeError, "ranges must be a boolean"],
];

Deno.test("Emulator.addFault refuses a fault that could not strike as its script says", () => {
  const emulator = createEmulator();
  for (const [fault, Class, message] of FAULTS) {
    refused(() => emulator.addFault(fault as Fault), Class, message);
  }
});

Deno.test("Emulator.addFault takes every fault at the ends of its ranges", () => {
  const emulator = createEmulator();
  const bytes = new Uint8Array();
  const faults: readonly Fault[] = [
    { kind: "delay", delay: 0, times: Infinity, method: "Audio", when: () => true },
    { kind: "error", code: 0, headers: {}, trailers: {}, details: [{ type: "", value: bytes }] },
    { kind: "error", code: 2 ** 31 - 1, message: "" },
    { kind: "http", status: 200, body: bytes },
    { kind: "http", status: 599, body: "" },
    { kind: "drop", afterBytes: 0, pause: 0, delay: 0.5 },
    { kind: "hang", afterBytes: Infinity },
    { kind: "rechunk", bytes: Infinity },
    { kind: "frame-flags", flags: 255 },
    { kind: "oversized-frame", announce: 0, bytes: Infinity },
    { kind: "garbage", bytes: 0 },
    { kind: "garbage", bytes },
    { kind: "content-type", contentType: "" },
    { kind: "metadata" },
    { kind: "unknown-enum", value: -(2 ** 31) },
    { kind: "stream", bytes: 0, afterChunks: Infinity, chunkBytes: 1 },
    { kind: "audio", bytes, etag: "", lastModified: "", contentType: "" },
  ];
  for (const fault of faults) emulator.addFault(fault);
  // As from a script in which what is not given is undefined.
  emulator.addFault({ kind: "drop", times: undefined, afterBytes: undefined } as unknown as Fault);
});

Deno.test("Emulator.addCredits takes whole numbers only, so that every balance can be answered", () => {
  const emulator = createEmulator();
  for (const credits of [NaN, 0.5, Infinity]) {
    refused(
      () => emulator.addCredits(KEY, credits),
      RangeError,
      `credits must be a whole number: got ${credits}`,
    );
  }
  for (const credits of ["5", undefined, null]) {
    refused(
      () => emulator.addCredits(KEY, credits as never),
      TypeError,
      "credits must be a whole number: got ",
    );
  }
  assertEquals(emulator.ledger.balance(KEY), 100_000);
});

const voice = { id: "a", name: "A", gender: "male", version: "beta-v0.2" } as const;
const url = "publicUrl must be an http(s) URL, without user name, query and fragment: got ";

const OPTIONS: readonly Row[] = [
  [null, TypeError, "options must be an object: got null"],
  [SECRET, TypeError, "options must be an object: got a string of 19 characters"],
  [[], TypeError, "options must be an object: got array"],
  [{ apiKeys: SECRET }, TypeError, "apiKeys must be an object: got a string of 19"],
  [{ apiKeys: [SECRET] }, TypeError, "apiKeys must be an object: got array"],
  [{ apiKeys: { [SECRET]: "5" } }, TypeError, "credits must be a whole number from 0 to 21474"],
  [{ apiKeys: { [SECRET]: -1 } }, RangeError, "credits must be a whole number from 0 to 21474"],
  [{ allowAnyKey: "yes" }, TypeError, "allowAnyKey must be a boolean: got a string"],
  [{ voices: { a: voice } }, TypeError, "voices must be an array: got object"],
  [{ voices: ["a"] }, TypeError, "voices[0] must be an object: got a string"],
  [{ voices: [voice, { ...voice, id: 5 }] }, TypeError, "voices[1].id must be an id of its own"],
  [{ voices: [voice, voice] }, RangeError, `'.', '_' and '-': got "a"`],
  [{ voices: [{ ...voice, name: undefined }] }, TypeError, "voices[0].name must be a string"],
  [
    { voices: [{ ...voice, gender: undefined }] },
    TypeError,
    "voices[0].gender must be one of male, female: got undefined",
  ],
  [
    { voices: [{ ...voice, gender: "female " }] },
    RangeError,
    `voices[0].gender must be one of male, female: got "female "`,
  ],
  [
    { voices: [{ ...voice, version: undefined }] },
    TypeError,
    "voices[0].version must be one of beta-v0.1, beta-v0.2: got undefined",
  ],
  [{ voices: [{ ...voice, version: "v2" }] }, RangeError, `beta-v0.2: got "v2"`],
  [{ voices: [{ ...voice, language: 1 }] }, TypeError, "voices[0].language must be a string"],
  ...["pace", "queueTime", "streamPace"].flatMap((name): Row[] => [
    [{ [name]: "1" }, TypeError, `${name} must be milliseconds`],
    [{ [name]: -1 }, RangeError, `${name} must be milliseconds`],
    [{ [name]: NaN }, RangeError, `${name} must be milliseconds`],
  ]),
  [{ failWhen: 5 }, TypeError, "failWhen must be a function: got 5"],
  [{ maxTextLength: 0 }, RangeError, "maxTextLength must be a number of at least 1, or false"],
  [{ maxTextLength: true }, TypeError, "maxTextLength must be a number of at least 1, or false"],
  [{ streamLimits: 1 }, TypeError, "streamLimits must be an object: got 1"],
  [{ streamLimits: { perMinute: 0 } }, RangeError, "streamLimits.perMinute must be a number"],
  [
    { streamLimits: { maxAudioSeconds: "300" } },
    TypeError,
    "streamLimits.maxAudioSeconds must be a number of at least 1, or false for no limit",
  ],
  [
    { streamChunkBytes: 0.5 },
    RangeError,
    "streamChunkBytes must be a whole number of at least 1",
  ],
  [{ streamBytes: -1 }, RangeError, "streamBytes must be a whole number of at least 0"],
  [{ publicUrl: new URL("http://h") }, TypeError, `${url}URL`],
  [{ publicUrl: SECRET }, RangeError, `${url}a string of 19 characters`],
  [{ publicUrl: "localhost:50051" }, RangeError, `${url}a string of 15 characters`],
  [{ publicUrl: "ftp://h" }, RangeError, `${url}a string of 7 characters`],
  [{ publicUrl: "http://h/?a" }, RangeError, `${url}a string of 11 characters`],
  [{ publicUrl: "http://a:b@h" }, RangeError, `${url}a string of 12 characters`],
  [
    { cors: "no" },
    TypeError,
    "cors must be a boolean: got a string of 2 characters",
  ],
  [
    { clock: 5 },
    TypeError,
    "clock must be a clock, an object with the functions now and sleep: got 5",
  ],
  [{ clock: { now: () => 0 } }, TypeError, "clock must be a clock"],
  [{ clock: { now: 0, sleep: 0 } }, TypeError, "clock must be a clock"],
];

Deno.test("createEmulator and startEmulator refuse options that are wrong by type or by value", async () => {
  for (const [options, Class, message] of OPTIONS) {
    const given = options as EmulatorOptions;
    refused(() => createEmulator(given), Class, message);
    await assertRejects(() => startEmulator(given), Class, message);
  }
});

Deno.test("startEmulator and serveGrpc refuse a place where nothing can listen", async () => {
  await using emulator = await startEmulator();
  const rows: readonly Row[] = [
    [{ port: "0" }, TypeError, "port must be a whole number from 0 to 65535: got"],
    [{ port: NaN }, RangeError, "port must be a whole number from 0 to 65535: got"],
    [{ port: 65_536 }, RangeError, "port must be a whole number from 0 to 65535: got"],
    [{ hostname: 1 }, TypeError, "hostname must be an address or a name of this machine: got"],
    [{ hostname: "" }, RangeError, "machine: got an empty string"],
    ["x", TypeError, "options must be an object: got a string of 1 characters"],
  ];
  for (const [options, Class, message] of rows) {
    await assertRejects(() => startEmulator(options as never), Class, message);
    await assertRejects(() => serveGrpc(emulator, options as never), Class, message);
  }
});

function refused(work: () => unknown, Class: Row[1], message: string): void {
  const error = assertThrows(work, Class, message);
  assert(!error.message.includes(SECRET), error.message);
}
