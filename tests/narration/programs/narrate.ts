// Narrates into nowhere, with a store in a folder, and prints how it went: a process that tests kill. `later` sets its clock forward, in milliseconds.

import { clientOf } from "../../support/rig.ts";
import { fileStore } from "../../../src/narration/file_store.ts";
import { narrate } from "../../../src/narration/mod.ts";

const [request, endpoint = "", folder = "", options = "{}"] = Deno.args;
const { text, voiceId, speed } = JSON.parse(request ?? "");
const { later = 0, ...more } = JSON.parse(options);
const { now } = Date;
Date.now = () => now() + later;
const narration = narrate(clientOf(endpoint), { text, voiceId, speed }, {
  pollInterval: 2,
  key: "book",
  store: fileStore(folder),
  ...more,
});
try {
  let bytes = 0;
  for await (const chunk of narration) bytes += chunk.length;
  console.log(JSON.stringify({ bytes }));
} catch (error) {
  const { name, code, charged } = error as { name: string; code?: string; charged?: string };
  console.log(JSON.stringify({ name, code, charged }));
}
