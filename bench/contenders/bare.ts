import { type CallOptions, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { TsetsenTTS } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { API_KEY, type Contender, type Open, VOICE_ID } from "./contender.ts";

const COMPLETED = 3;

/** connect-web by itself: no deadline, no headers of its own. */
export const open: Open = (baseUrl, fetch) => openBare(baseUrl, fetch);

/** connect-web by itself, with options for each call of CheckStatus. */
export function openBare(
  baseUrl: string,
  fetch?: typeof globalThis.fetch,
  options?: CallOptions,
): Contender {
  const transport = createGrpcWebTransport({ baseUrl, ...(fetch && { fetch }) });
  const client = createClient(TsetsenTTS, transport);
  const check = async (requestId: string) =>
    (await client.checkStatus({ apiKey: API_KEY, requestId }, options)).status;
  return {
    check,
    async stream(text) {
      let got = 0;
      const request = { apiKey: API_KEY, text, voiceId: VOICE_ID, speed: 1, version: "beta-v0.2" };
      for await (const { audioChunk } of client.streamSpeech(request)) got += audioChunk.length;
      return got;
    },
    async wait(requestId, pollInterval) {
      for (;;) {
        const status = await check(requestId);
        if (status === COMPLETED) return status;
        await new Promise((resolve) => setTimeout(resolve, pollInterval));
      }
    },
  };
}
