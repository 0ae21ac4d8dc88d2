// The headers and trailers of a success, with each transport.

import { assert, assertEquals } from "@std/assert";
import type { CallOptions, ResponseMetadata } from "../../mod.ts";
import { GENERATE, KEY, mode, rejection, type Rig, setUp, STREAM, TEXT } from "../support/rig.ts";

const FAULT = {
  kind: "metadata",
  headers: { "x-region": "mn-1", "x-echo": `key ${KEY}`, "x-echo-bin": btoa(`key ${KEY}`) },
  trailers: { "x-cost": "7", "x-echo-trailer": KEY },
} as const;

/** Runs a test once with each transport. */
function test(name: string, run: (rig: Rig) => Promise<void>): void {
  for (const speak of ["grpc-web", "lean", "grpc"] as const) {
    Deno.test(`${name}, over ${speak}`, async () => {
      mode.speak = speak;
      try {
        await using rig = await setUp({ emulator: { streamPace: 0 } });
        await run(rig);
      } finally {
        mode.speak = "grpc-web";
      }
    });
  }
}

/** Collects what comes. */
function collect(): [ResponseMetadata[], CallOptions] {
  const responses: ResponseMetadata[] = [];
  return [responses, { onResponse: (response) => responses.push(response) }];
}

function assertMetadata(response: ResponseMetadata | undefined, method: string): void {
  assertEquals(response?.method, method);
  const { headers, trailers } = response!;
  assertEquals([headers["x-region"], trailers["x-cost"]], ["mn-1", "7"]);
  assertEquals(trailers["grpc-status"], "0");
  assert(headers["content-type"]!.startsWith("application/grpc"));
  const all = JSON.stringify(response);
  assert(!all.includes(KEY) && !all.includes(btoa(KEY).slice(0, 20)), all);
  assertEquals([headers["x-echo-bin"], trailers["x-echo-trailer"]], ["[redacted]", "[redacted]"]);
}

test("Client hands the headers and trailers of a unary call to onResponse", async (rig) => {
  const calls = {
    ListVoices: (options: CallOptions) => rig.client.listVoices({}, options),
    GetUserBalance: (options: CallOptions) => rig.client.getUserBalance({}, options),
    GenerateSpeech: (options: CallOptions) => rig.client.generateSpeech(GENERATE, options),
  };
  for (const [method, call] of Object.entries(calls)) {
    const [responses, options] = collect();
    rig.emulator.addFault(FAULT);
    await call(options);
    assertEquals(responses.length, 1);
    assertMetadata(responses[0], method);
  }
});

test("Client shows no text in what it hands to onResponse", async (rig) => {
  const text = "spoken slowly by a woman of Darkhan";
  const headers = { "x-text": `got ${text}`, "x-text-bin": btoa(text) };
  rig.emulator.addFault({ kind: "metadata", headers, trailers: { "x-said": text }, times: 2 });
  const [responses, options] = collect();
  await rig.client.generateSpeech({ ...GENERATE, text }, options);
  await rig.client.streamSpeech({ ...STREAM, text }, options).bytes();
  assertEquals(
    responses.map(({ headers, trailers }) => [
      headers["x-text"],
      headers["x-text-bin"],
      trailers["x-said"],
    ]),
    Array(2).fill(["got [redacted]", "[redacted]", "[redacted]"]),
  );
});

test("SpeechStream hands headers and trailers to onResponse at its end", async (rig) => {
  const [responses, options] = collect();
  rig.emulator.addFault(FAULT);
  for await (const _ of rig.client.streamSpeech(STREAM, options)) assertEquals(responses, []);
  assertEquals(responses.length, 1);
  assertMetadata(responses[0], "StreamSpeech");
});

test("Client calls onResponse for the attempt that succeeds alone", async (rig) => {
  const [responses, options] = collect();
  rig.emulator.addFault({
    kind: "error",
    code: "UNAVAILABLE",
    headers: { "x-region": "down" },
    method: "ListVoices",
  });
  rig.emulator.addFault(FAULT);
  await rig.client.listVoices({}, options);
  assertEquals(responses.map(({ headers }) => headers["x-region"]), ["mn-1"]);
  rig.emulator.addFault({ kind: "error", code: "INVALID_ARGUMENT" });
  await rejection(rig.client.listVoices({}, options));
  rig.emulator.addFault({ kind: "stream", errorMessage: "broken" });
  await rejection(rig.client.streamSpeech(STREAM, options).bytes());
  for await (const _ of rig.client.streamSpeech(STREAM, options)) break;
  assertEquals(responses.length, 1);
});

test("Client.speak hands each success to onResponse: submission, polls and download", async (rig) => {
  const [responses, options] = collect();
  await (await rig.client.speak(GENERATE, options)).bytes();
  const methods = responses.map(({ method }) => method);
  assertEquals([methods[0], methods.at(-1)], ["GenerateSpeech", "Download"]);
  assert(methods.length > 2 && methods.slice(1, -1).every((method) => method === "CheckStatus"));
  assert(responses.at(-1)!.headers["content-type"]!.includes("audio"));
  assertEquals(responses.at(-1)!.trailers, {});
  assert(!JSON.stringify(responses).includes(TEXT));
});

test("Client ignores what onResponse throws or rejects with", async ({ client }) => {
  const throwing = () => {
    throw new Error("the hook is broken");
  };
  await client.generateSpeech(GENERATE, { onResponse: throwing });
  await client.streamSpeech(STREAM, { onResponse: throwing }).bytes();
  await client.getUserBalance({}, { onResponse: () => Promise.reject(new Error("broken")) });
});
