// Buys a batch whose first item never ends, and prints how many bytes it holds at the end beyond those after its tenth result.

import { heldBytes } from "../../support/held_bytes.ts";
import { clientOf } from "../../support/rig.ts";
import { batch } from "../../../src/narration/mod.ts";

const [endpoint = "", voiceId = "", given = ""] = Deno.args;
const count = Number(given);
const items = Array.from(
  { length: count },
  (_, i) => ({ text: `Хэсэг ${i}. `.repeat(20), voiceId }),
);
let bytes = 0;
let results = 0;
const held: number[] = [];
for await (const result of batch(clientOf(endpoint), items, { concurrency: 2, pollInterval: 2 })) {
  if (result.status === "rejected") throw result.reason;
  bytes += result.audio?.length ?? 0;
  if (++results === 10 || results === count - 1) {
    held.push(await heldBytes());
  }
  if (results === count - 1) break;
}
const [first = 0, last = 0] = held;
console.log(JSON.stringify({ results, bytes, grown: last - first }));
