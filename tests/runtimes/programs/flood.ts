// A stream that floods the client with messages, or a download, ended by the abort or the close of a timer, a deadline,
// idleTimeout or its own end.
// Usage: flood <endpoint> <default|lean|grpc|download> <abort|close|deadline|idle|end>

import { Client } from "../../../mod.ts";
import { args, place, say } from "./host.ts";

const [endpoint = "", transport = "", ending = ""] = args;
const LIMIT_MS = 300;

const client = new Client({
  ...place(endpoint, transport),
  apiKey: "tsetsen-development-emulator",
  maxRetries: 0,
});
const controller = new AbortController();
const speech = { text: "Сайн байна уу?", voiceId: "emulator-v2-bold" };
const limits: Record<string, object> = {
  abort: { signal: controller.signal },
  deadline: { timeout: LIMIT_MS },
  idle: { idleTimeout: LIMIT_MS },
};
if (ending === "abort") setTimeout(() => controller.abort(new Error("enough")), LIMIT_MS);
if (ending === "close") setTimeout(() => client.close(), LIMIT_MS);
const open = () =>
  transport === "download"
    ? client.downloadAudio({ audioUrl: `${endpoint}/a` }, { maxBytes: 1e12, ...limits[ending] })
    : client.streamSpeech(speech, limits[ending]);
const start = performance.now();
let result = "complete";
try {
  for await (const _ of open());
} catch (error) {
  result = (error as Error).message === "enough" ? "reason" : (error as Error).name;
}
say({ result, took: performance.now() - start });
client.close();
