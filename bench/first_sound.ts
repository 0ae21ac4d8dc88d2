/**
 * How soon a long text is heard: the time to the first sample of a narration by streams, and of `tsetsen say` into a pipe, as
 * ratios to the first sentence alone through `streamSpeech` and `tsetsen stream`.
 *
 * ```sh
 * deno run -A bench/first_sound.ts [rounds] [delay]
 * ```
 *
 * `delay` is what the emulator waits before each answer, in milliseconds: a service thinks before its first sample.
 *
 * @module
 */

import { Client } from "../mod.ts";
import { startEmulator } from "../src/emulator/mod.ts";
import { narrate } from "../src/narration/mod.ts";
import { splitSentences } from "../src/text/mod.ts";
import { inTurn } from "./measurements/bench.ts";
import { root } from "./processes.ts";
import { median } from "./statistics.ts";

/** The promise: at most this. */
const BOUND = 1.15;
const WARM_UP = 10;

const [rounds = "60", delay = "0"] = Deno.args;
const text = await Deno.readTextFile(`${root}examples/demo/udhr-mn.txt`);
const [first] = splitSentences(text);
if (first === undefined) throw new Error("The text has no sentence.");
const sentence = text.slice(first.start, first.end);

const emulator = await startEmulator({ streamPace: 0, streamLimits: { perMinute: false } });
if (Number(delay) > 0) {
  emulator.addFault({
    kind: "delay",
    method: "StreamSpeech",
    delay: Number(delay),
    times: Infinity,
  });
}
const apiKey = "tsetsen-development-emulator";
const client = new Client({ endpoint: emulator.url, apiKey });
const { voices: [voice] } = await client.listVoices({ version: "beta-v0.2" });
const voiceId = voice!.id;

const IN_PROCESS = {
  streamSpeech: () => client.streamSpeech({ text: sentence, voiceId }),
  narrate: () => narrate(client, { text, voiceId }, { method: "stream" }),
} as const;

/** The time to the first chunk. The rest is neither read nor made. */
async function toFirstChunk(name: keyof typeof IN_PROCESS): Promise<number> {
  const start = performance.now();
  for await (const _ of IN_PROCESS[name]()) return performance.now() - start;
  throw new Error(`${name} gave no audio.`);
}

const SAMPLES_AT = 44 + 2;
const COMMANDS = {
  stream: ["stream", sentence],
  say: ["say", text, "--method", "stream"],
} as const;

/** The time from the start of a command to the first sample on its standard output. */
async function toFirstSample(name: keyof typeof COMMANDS): Promise<number> {
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${root}src/cli/main.ts`, ...COMMANDS[name], "-o", "-", "-v", voiceId],
    env: { TSETSEN_API_KEY: apiKey, TSETSEN_API_ENDPOINT: emulator.url },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let bytes = 0;
  for await (const chunk of child.stdout) {
    bytes += chunk.length;
    if (bytes >= SAMPLES_AT) break;
  }
  const ms = performance.now() - start;
  await child.status;
  if (bytes < SAMPLES_AT) throw new Error(`tsetsen ${name} gave no audio.`);
  return ms;
}

function report(name: string, times: readonly number[], bare: string, alone: readonly number[]) {
  const ratio = median(times.map((ms, round) => ms / alone[round]!));
  console.log(
    `| ${bare} | ${median(alone).toFixed(1)} ms | ${name} | ${median(times).toFixed(1)} ms | ` +
      `${ratio.toFixed(2)} | ≤ ${BOUND} | ${ratio <= BOUND ? "pass" : "**FAIL**"} |`,
  );
  if (ratio > BOUND) Deno.exitCode = 1;
}

for (let i = 0; i < WARM_UP; i++) await inTurn(["streamSpeech", "narrate"], 1, toFirstChunk);
const inProcess = await inTurn(["streamSpeech", "narrate"], Number(rounds), toFirstChunk);
const commands = await inTurn(["stream", "say"], Math.ceil(Number(rounds) / 6), toFirstSample);
client.close();
await emulator.close();
console.log(`${rounds} rounds, ${delay} ms before each answer, a text of ${text.length} units`);
console.log("| the first sentence alone | time | a long text | time | ratio | bound | |");
console.log("| --- | --: | --- | --: | --: | --: | --- |");
report("`narrate` by stream", inProcess.narrate, "`streamSpeech`", inProcess.streamSpeech);
report("`tsetsen say -o -`", commands.say, "`tsetsen stream -o -`", commands.stream);
