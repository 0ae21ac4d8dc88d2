/**
 * How soon live speech begins: the time from the end of the first sentence's tokens to its first sample, as a ratio to
 * `streamSpeech` of that sentence alone. `deno run -A bench/live/main.ts [rounds] [delay]`; also `node` and `bun` on its bundle.
 * `delay` is what the emulator waits before it answers, in milliseconds: a service thinks before its first sample.
 *
 * @module
 */

import process from "node:process";
import { Client } from "../../mod.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { speakLive } from "../../src/live/mod.ts";
import { median } from "../statistics.ts";

/** The promise: at most this. */
const BOUND = 1.15;
const VOICE = { voiceId: "emulator-v2-bold", speed: 20 } as const;
const SENTENCE = "Монгол Улсын нийслэл Улаанбаатар хот Туул голын хөндийд оршдог.";
const ANSWER = `**${SENTENCE}** Хүн ам нь сая гаруй. Өвөлдөө хүйтэн байдаг.`;
const TOKEN_UNITS = 4;
const WARM_UP = 20;

/** The time of `streamSpeech` to its first sample, in milliseconds. */
async function alone(client: Client): Promise<number> {
  const start = performance.now();
  const stream = client.streamSpeech({ text: SENTENCE, ...VOICE });
  await stream.next();
  const ms = performance.now() - start;
  for await (const _ of stream);
  return ms;
}

/** The same of `speakLive`, from the token that ends the sentence. The next token, which makes it certain, is there at once. */
async function live(client: Client): Promise<number> {
  const end = ANSWER.indexOf(SENTENCE) + SENTENCE.length;
  let start = 0;
  async function* tokens() {
    for (let at = 0; at < ANSWER.length; at += TOKEN_UNITS) {
      // A model's tokens come from a socket: each in a turn of its own.
      if (start === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      if (start === 0 && at + TOKEN_UNITS >= end) start = performance.now();
      yield ANSWER.slice(at, at + TOKEN_UNITS);
    }
  }
  const speech = speakLive(client, tokens(), VOICE);
  await speech.next();
  const ms = performance.now() - start;
  for await (const _ of speech);
  return ms;
}

/** Measures both in turn, and says whether the bound holds. */
async function main(rounds: number, delay: number): Promise<boolean> {
  const url = process.env["TSETSEN_BENCH_ENDPOINT"];
  const emulator = url === undefined ? await startEmulator({ streamPace: 0 }) : undefined;
  if (delay > 0) {
    emulator?.addFault({ kind: "delay", method: "StreamSpeech", delay, times: Infinity });
  }
  const client = new Client({
    endpoint: url ?? emulator?.url,
    apiKey: "tsetsen-development-emulator",
  });
  const times: Record<"alone" | "live", number[]> = { alone: [], live: [] };
  for (let round = 0; round < rounds + WARM_UP; round++) {
    // A B B A: a machine that slows down slows both down.
    const order = round % 2 === 0 ? ["alone", "live"] as const : ["live", "alone"] as const;
    for (const name of order) {
      const ms = await (name === "alone" ? alone : live)(client);
      if (round >= WARM_UP) times[name].push(ms);
    }
  }
  client.close();
  await emulator?.close();
  const [bare, ours] = [median(times.alone), median(times.live)];
  const ratio = ours / bare;
  console.log(
    `streamSpeech alone ${bare.toFixed(2)} ms, speakLive ${ours.toFixed(2)} ms, ` +
      `ratio ${ratio.toFixed(3)} (at most ${BOUND}), ${rounds} rounds each, ` +
      `${delay} ms before each answer`,
  );
  return ratio <= BOUND;
}

const [, , rounds = "200", delay = "0"] = process.argv;
if (!await main(Number(rounds), Number(delay))) process.exitCode = 1;
