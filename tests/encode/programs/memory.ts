// Encodes audio into nowhere and prints how many bytes it holds at most, beyond those after its first 16 MB. What the
// collector has not yet freed depends on the speed of the machine, so each measurement follows a collection.

import { heldBytes } from "../../support/held_bytes.ts";
import { encode } from "../../../src/encode/mod.ts";

const MINUTES = 60;

function* minutes() {
  for (let i = 0; i < MINUTES; i++) yield new Uint8Array(60 * 48_000);
}

let bytes = 0;
let next = 16e6;
const held: number[] = [];
for await (const chunk of encode(minutes(), { format: "wav" })) {
  bytes += chunk.length;
  if (bytes < next) continue;
  next += 32e6;
  held.push(await heldBytes());
}
console.log(JSON.stringify({ bytes, grown: Math.max(...held) - held[0]! }));
