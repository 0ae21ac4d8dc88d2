/**
 * The two clients that every figure compares: ours, and connect-web by itself.
 *
 * @module
 */

import { type Client as ConnectClient, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { TsetsenTTS } from "../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { Client } from "../mod.ts";

/** A key that looks like one. */
export const apiKey = "tsetsen-development-benchmark";

/** Our client with its default options. */
export function ours(base: string, fetch?: typeof globalThis.fetch): Client {
  return new Client({ apiKey, endpoint: base, secure: false, fetch });
}

/** connect-web by itself: no deadline, no headers of its own. */
export function bare(
  baseUrl: string,
  fetch?: typeof globalThis.fetch,
): ConnectClient<typeof TsetsenTTS> {
  return createClient(
    TsetsenTTS,
    createGrpcWebTransport({ baseUrl, ...(fetch && { fetch }) }),
  );
}
