// Closes its client while a narration waits for a rate limit to pass: then the process must end by itself, at once.
// Usage: close_narration <endpoint> <request>

import { Client } from "../../../mod.ts";
import { narrate } from "../../../src/narration/mod.ts";
import { args, say } from "./host.ts";

const [endpoint = "", request = ""] = args;
const apiKey = "tsetsen-development-emulator";
const client = new Client({ endpoint, apiKey, secure: false, maxRetries: 0 });
const narration = narrate(client, JSON.parse(request), {
  pollInterval: 2,
  // Not at once: this is told before the wait begins.
  onProgress: ({ wait }) => wait && setTimeout(() => client.close(), 50),
});
try {
  await narration.bytes();
} catch (error) {
  say((error as Error).name);
}
