/**
 * A client of this package with its default options. The earlier state is measured with it, too.
 *
 * @module
 */

import { API_KEY, type Open, VOICE_ID } from "./contender.ts";

/** The part of a client that is measured. */
interface SdkClient {
  checkStatus(requestId: string): Promise<{ status: number; audioUrl?: string | undefined }>;
  streamSpeech(request: { text: string; voiceId: string }): AsyncIterable<Uint8Array>;
  waitForCompletion(id: string, options: { pollInterval: number }): Promise<{ status: number }>;
}

interface SdkOptions {
  readonly apiKey: string;
  readonly endpoint: string;
  readonly secure: boolean;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Makes a contender of a class of clients. */
export function openSdk(Client: new (options: SdkOptions) => SdkClient): Open {
  return (endpoint, fetch) => {
    const client = new Client({ apiKey: API_KEY, endpoint, secure: false, fetch });
    return {
      check: async (requestId) => (await client.checkStatus(requestId)).status,
      async stream(text) {
        let got = 0;
        for await (const samples of client.streamSpeech({ text, voiceId: VOICE_ID })) {
          got += samples.length;
        }
        return got;
      },
      wait: async (id, pollInterval) =>
        (await client.waitForCompletion(id, { pollInterval })).status,
    };
  };
}
