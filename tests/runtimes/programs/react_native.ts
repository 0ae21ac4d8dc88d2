// The calls of a client where the globals are those of React Native 0.88: no `URL.canParse`, no `crypto`, no streams, and a `Blob`
// that takes no bytes. Prints what came of each.
// Usage: react_native <endpoint>

import { Client, type TsetsenError } from "../../../mod.ts";
import { connectTransport } from "../../../src/connect/mod.ts";
import { Client as LeanClient } from "../../../src/lean/mod.ts";
import { args, say } from "./host.ts";

const [endpoint] = args;
const web = globalThis.fetch;

class PartsBlob {
  constructor(parts: readonly unknown[]) {
    if (parts.some((part) => ArrayBuffer.isView(part))) {
      throw new Error("Creating blobs from 'ArrayBufferView' is not supported");
    }
  }
}

class PlainUrl extends URL {}
Object.defineProperty(PlainUrl, "canParse", { value: undefined });

/** The answer in one piece, and a request whose body is bytes. */
async function fetchWhole(input: string, init: RequestInit): Promise<unknown> {
  if (init.body && !ArrayBuffer.isView(init.body)) throw new TypeError("the body is no bytes");
  const response = await web(`${input}`, init);
  const { ok, status, headers } = response;
  const body = await response.arrayBuffer();
  return { ok, status, headers, url: response.url, arrayBuffer: () => Promise.resolve(body) };
}

const HIDDEN = {
  Blob: PartsBlob,
  URL: PlainUrl,
  crypto: undefined,
  process: { env: {} },
};
for (const [name, value] of Object.entries(HIDDEN)) {
  Object.defineProperty(globalThis, name, { value });
}

const text = "Сайн байна уу?";
for (const Class of [Client, LeanClient]) {
  const fetch = fetchWhole as unknown as typeof web;
  const client = new Class({
    apiKey: "tsetsen-development-emulator",
    endpoint,
    fetch,
    maxRetries: 0,
  });
  const { voices } = await client.listVoices();
  const speech = await client.speak({ text, voiceId: "emulator-v1-bold" });
  const wav = await speech.bytes();
  const pcm = await client.streamSpeech({ text, voiceId: "emulator-v2-bold" }).bytes();
  say({
    voices: voices.length,
    hasId: speech.requestId !== undefined,
    wav: wav.length,
    pcm: pcm.length,
  });
  client.close();
}

// A stream of the web is what React Native has not, and Connect needs.
Object.defineProperty(globalThis, "ReadableStream", { value: undefined });
const options = { apiKey: "tsetsen-development-emulator", endpoint, maxRetries: 0 };
const connect = { endpoint, protocol: "connect" } as const;
const OPENERS = [
  () => new Client(options),
  () => new Client({ ...options, transport: connectTransport(connect) }),
];
for (const open of OPENERS) {
  try {
    await open().streamSpeech({ text, voiceId: "emulator-v2-bold" }).bytes();
  } catch (error) {
    const { message, charged } = error as TsetsenError;
    say({ message, charged });
  }
}
