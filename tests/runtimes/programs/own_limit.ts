// Node's fetch ends a silent answer at a limit of its own, which a dispatcher makes short here.
// Usage: own_limit <endpoint> <audio url>

import { Client as DefaultClient } from "../../../mod.ts";
import { Client as LeanClient } from "../../../src/lean/mod.ts";
import { args, say } from "./host.ts";

const [endpoint = "", audioUrl = ""] = args;
const DISPATCHER = Symbol.for("undici.globalDispatcher.1");
const LIMITS = { headersTimeout: 200, bodyTimeout: 200 };

interface Dispatcher {
  readonly constructor: new (limits: typeof LIMITS) => Dispatcher;
}

// The first request makes the dispatcher.
await fetch("data:,");
const host = globalThis as unknown as Record<symbol, Dispatcher>;
host[DISPATCHER] = new (host[DISPATCHER] as Dispatcher).constructor(LIMITS);

const speech = { text: "Сайн байна уу?", voiceId: "emulator-v2-bold" };
for (const Client of [DefaultClient, LeanClient]) {
  const client = new Client({ endpoint, apiKey: "tsetsen-development-emulator", maxRetries: 0 });
  for (
    const work of [
      () => client.generateSpeech(speech),
      () => client.streamSpeech(speech).bytes(),
      () => client.downloadAudio({ audioUrl }).bytes(),
    ]
  ) {
    const { name, message, charged } = await work().then(() => ({}), (error) => error);
    say({ name, message, charged });
  }
  client.close();
}
