/**
 * Writes audio to disk on Deno, Bun and Node: atomically, with progress, and over an existing file only if you ask for
 * it.
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

export type { EncodingOptions } from "./encoded.ts";
export { keptAudio } from "./part_file.ts";
export { repairWavFile } from "./repair.ts";
export { saveAudio, type SavedAudio, type SaveOptions } from "./save.ts";
export type { SaveSource } from "./write.ts";
