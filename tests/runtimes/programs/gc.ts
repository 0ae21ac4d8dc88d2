// A call whose answer hangs, with a garbage collection between the hang and the end of the call: must end in time.
// Usage: gc <endpoint> <audio url> <unary|stream|download> <abort|deadline> <milliseconds>

import { Client } from "../../../mod.ts";
import { args, collect, say, sleep } from "./host.ts";

const [endpoint = "", audioUrl = "", kind = "", ending = "", ms] = args;
const DEADLINE = Number(ms);

let arrived = () => {};
const answered = new Promise<void>((resolve) => arrived = resolve);
const client = new Client({
  endpoint,
  apiKey: "tsetsen-development-emulator",
  secure: false,
  // Tells when the headers have come, and keeps nothing of the answer alive.
  fetch: (input, init) =>
    fetch(input, init).then((response) => {
      arrived();
      return response;
    }),
});
const speech = { text: "Сайн байна уу?", voiceId: "emulator-v2-bold" };
const controller = new AbortController();
const reason = new Error("enough");
const options = ending === "abort" ? { signal: controller.signal } : { timeout: DEADLINE };

const start = performance.now();
let endedAt = 0;
const ended = run().then(() => "succeeded", (error: unknown) => error)
  .finally(() => endedAt = performance.now());
// A timer of the machine's own: on a busy one it is as late as ours.
let due = sleep(DEADLINE).then(() => performance.now());
await Promise.race([answered.then(() => sleep(100)), ended]);
await collect();
// Too late on a machine that was busy: nothing is shown then.
const late = ending === "deadline" && performance.now() > start + DEADLINE;
if (ending === "abort") {
  controller.abort(reason);
  due = sleep(0).then(() => performance.now());
}
const result = await ended;
const overshoot = endedAt - await due;
say({ name: result === reason ? "reason" : (result as Error).name, overshoot, late });
// Alive on: a connection that is let go of only by the end of the process was not let go of.
await sleep(300);

async function run(): Promise<void> {
  switch (kind) {
    case "unary":
      await client.getUserBalance({}, options);
      break;
    case "stream":
      for await (const _ of client.streamSpeech(speech, options));
      break;
    case "download":
      for await (const _ of client.downloadAudio({ audioUrl }, options));
      break;
  }
}
