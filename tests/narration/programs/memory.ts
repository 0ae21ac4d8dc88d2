// Narrates into nowhere and prints how many bytes it holds at most, beyond those after its first 16 MB. What the collector
// has not yet freed depends on the speed of the machine, so each measurement follows a collection.

import { heldBytes } from "../../support/held_bytes.ts";
import { clientOf } from "../../support/rig.ts";
import { type Method, narrate } from "../../../src/narration/mod.ts";

const [request, endpoint = "", method] = Deno.args;
const { text, voiceId, speed } = JSON.parse(request ?? "");
const client = clientOf(endpoint);
let bytes = 0;
let next = 16e6;
const held: number[] = [];
const options = { pollInterval: 2, method: method as Method };
for await (const chunk of narrate(client, { text, voiceId, speed }, options)) {
  bytes += chunk.length;
  if (bytes < next) continue;
  next += 32e6;
  held.push(await heldBytes());
}
console.log(JSON.stringify({ bytes, grown: Math.max(...held) - held[0]! }));
