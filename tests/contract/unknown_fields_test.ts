// A field that does not exist is refused by name: ignored, it would change nothing, and be paid for.

import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { Client, type ClientOptions, retry } from "../../mod.ts";
import { Client as LeanClient } from "../../src/lean/mod.ts";
import { cannedClient, cannedFetch, failureOf, grpcWeb, KEY } from "../support/canned_fetch.ts";

const OPTIONS: [field: string, meant: RegExp][] = [
  ["baseUrl", /baseUrl is not an option: did you mean endpoint\?/],
  ["baseURL", /did you mean endpoint\?/],
  ["api_key", /did you mean apiKey\?/],
  ["maxRetrys", /did you mean maxRetries\?/],
  ["max_retries", /did you mean maxRetries\?/],
  ["timeoutMs", /did you mean timeout\?/],
  ["quux", /quux is not an option: there are apiKey, /],
  ["tsetsen-prod-abcdefgh", /^a string of 21 characters is not an option/],
];

for (const [name, Class] of [["default", Client], ["lean", LeanClient]] as const) {
  Deno.test(`Client refuses an option that does not exist, and names the nearest, ${name}`, () => {
    for (const [field, meant] of OPTIONS) {
      const options = { apiKey: KEY, [field]: "x" } as ClientOptions;
      assertMatch(assertThrows(() => new Class(options as never), TypeError).message, meant);
      // Not given is not given.
      new Class({ apiKey: KEY, [field]: undefined } as never).close();
    }
  });
}

Deno.test("Client refuses a field that does not exist in requests and options, before it sends", async () => {
  const canned = cannedFetch(() => grpcWeb([]));
  using client = cannedClient(canned);
  const speech = { text: "Сайн", voiceId: "v1" };
  // deno-lint-ignore no-explicit-any -- bad input has every type
  const any = (value: unknown): any => value;
  const cases: [call: () => unknown, message: RegExp][] = [
    [
      () => client.submit(any({ ...speech, format: "mp3" })),
      /format is not a field of the request/,
    ],
    [() => client.generateSpeech(any({ text: "Сайн", voice: "v1" })), /did you mean voiceId\?/],
    [() => client.streamSpeech(any({ ...speech, voice_id: "v1" })).bytes(), /did you mean voiceId/],
    [
      () => client.listVoices(any({ signal: new AbortController().signal })),
      /signal is not a field/,
    ],
    [() => client.getUserBalance(any({ timeout: 5 })), /timeout is not a field of the request/],
    [() => client.listVoices({}, any({ retries: 2 })), /did you mean maxRetries\?/],
    [() => client.waitForCompletion("r1", any({ interval: 5 })), /did you mean pollInterval\?/],
    [
      () => client.streamSpeech(speech, any({ idleTimeOut: 5 })).bytes(),
      /did you mean idleTimeout\?/,
    ],
    [() => retry(() => 1, any({ retryexceptions: [] })), /did you mean retryExceptions\?/],
  ];
  for (const [call, message] of cases) {
    const error = await failureOf(call);
    assertEquals(error.constructor, TypeError, `${call}`);
    assertMatch(error.message, message);
  }
  assertEquals(canned.sent.length, 0);
});

Deno.test('Client refuses a flag that is no boolean: "false" from an environment would be true', () => {
  for (const field of ["secure", "dangerouslyAllowBrowser"]) {
    const options = { apiKey: KEY, [field]: "false" } as ClientOptions;
    assertThrows(() => new Client(options), TypeError, `${field} must be`);
  }
});
