import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { TsetsenTTS } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";

/** Makes a client and its first call. */
export async function firstCall(baseUrl: string): Promise<number> {
  const apiKey = "tsetsen-development-benchmark";
  const client = createClient(TsetsenTTS, createGrpcWebTransport({ baseUrl }));
  return (await client.checkStatus({ apiKey, requestId: "job" })).status;
}
