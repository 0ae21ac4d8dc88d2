import { apiKey, bare, ours } from "../contenders.ts";
import { minimalStream } from "../peers/minimal_fetch.ts";
import type { Side } from "../types.ts";

const voiceId = "voice";

/** A function that reads a stream of so many bytes of audio to its end. */
export function streamer(side: Side | "fetch", base: string): (bytes: number) => Promise<void> {
  if (side === "fetch") {
    const read = minimalStream(base);
    return (bytes) => read(`bytes=${bytes}`);
  }
  const read = side === "ours" ? readOurs(base) : readBare(base);
  return async (bytes) => {
    const got = await read(`bytes=${bytes}`);
    if (got !== bytes) throw new Error(`${got} bytes of ${bytes}`);
  };
}

function readOurs(base: string): (text: string) => Promise<number> {
  const client = ours(base);
  return async (text) => {
    let got = 0;
    for await (const samples of client.streamSpeech({ text, voiceId })) got += samples.length;
    return got;
  };
}

function readBare(base: string): (text: string) => Promise<number> {
  const client = bare(base);
  return async (text) => {
    let got = 0;
    const request = { apiKey, text, voiceId, speed: 1, version: "beta-v0.2" };
    for await (const { audioChunk } of client.streamSpeech(request)) got += audioChunk.length;
    return got;
  };
}
