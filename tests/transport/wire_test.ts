// What goes over the wire: the contract, byte strings written by hand, and the requests as they leave the client.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { create, type DescEnum, type DescField, type DescMessage } from "@bufbuild/protobuf";
import { fromBinary, ScalarType, toBinary } from "@bufbuild/protobuf";
import * as gen from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { type Client, VERSION } from "../../mod.ts";
import { ENUMS, MESSAGES, METHODS } from "../fixtures/contract.ts";
import { SAMPLES } from "../fixtures/messages.ts";
import { LEAVING, SPEECH } from "../fixtures/requests.ts";
import { cannedClient, cannedFetch, grpcWeb, KEY, type Sent } from "../support/canned_fetch.ts";
import { concat, frame, hex, string, toHex } from "../support/hex.ts";

const PACKAGE = "tsetsen.api.v1.";

function allMessages(messages = gen.file_tsetsen_api_v1_tsetsen_tts.messages): DescMessage[] {
  return messages.flatMap((message) => [message, ...allMessages(message.nestedMessages)]);
}

function allEnums(): DescEnum[] {
  const file = gen.file_tsetsen_api_v1_tsetsen_tts;
  return [...file.enums, ...allMessages().flatMap((message) => message.nestedEnums)];
}

function typeOf(field: DescField): string {
  const short = (desc: { typeName: string }) => desc.typeName.replace(PACKAGE, "");
  if (field.fieldKind === "scalar") return ScalarType[field.scalar].toLowerCase();
  if (field.fieldKind === "enum") return `enum ${short(field.enum)}`;
  if (field.fieldKind === "message") return short(field.message);
  return field.message === undefined ? field.fieldKind : `repeated ${short(field.message)}`;
}

Deno.test("gen/ has the contract's messages, with each field's number, name and type", () => {
  const found = allMessages().map((message) => [
    message.typeName.replace(PACKAGE, ""),
    message.fields.map((field) => [field.number, field.name, typeOf(field)]),
  ]);
  assertEquals(Object.fromEntries(found), MESSAGES);
});

Deno.test("gen/ has plain proto3 fields only: none with explicit presence, none in a oneof", () => {
  const file = gen.file_tsetsen_api_v1_tsetsen_tts;
  assertEquals(file.proto.syntax, "proto3");
  assertEquals(file.proto.package, "tsetsen.api.v1");
  for (const { fields, oneofs } of allMessages()) {
    assertEquals(oneofs, []);
    assertEquals(fields.filter((field) => field.proto.proto3Optional), []);
  }
});

Deno.test("gen/ has the contract's enums, open ones, numbered from 0", () => {
  const found = allEnums().map((desc) => [
    desc.typeName.replace(PACKAGE, ""),
    desc.values.map(({ name, number }) => [number, name]),
  ]);
  const expected = Object.entries(ENUMS).map(([name, values]) => [name, [...values.entries()]]);
  assertEquals(Object.fromEntries(found), Object.fromEntries(expected));
  assertEquals(allEnums().filter((desc) => !desc.open), []);
});

Deno.test("gen/ has the contract's service and methods", () => {
  const { services } = gen.file_tsetsen_api_v1_tsetsen_tts;
  assertEquals(services.map((service) => service.typeName), ["tsetsen.api.v1.TsetsenTTS"]);
  const short = (desc: DescMessage) => desc.typeName.replace(PACKAGE, "");
  const found = gen.TsetsenTTS.methods.map((method) => [
    method.name,
    method.methodKind,
    short(method.input),
    short(method.output),
  ]);
  assertEquals(found, METHODS);
});

Deno.test("gen/ decodes byte strings written by hand for every message, and encodes the same", () => {
  const covered = SAMPLES.map(({ schema }) => schema.typeName.replace(PACKAGE, ""));
  assertEquals(covered.toSorted(), Object.keys(MESSAGES).toSorted());
  for (const { schema, bytes, value } of SAMPLES) {
    const decoded = fromBinary(schema, bytes);
    assertEquals(decoded, create(schema, value), schema.typeName);
    assertEquals(toHex(toBinary(schema, decoded)), toHex(bytes), schema.typeName);
    // Every field of the message is in its byte string.
    const fields = schema.fields.filter((field) => !(field.localName in value));
    if (schema !== gen.ListVoicesResponseSchema) assertEquals(fields, [], schema.typeName);
  }
});

Deno.test("gen/ keeps unknown fields and unknown enum numbers", () => {
  for (const { schema, bytes } of SAMPLES) {
    const later = concat(
      bytes,
      hex(`
        98 06 2a // 99, varint: 42
        a2 06 02 68 69 // 100, bytes: "hi"
        ad 06 00 00 80 3f // 101, four bytes
        b1 06 01 02 03 04 05 06 07 08 // 102, eight bytes
      `),
    );
    const decoded = fromBinary(schema, later);
    assertEquals(toHex(toBinary(schema, decoded)), toHex(later), schema.typeName);
  }
  const voice = fromBinary(gen.VoiceSchema, hex("18 2a // 3, varint: gender 42"));
  assertEquals(voice.gender as number, 42);
  assertEquals(toHex(toBinary(gen.VoiceSchema, voice)), "18 2a");
});

Deno.test("gen/ leaves out every field that has its default", () => {
  for (const { schema } of SAMPLES) {
    assertEquals(toBinary(schema, create(schema)).length, 0, schema.typeName);
  }
});

