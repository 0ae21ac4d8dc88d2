/**
 * A finished piece of audio from a text of any length, batches of texts, and captions. What was paid for is paid for once: a narration
 * that fails, or whose process is killed, is resumed without buying anything twice.
 *
 * ```ts
 * import { Client } from "@tsetsen/sdk";
 * import { narrate, plan } from "@tsetsen/sdk/narration";
 *
 * async function speak(text: string, voiceId: string): Promise<Uint8Array> {
 *   const { requests, characters } = plan(text); // nothing is sent yet
 *   console.log(`${requests} requests, ${characters} characters`);
 *   using client = new Client();
 *   return await narrate(client, { text, voiceId }).wav();
 * }
 * ```
 *
 * @module
 */

// Long texts.
export { narrate, type Narration } from "./narrate.ts";
export { type Plan, plan, type PlannedPart, type PlanOptions } from "./plan.ts";
export type { BuyOptions, NarrationOptions, NarrationRequest, PartOptions } from "./options.ts";

// Batches.
export { type Batch, batch } from "./batch.ts";
export type {
  BatchAudio,
  BatchItem,
  BatchOptions,
  BatchResult,
  FulfilledItem,
  RejectedItem,
} from "./batch_result.ts";

// States, and where they are kept.
export type { NarrationState, PartState, PartStatus, Purchase } from "./state.ts";
export type { BatchItemState, BatchState } from "./batch_state.ts";
export { type MemoryStore, memoryStore, type Store } from "./store.ts";
export type { Progress, ProgressHook } from "./progress.ts";

// Captions.
export { type Cue, cues, type SpokenParts } from "./cues.ts";
export { type CaptionOptions, toSrt, toWebVtt } from "./captions.ts";

// What audio is.
export type { AudioFormat } from "../audio/format.ts";
export { toPcm } from "./part_audio.ts";
export type { Method } from "./method.ts";
