// Narrates into nowhere and prints how much memory it took at most, beyond that after its first 16 MB.

import { clientOf } from "../../support/rig.ts";
import { type Method, narrate } from "../../../src/narration/mod.ts";

const [request, endpoint = "", method] = Deno.args;
const { text, voiceId, speed } = JSON.parse(request ?? "");
const client = clientOf(endpoint);
let bytes = 0;
let start: number | undefined;
let most = 0;
const options = { pollInterval: 2, method: method as Method };
for await (const chunk of narrate(client, { text, voiceId, speed }, options)) {
  bytes += chunk.length;
  const { rss } = Deno.memoryUsage();
  if (bytes > 16e6) start ??= rss;
  most = Math.max(most, rss);
}
console.log(JSON.stringify({ bytes, grown: most - (start ?? 0) }));
