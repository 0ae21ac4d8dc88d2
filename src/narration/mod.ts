/**
 * Speaks texts of any length as one piece of audio, and batches of texts, and makes captions. A narration that fails,
 * or whose process is killed, can be resumed, and buys nothing twice.
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
export type {
  BatchItemState,
  BatchState,
  Method,
  NarrationState,
  PartState,
  PartStatus,
  Purchase,
} from "./state.ts";
export { savedBatch, savedNarration } from "./saved.ts";
export type { Store, StoredRecord } from "./store/store.ts";
export { type MemoryStore, memoryStore } from "./store/memory_store.ts";
export { checkStore } from "./store/check_store.ts";
export type { Progress, ProgressHook } from "./purchase/progress.ts";

// Captions.
export {
  type Cue,
  type CuePiece,
  cues,
  type SpokenPart,
  type SpokenParts,
} from "./captions/cues.ts";
export { type Caption, type CaptionOptions, toCaptions } from "./captions/layout.ts";
export { toSrt, toWebVtt } from "./captions/formats.ts";

// The audio of parts.
export type { AudioFormat } from "../audio/format/format.ts";
export { toPcm, type ToPcmOptions } from "./part_audio.ts";
