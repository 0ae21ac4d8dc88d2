// The responses as users see them, from bytes made by hand, and the two enums.

import { assertEquals } from "@std/assert";
import { Gender, RequestStatus } from "../../mod.ts";
import { cannedClient, cannedFetch, grpcWeb } from "../support/canned_fetch.ts";
import { concat, hex } from "../support/hex.ts";

/** A client whose every call is answered with this message. */
function answering(message: string | Uint8Array) {
  const bytes = typeof message === "string" ? hex(message) : message;
  return cannedClient(cannedFetch(() => grpcWeb([bytes])));
}

const speech = { text: "Сайн", voiceId: "v1" };

Deno.test("RequestStatus and Gender have the reference's numbers and names, both ways", () => {
  const names = ["UNSPECIFIED", "PENDING", "PROCESSING", "COMPLETED", "FAILED"];
  for (const [number, name] of names.entries()) {
    assertEquals(RequestStatus[number], name);
    assertEquals(RequestStatus[name as keyof typeof RequestStatus], number);
  }
  for (const [number, name] of ["UNSPECIFIED", "MALE", "FEMALE"].entries()) {
    assertEquals(Gender[number], name);
    assertEquals(Gender[name as keyof typeof Gender], number);
  }
  assertEquals(Object.keys(RequestStatus).length, 10);
  assertEquals(Object.keys(Gender).length, 6);
});

Deno.test("Client.listVoices gives the voices in order, undefined for what is not given", async () => {
  using client = answering(`
    0a 17 // 1: the first voice
      0a 02 76 32 // 1: id "v2"
      12 02 d0 91 // 2: name "Б"
      18 02 // 3: gender FEMALE
      22 02 6d 6e // 4: language "mn"
      2a 07 68 74 74 70 3a 2f 2f // 5: preview_url "http://"
    0a 04 0a 02 76 31 // 1: the second voice, with an id alone
  `);
  assertEquals(await client.listVoices(), {
    voices: [
      { id: "v2", name: "Б", gender: Gender.FEMALE, language: "mn", previewUrl: "http://" },
      { id: "v1", name: "", gender: Gender.UNSPECIFIED, language: "", previewUrl: undefined },
    ],
  });
  using none = answering("");
  assertEquals(await none.listVoices(), { voices: [] });
});

Deno.test("Client.generateSpeech gives request id and status", async () => {
  using client = answering("0a 02 72 31 10 01");
  const accepted = await client.generateSpeech(speech);
  assertEquals(accepted, { requestId: "r1", status: RequestStatus.PENDING });
});

Deno.test("Client.checkStatus gives everything that was given", async () => {
  using client = answering(`
    0a 02 72 31 10 03 1a 01 75 22 01 65 // r1, COMPLETED, audio_url "u", error_message "e"
    2a 0f // 5: metrics
      08 01 10 02 18 03 25 00 00 20 40 28 05 30 06 // 1, 2, 3 ms, 2.5 s, 5 credits, 6 characters
  `);
  assertEquals(await client.checkStatus("r1"), {
    requestId: "r1",
    status: RequestStatus.COMPLETED,
    audioUrl: "u",
    errorMessage: "e",
    metrics: {
      queueTime: 1,
      processingTime: 2,
      totalTime: 3,
      audioLength: 2.5,
      creditsUsed: 5,
      characterCount: 6,
    },
  });
});

Deno.test("Client.checkStatus gives undefined for a zero, an empty string and an absent message", async () => {
  const bare = {
    requestId: "r1",
    status: RequestStatus.UNSPECIFIED,
    audioUrl: undefined,
    errorMessage: undefined,
    metrics: undefined,
  };
  using absent = answering("");
  assertEquals(await absent.checkStatus("r1"), bare);
  // Explicit defaults, as a careless server may send them.
  using empty = answering("0a 00 10 00 1a 00 22 00 2a 02 08 00");
  const metrics = {
    queueTime: undefined,
    processingTime: undefined,
    totalTime: undefined,
    audioLength: undefined,
    creditsUsed: undefined,
    characterCount: undefined,
  };
  assertEquals(await empty.checkStatus("r1"), { ...bare, metrics });
});

Deno.test("Client.getUserBalance gives the credits, none and negative ones, too", async () => {
  for (const [message, credits] of [["08 e8 07", 1000], ["", 0], [`08 ${"ff ".repeat(9)}01`, -1]]) {
    using client = answering(message as string);
    assertEquals(await client.getUserBalance(), { credits });
  }
});

Deno.test("Client keeps the number of a status and of a gender that it does not know", async () => {
  using status = answering("0a 02 72 31 10 2a");
  assertEquals((await status.checkStatus("r1")).status as number, 42);
  assertEquals((await status.generateSpeech(speech)).status as number, 42);
  assertEquals(RequestStatus[42], undefined);
  using negative = answering(`10 ${"ff ".repeat(9)}01`);
  assertEquals((await negative.checkStatus("r1")).status as number, -1);
  using gender = answering("0a 02 18 2a");
  assertEquals((await gender.listVoices()).voices[0]!.gender as number, 42);
});

Deno.test("RequestMetrics.audioLength has only the digits that a 32-bit float holds", async () => {
  for (const seconds of [3.2, 0.1, 12.345678, 299.9999, 16_777_216, 1e-7, 3.4e38]) {
    const float = new Uint8Array(new Float32Array([seconds]).buffer);
    using client = answering(concat(hex("2a 05 25"), float));
    const { metrics } = await client.checkStatus("r1");
    const expected = seconds === 12.345678
      ? 12.34568
      : seconds === 16_777_216
      ? 16_777_220
      : seconds;
    assertEquals(metrics?.audioLength, expected);
  }
  using endless = answering("2a 05 25 00 00 80 7f");
  assertEquals((await endless.checkStatus("r1")).metrics?.audioLength, Infinity);
  using none = answering("2a 05 25 00 00 c0 7f");
  assertEquals((await none.checkStatus("r1")).metrics?.audioLength, undefined);
});

Deno.test("Client passes over fields that it does not know, in messages and in the messages inside them", async () => {
  const unknown = hex(`
    98 06 2a // 99, varint: 42
    a2 06 02 68 69 // 100, bytes: "hi"
    ad 06 00 00 80 3f // 101, four bytes
    b1 06 01 02 03 04 05 06 07 08 // 102, eight bytes
    bb 06 08 01 bc 06 // 103, a group
  `);
  using balance = answering(concat(unknown, hex("08 05")));
  assertEquals(await balance.getUserBalance(), { credits: 5 });
  const voice = concat(hex("0a 02 76 31"), unknown);
  using voices = answering(concat(Uint8Array.of(0x0a, voice.length), voice, unknown));
  assertEquals((await voices.listVoices()).voices.map(({ id }) => id), ["v1"]);
  using stream = answering(concat(hex("0a 02 01 02"), unknown));
  assertEquals([...await stream.streamSpeech(speech).bytes()], [1, 2]);
});

Deno.test("Client gives plain objects: nothing of the wire shows in them", async () => {
  using client = answering("0a 02 72 31 10 03 2a 02 08 01");
  const done = await client.checkStatus("r1");
  assertEquals(JSON.parse(JSON.stringify(done)), {
    requestId: "r1",
    status: 3,
    metrics: { queueTime: 1 },
  });
  assertEquals(structuredClone(done), done);
  assertEquals(Object.keys(await client.generateSpeech(speech)), ["requestId", "status"]);
});
