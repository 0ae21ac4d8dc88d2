/**
 * Writing audio to disk on Deno, Bun and Node: atomically, with progress, and never over an existing file unless told.
 *
 * ```ts
 * import type { Client } from "@tsetsen/sdk";
 * import { saveAudio } from "@tsetsen/sdk/file";
 *
 * async function save(client: Client, text: string, voiceId: string) {
 *   const { bytes } = await saveAudio("speech.wav", client.streamSpeech({ text, voiceId }));
 *   console.log(`${bytes} bytes`);
 * }
 * ```
 *
 * @module
 */

export { repairWavFile } from "./repair.ts";
export { saveAudio, type SavedAudio, type SaveOptions, type SaveSource } from "./save.ts";
