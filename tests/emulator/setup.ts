// What the emulator's tests share: an emulator on a port with a bare connect-web client, and helpers
// that need nothing but Web APIs, as they also run on Bun and Node.

import { create, toBinary } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { StreamSpeechRequestSchema, TsetsenTTS } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { startEmulator, type StartOptions } from "../../src/emulator/mod.ts";

export type Running = Awaited<ReturnType<typeof setUp>>;

const text = "Сайн байна уу?";

export async function setUp(options: StartOptions = {}) {
  const emulator = await startEmulator({ queueTime: 0, pace: 0, ...options });
  const { apiKey } = emulator;
  const calls = { headers: { "x-api-key": apiKey } as Record<string, string> };
  const transport = createGrpcWebTransport({
    baseUrl: emulator.url,
    interceptors: [(next) => (request) => {
      for (const [name, value] of Object.entries(calls.headers)) request.header.set(name, value);
      return next(request);
    }],
  });
  const client = createClient(TsetsenTTS, transport);
  const speech = { apiKey, text, voiceId: "emulator-v2-bold", version: "beta-v0.2" };
  return { calls, emulator, client, apiKey, speech, [Symbol.asyncDispose]: () => emulator.close() };
}

/** StreamSpeech by bare fetch, to see the body as it comes. */
export async function rawStream(
  url: string,
  speech: Running["speech"],
  signal: AbortSignal | null = null,
): Promise<Response> {
  const message = toBinary(
    StreamSpeechRequestSchema,
    create(StreamSpeechRequestSchema, speech),
  );
  const body = new Uint8Array(5 + message.length);
  new DataView(body.buffer).setUint32(1, message.length);
  body.set(message, 5);
  return await fetch(`${url}/tsetsen.api.v1.TsetsenTTS/StreamSpeech`, {
    method: "POST",
    headers: { "content-type": "application/grpc-web+proto", "x-api-key": speech.apiKey },
    body,
    signal,
  });
}

export async function readUntilError(
  response: Response,
): Promise<{ bytes: number; error: boolean }> {
  let bytes = 0;
  const reader = response.body!.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      bytes += next.value.length;
    }
    return { bytes, error: false };
  } catch {
    return { bytes, error: true };
  }
}

export function memory(): number {
  // The one thing that no Web API tells; all three runtimes have it here.
  const { process } = globalThis as unknown as {
    process: { memoryUsage(): { rss: number } };
  };
  return process.memoryUsage().rss;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export async function rejects(work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hangs = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("hangs"), 60_000);
  });
  const failed = await Promise.race([work.then(() => false, () => true), hangs]);
  clearTimeout(timer);
  if (failed !== true) throw new Error(failed === "hangs" ? "hangs" : "did not reject");
}

export function equal(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`expected ${expected}, got ${actual}`);
}
