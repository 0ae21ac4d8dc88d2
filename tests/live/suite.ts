// Live speech under random faults, on any runtime: what it pays for, and what it knows of that.

import { Client, isSafeToRetry, TsetsenError } from "@tsetsen/sdk";
import type { Emulator, EmulatorOptions, Fault } from "@tsetsen/sdk/emulator";
import { type LiveSpeech, speakLive } from "@tsetsen/sdk/live";
import { endingSilence, onSocket, type Start } from "../ai/service.ts";
import { FAULTS } from "../support/faults.ts";
import { audioOf, seeded, sentences, timesPaid, tokens, VOICE } from "./setup.ts";
import { concat } from "../support/hex.ts";

const TEXTS = sentences(5);
const METHODS = ["StreamSpeech", "GenerateSpeech", "CheckStatus", "Audio"] as const;
const CAN_CHARGE = ["error", "http", "garbage", "drop", "hang", "oversized-frame"];

/** What came of the runs. */
export interface Outcome {
  /** Whatever is wrong, a line each. */
  readonly problems: readonly string[];
  /** How many of the runs failed, as they should under some faults. */
  readonly failures: number;
}

/** A fault of the table, at a random call: of a paid one with the charge or without. */
function randomFault(random: () => number): Fault {
  const rows = FAULTS.filter(({ fault }) => fault !== undefined);
  const { fault, expected } = rows[Math.floor(random() * rows.length)]!;
  const method = METHODS[Math.floor(random() * METHODS.length)]!;
  const number = Math.floor(random() * 3);
  let seen = 0;
  // What the service refuses it does not charge.
  const mayCharge = expected.charged === "unknown" && CAN_CHARGE.includes(fault!.kind) &&
    !("afterBytes" in fault!);
  const charged = mayCharge ? { charged: random() < 0.5 } : {};
  return { ...fault, ...charged, method, when: () => seen++ === number } as Fault;
}

/** Speaks the same text again and again, each time under two faults. */
export async function speakUnderFaults(runs: number, start: Start = onSocket): Promise<Outcome> {
  const problems: string[] = [];
  let failures = 0;
  const whole = await withService(start, {}, async (client) => {
    const audio: Uint8Array[] = [];
    for (const text of TEXTS) audio.push(await audioOf(client, text));
    return concat(...audio);
  });
  for (let seed = 1; seed <= runs; seed++) {
    const random = seeded(seed);
    const streamLimits = { perMinute: random() < 0.5 ? 1 : false } as const;
    await withService(start, { streamLimits }, async (client, emulator) => {
      const faults = [randomFault(random), randomFault(random)];
      for (const fault of faults) emulator.addFault(endingSilence(fault, client));
      const ahead = Math.floor(random() * 3);
      const text = tokens(TEXTS.join(" "), seed, 1 + Math.floor(random() * 20));
      const options = { ...VOICE, ahead, pollInterval: 1, pauseScale: 0, maxRetries: 0 };
      const speech = speakLive(client, text, options);
      const chunks: Uint8Array[] = [];
      let error: unknown;
      try {
        for await (const chunk of speech) chunks.push(chunk);
      } catch (caught) {
        error = caught;
        failures++;
      }
      await speech.settled();
      const named = faults.map(({ kind, method }) => `${kind} ${method}`);
      for (const problem of problemsOf(speech, emulator, error, concat(...chunks), whole)) {
        problems.push(`seed ${seed} (${named}; ${error}): ${problem}`);
      }
    });
  }
  return { problems, failures };
}

function* problemsOf(
  speech: LiveSpeech,
  emulator: Emulator,
  error: unknown,
  audio: Uint8Array,
  whole: Uint8Array,
): Generator<string> {
  const paid = timesPaid(emulator, TEXTS);
  if (paid.some((times) => times > 1)) yield `paid ${paid} times`;
  if (audio.some((byte, index) => byte !== whole[index])) yield "other audio";
  if (error === undefined) {
    if (audio.length !== whole.length) yield "a success that is not whole";
    if (paid.some((times) => times !== 1)) yield `a success that was paid ${paid} times`;
  } else if (!(error instanceof TsetsenError)) yield "an error of another kind";
  // Speaking the text again may be offered only when nothing was paid.
  else if (isSafeToRetry(error) && emulator.ledger.total > 0) yield "offered again though paid";
  for (const [index, times] of paid.entries()) {
    const { charged = "no", requestId } = speech.sentences[index] ?? {};
    const known = times === 1 ? "yes" : "no";
    if (charged !== "unknown" && charged !== known) yield `sentence ${index} says ${charged}`;
    const job = emulator.jobs.find((job) => job.requestId === requestId);
    if (requestId !== undefined && job?.text !== TEXTS[index]) yield `sentence ${index}: other job`;
  }
}

async function withService<T>(
  start: Start,
  options: EmulatorOptions,
  work: (client: Client, emulator: Emulator) => Promise<T>,
): Promise<T> {
  const service = await start({ queueTime: 0, pace: 0, ...options });
  const client = new Client({
    ...service.client,
    apiKey: service.emulator.apiKey,
    secure: false,
    dangerouslyAllowBrowser: true,
    maxRetries: 2,
    backoff: { baseDelay: 5, maxDelay: 20 },
  });
  try {
    return await work(client, service.emulator);
  } finally {
    client.close();
    await service.close();
  }
}
