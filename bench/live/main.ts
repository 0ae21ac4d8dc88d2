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

/** Rounds before the first that counts: a server speaks more than once, and its code is compiled by then. */
const WARM_UP = 200;

/** The tokens of a model's answer, and when they had ended the first sentence. */
class Tokens {
  /** By `performance.now()`; 0 before. */
  endedAt = 0;

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, void> {
    const end = ANSWER.indexOf(SENTENCE) + SENTENCE.length;
    for (let at = 0; at < ANSWER.length; at += TOKEN_UNITS) {
      // A model's tokens come from a socket: each in a turn of its own. Those behind the sentence are there at once.
      if (this.endedAt === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.endedAt === 0 && at + TOKEN_UNITS >= end) this.endedAt = performance.now();
      yield ANSWER.slice(at, at + TOKEN_UNITS);
    }
  }
}

/** The time of `streamSpeech` to its first sample, in milliseconds, by a program that reads the tokens and knows the sentence. */
async function alone(client: Client): Promise<number> {
  const tokens = new Tokens();
  for await (const _ of tokens) if (tokens.endedAt > 0) break;
  const stream = client.streamSpeech({ text: SENTENCE, ...VOICE });
  await stream.next();
  const ms = performance.now() - tokens.endedAt;
  for await (const _ of stream);
  return ms;
}

/** The same of `speakLive`, which finds the sentence by itself. */
async function live(client: Client): Promise<number> {
  const tokens = new Tokens();
  const speech = speakLive(client, tokens, VOICE);
  await speech.next();
  const ms = performance.now() - tokens.endedAt;
  for await (const _ of speech);
  return ms;
}

/** What is measured. `again` is `alone` once more: its distance from it is the noise. */
const CONTENDERS = { alone, live, again: alone };
type Name = keyof typeof CONTENDERS;

/** Measures all in turn, and says whether the bound holds. */
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
  const times: Record<Name, number[]> = { alone: [], live: [], again: [] };
  for (let round = 0; round < rounds + WARM_UP; round++) {
    // A B C C B A: a machine that slows down slows all down.
    const order = Object.keys(CONTENDERS) as Name[];
    if (round % 2 === 1) order.reverse();
    for (const name of order) {
      const ms = await CONTENDERS[name](client);
      if (round >= WARM_UP) times[name].push(ms);
    }
  }
  client.close();
  await emulator?.close();
  const [bare, ours, again] = [median(times.alone), median(times.live), median(times.again)];
  const ratio = ours / bare;
  console.log(
    `streamSpeech alone ${bare.toFixed(2)} ms, speakLive ${ours.toFixed(2)} ms, ` +
      `ratio ${ratio.toFixed(3)} (at most ${BOUND}), noise ${(again / bare).toFixed(3)}, ` +
      `${rounds} rounds each, ${delay} ms before each answer`,
  );
  return ratio <= BOUND;
}

const [, , rounds = "200", delay = "0"] = process.argv;
if (!await main(Number(rounds), Number(delay))) process.exitCode = 1;
