// A stream that floods the client with messages, ended by the abort of a timer, a deadline, idleTimeout or its own end.
// Usage: flood <endpoint> <default|lean> <abort|deadline|idle|end>

import { Client as DefaultClient } from "../../../mod.ts";
import { Client as LeanClient } from "../../../src/lean/mod.ts";
import { args, say } from "./host.ts";

const [endpoint = "", transport = "", ending = ""] = args;
const LIMIT_MS = 300;

const Client = transport === "lean" ? LeanClient : DefaultClient;
const client = new Client({ endpoint, apiKey: "tsetsen-development-emulator", maxRetries: 0 });
const controller = new AbortController();
const speech = { text: "Сайн байна уу?", voiceId: "emulator-v2-bold" };
const limits: Record<string, object> = {
  abort: { signal: controller.signal },
  deadline: { timeout: LIMIT_MS },
  idle: { idleTimeout: LIMIT_MS },
};
if (ending === "abort") setTimeout(() => controller.abort(new Error("enough")), LIMIT_MS);
const start = performance.now();
let result = "complete";
try {
  for await (const _ of client.streamSpeech(speech, limits[ending]));
} catch (error) {
  result = (error as Error).message === "enough" ? "reason" : (error as Error).name;
}
say({ result, took: performance.now() - start });
client.close();
