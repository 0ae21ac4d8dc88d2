// Makes one call over native gRPC and closes nothing; prints how it ended.
// Usage: unclosed_grpc <endpoint> <method>

import { Client, type TsetsenError } from "../../../mod.ts";
import { grpcTransport } from "../../../src/grpc/mod.ts";
import { args, say } from "./host.ts";

const [endpoint = "", method = ""] = args;
const apiKey = "tsetsen-development-emulator";
const client = new Client({ apiKey, maxRetries: 0, transport: grpcTransport({ endpoint }) });
const speech = { text: "Сайн байна уу?", voiceId: "a-voice" };
try {
  if (method === "StreamSpeech") await client.streamSpeech(speech).bytes();
  else await client.generateSpeech(speech);
  say({});
} catch (error) {
  const { name, charged, requestId } = error as TsetsenError;
  say({ name, charged, requestId });
}