function assertGrpcWebRequest({ url, method, headers, redirect }: Sent, name: string): void {
  assertEquals(url, `https://tts.example:8443/tsetsen.api.v1.TsetsenTTS/${name}`);
  assertEquals(method, "POST");
  // Following one would carry the key along.
  assert(redirect === "manual");
  assertEquals(headers.get("content-type"), "application/grpc-web+proto");
  assertEquals(headers.get("x-grpc-web"), "1");
  assertEquals(headers.get("x-api-key"), KEY);
  assertEquals(headers.get("x-goog-api-key"), KEY);
  assertEquals(headers.get("accept"), "application/grpc-web+proto");
  const paid = name === "GenerateSpeech" || name === "StreamSpeech";
  const agent = headers.get("x-user-agent")!;
  assertMatch(
    agent,
    paid ? /^tsetsen-sdk-ts\/[\d.]+ call\/[\w-]{22}$/ : /^tsetsen-sdk-ts\/[\d.]+$/,
  );
  assert(agent.startsWith(`tsetsen-sdk-ts/${VERSION}`));
  assert(!url.includes(KEY));
}

Deno.test("Client sends each method's path, headers, frame and fields, defaults included", async () => {
  for (const { method, answer, call, fields } of LEAVING) {
    const canned = cannedFetch(() => grpcWeb([answer]));
    using client = cannedClient(canned);
    await call(client);
    assertEquals(canned.sent.length, 1, method);
    const [sent] = canned.sent as [Sent];
    assertGrpcWebRequest(sent, method);
    assertEquals(toHex(sent.body), toHex(frame(concat(string(1, KEY), fields))), method);
  }
});

Deno.test("Client sends no header but the documented ones", async () => {
  // Each further name would have to be allowed by the service for every browser (CORS).
  const canned = cannedFetch(() => grpcWeb([hex("0a 02 72 31")]));
  using client = cannedClient(canned);
  await client.generateSpeech(SPEECH);
  const [{ headers }] = canned.sent as [Sent];
  assertEquals([...headers.keys()].toSorted(), [
    // Safelisted by CORS.
    "accept",
    "content-type",
    "grpc-timeout",
    "x-api-key",
    "x-goog-api-key",
    "x-grpc-web",
    "x-user-agent",
  ]);
});

Deno.test("Client sends grpc-timeout as at most 8 digits and a unit, rounded up", async () => {
  const cases: [ms: number, pattern: RegExp][] = [
    [30_000, /^(30000|299\d\d)m$/],
    [1234.5, /^1[12]\d\dm$/],
    [99_999_999, /^9999\d{4}m$/],
    [100_000_500, /^10000[01]S$|^9999\d{4}m$/],
    [2 ** 31 - 1, /^214748[34]S$/],
  ];
  for (const [timeout, pattern] of cases) {
    const canned = cannedFetch(() => grpcWeb([hex("08 01")]));
    using client = cannedClient(canned, { timeout });
    await client.getUserBalance();
    await client.getUserBalance({}, { timeout });
    for (const { headers } of canned.sent) assertMatch(headers.get("grpc-timeout")!, pattern);
  }
});

Deno.test("Client.streamSpeech sends a grpc-timeout only when it is given a timeout", async () => {
  const canned = cannedFetch(() => grpcWeb([hex("0a 02 01 02 10 01")]));
  using client = cannedClient(canned, { timeout: 5_000 });
  await client.streamSpeech(SPEECH).bytes();
  await client.streamSpeech(SPEECH, { timeout: 60_000 }).bytes();
  const timeouts = canned.sent.map(({ headers }) => headers.get("grpc-timeout"));
  assertEquals(timeouts[0], null);
  assertMatch(timeouts[1]!, /^(60000|59\d\d\d)m$/);
});

Deno.test("Client sends a request's own key in field and headers, instead of the client's", async () => {
  const apiKey = "tsetsen-development-other";
  const calls: ((client: Client) => Promise<unknown>)[] = [
    (client) => client.listVoices({ apiKey }),
    (client) => client.getUserBalance({ apiKey }),
    (client) => client.generateSpeech({ ...SPEECH, apiKey }),
    (client) => client.checkStatus({ requestId: "r1", apiKey }),
    (client) => client.streamSpeech({ ...SPEECH, apiKey }).bytes(),
    (client) => client.waitForCompletion({ requestId: "r1", apiKey }),
  ];
  for (const call of calls) {
    // Good enough for every method: field 1 "r1" (credits takes a number), field 2 the number 3.
    const canned = cannedFetch(() => grpcWeb([hex("10 03")]));
    using client = cannedClient(canned);
    await call(client).catch(() => {});
    const [{ headers, body }] = canned.sent as [Sent];
    assertEquals(headers.get("x-api-key"), apiKey);
    assertEquals(headers.get("x-goog-api-key"), apiKey);
    assertEquals(toHex(body.slice(5, 7 + apiKey.length)), toHex(string(1, apiKey)));
  }
});

Deno.test("Client with apiKey null sends no key at all", async () => {
  const canned = cannedFetch(() => grpcWeb([hex("08 05")]));
  using client = cannedClient(canned, { apiKey: null });
  assertEquals(await client.getUserBalance(), { credits: 5 });
  const [{ headers, body }] = canned.sent as [Sent];
  assert(!headers.has("x-api-key") && !headers.has("x-goog-api-key"));
  assertEquals(toHex(body), "00 00 00 00 00");
});

Deno.test("Client sends custom headers; the SDK's own win, whatever their case", async () => {
  const canned = cannedFetch(() => grpcWeb([hex("08 05")]));
  using client = cannedClient(canned, {
    headers: { "X-Team": "a", "x-both": "client", "X-API-Key": "forged" },
  });
  await client.getUserBalance({}, {
    headers: { "X-Both": "call", "X-User-Agent": "forged", "Content-Type": "text/plain" },
  });
  const [sent] = canned.sent as [Sent];
  assertGrpcWebRequest(sent, "GetUserBalance");
  assertEquals(sent.headers.get("x-team"), "a");
  assertEquals(sent.headers.get("x-both"), "call");
});
