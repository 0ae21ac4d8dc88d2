/**
 * How soon live speech begins on this runtime: the time from the end of the first sentence's tokens to its first sample, and that
 * of `streamSpeech` of that sentence alone. `bench/live.ts` runs it.
 *
 * @module
 */

import process from "node:process";
import { Client } from "../../mod.ts";
import { speakLive } from "../../src/live/mod.ts";
import { API_KEY as apiKey } from "../contenders/contender.ts";
import { median } from "../statistics.ts";

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

/** What this program is given, as JSON. */
export interface LiveTask {
  readonly endpoint: string;
  readonly rounds: number;
}

/** Medians, in milliseconds. */
export type LiveTimes = Readonly<Record<Name, number>>;

/** Measures all in turn. */
async function measure({ endpoint, rounds }: LiveTask): Promise<LiveTimes> {
  const client = new Client({ endpoint, apiKey });
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
  return { alone: median(times.alone), live: median(times.live), again: median(times.again) };
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2]!) as LiveTask)));
