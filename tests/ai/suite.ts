// `generateSpeech` of the real package under each fault, on any runtime: what it pays for, and what its error knows.

import { Client, isSafeToRetry, SAMPLE_RATE, TsetsenError, WAV_HEADER_BYTES } from "@tsetsen/sdk";
import { createTsetsen, type SpecificationVersion, type SpeechModel } from "@tsetsen/sdk/ai";
import type { Emulator, Fault } from "@tsetsen/sdk/emulator";
import { FAULTS } from "../support/faults.ts";
import { endingSilence, onSocket, type Start } from "./service.ts";

const KEY = "tsetsen-development-emulator";
const TEXT = "Сайн байна уу?";
const VOICE = "emulator-v2-bold";

/** What the suite asks of the package `ai`: that of some version. */
export type Generate = (call: {
  // deno-lint-ignore no-explicit-any -- each version of the package has a type of its own
  model: any;
  text: string;
  voice?: string;
  abortSignal?: AbortSignal;
}) => Promise<{
  readonly audio: { readonly uint8Array: Uint8Array; readonly mediaType: string };
  readonly providerMetadata: Record<string, Record<string, unknown> | undefined>;
}>;

interface Bench {
  readonly emulator: Emulator;
  readonly client: Client;
  speak(abortSignal?: AbortSignal): ReturnType<Generate>;
  sent(method: string): number;
}

/** Whatever is wrong, a line each. */
export async function problemsOf(
  generate: Generate,
  specificationVersion: SpecificationVersion,
  start: Start = onSocket,
): Promise<string[]> {
  const problems: string[] = [];
  const must = (truth: boolean, what: string) => {
    if (!truth) problems.push(what);
  };
  await plain();
  for (const method of ["GenerateSpeech", "CheckStatus", "Audio"] as const) {
    for (const { name, fault, expected } of FAULTS) {
      if (fault === undefined) continue;
      const mayCharge = method === "GenerateSpeech" && expected.charged === "unknown" &&
        ["error", "http", "garbage", "oversized-frame"].includes(fault.kind);
      await trial(`${name} of ${method}`, { ...fault, method } as Fault);
      if (mayCharge) {
        const charged = { ...fault, method, charged: true } as Fault;
        await trial(`${name} of ${method}, charged`, charged);
      }
    }
  }
  await aborts();
  return problems;

  async function plain(): Promise<void> {
    await bench(async ({ emulator, speak }) => {
      const { audio, providerMetadata } = await speak();
      const [job] = emulator.jobs;
      must(audio.mediaType === "audio/wav", `the media type is ${audio.mediaType}`);
      must(audio.uint8Array.length > WAV_HEADER_BYTES + SAMPLE_RATE, "the audio is too short");
      must(
        JSON.stringify(providerMetadata["tsetsen"]) ===
          JSON.stringify({
            requestId: job?.requestId,
            creditsUsed: 14,
            characterCount: 14,
            audioLength: providerMetadata["tsetsen"]?.["audioLength"],
          }),
        `the metadata is ${JSON.stringify(providerMetadata)}`,
      );
    });
  }

  async function trial(name: string, fault: Fault): Promise<void> {
    await bench(async ({ emulator, client, speak, sent }) => {
      emulator.addFault(endingSilence(fault, client));
      let error: unknown;
      await speak().catch((caught) => error = caught);
      const { charges } = emulator.ledger;
      must(charges.length <= 1, `${name}: paid ${charges.length} times`);
      if (error === undefined) return must(charges.length === 1, `${name}: a success for nothing`);
      if (!(error instanceof TsetsenError)) return must(false, `${name}: ${error}`);
      must(sent("GenerateSpeech") <= 1 || error.charged === "no", `${name}: sent again`);
      must(
        error.charged === "unknown" || (error.charged === "yes") === (charges.length === 1),
        `${name}: charged ${error.charged} of ${charges.length}`,
      );
      must(
        charges.length === 0 || fault.method === "GenerateSpeech" ||
          error.requestId === emulator.jobs[0]?.requestId,
        `${name}: the id of the paid job is lost`,
      );
      must(charges.length === 0 || !isSafeToRetry(error), `${name}: offered again though paid`);
    });
  }

  async function aborts(): Promise<void> {
    for (const method of ["GenerateSpeech", "CheckStatus", "Audio"] as const) {
      await bench(async ({ emulator, speak, sent }) => {
        const controller = new AbortController();
        const reason = new DOMException("enough", "AbortError");
        emulator.addFault({
          kind: "hang",
          method,
          when: () => {
            setTimeout(() => controller.abort(reason), 5);
            return true;
          },
        });
        let error: unknown;
        await speak(controller.signal).catch((caught) => error = caught);
        must(error === reason, `an abort during ${method} rejects with ${error}`);
        must(sent("GenerateSpeech") === 1, `an abort during ${method}: sent again`);
        must(isSafeToRetry(error) === false, `an abort during ${method}: offered again`);
      });
    }
  }

  async function bench(work: (bench: Bench) => Promise<void>): Promise<void> {
    const service = await start({ queueTime: 0, pace: 0 });
    const { emulator } = service;
    const client = new Client({
      ...service.client,
      apiKey: KEY,
      secure: false,
      dangerouslyAllowBrowser: true,
      maxRetries: 1,
      backoff: { baseDelay: 1, maxDelay: 2 },
    });
    const tsetsen = createTsetsen({ client, specificationVersion });
    const model: SpeechModel<SpecificationVersion> = tsetsen.speech("beta-v0.2");
    try {
      await work({
        emulator,
        client,
        speak: (abortSignal) =>
          generate({
            model,
            text: TEXT,
            voice: VOICE,
            ...(abortSignal && { abortSignal }),
          }),
        sent: (method) => emulator.requests.filter((request) => request.method === method).length,
      });
    } finally {
      client.close();
      await service.close();
    }
  }
}
