/**
 * Plays audio in a page while it comes, with pause, seek, stop and volume.
 *
 * ```ts
 * import { Client } from "@tsetsen/sdk/lean";
 * import { play } from "@tsetsen/sdk/player";
 *
 * const client = new Client({ apiKey: null, endpoint: "https://example.com/tts" }); // your proxy, which adds the key
 *
 * // Call this while a click is being handled.
 * function speak(text: string, voiceId: string) {
 *   return play(client.streamSpeech({ text, voiceId }));
 * }
 * console.log(typeof speak);
 * ```
 *
 * @module
 */

export { play } from "./play.ts";
export type { Playback, PlaybackState } from "./playback.ts";
export type { PlayOptions } from "./options.ts";
export type { PlaySource } from "./source.ts";
export type { SoundContext, SoundTarget } from "./web_audio.ts";
