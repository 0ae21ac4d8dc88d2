/**
 * Speaks a text that is still being written: tokens of a language model in, one stream of audio out. Each sentence is
 * paid for once.
 *
 * ```ts
 * import { Client } from "@tsetsen/sdk";
 * import { speakLive } from "@tsetsen/sdk/live";
 *
 * async function* tokens() {
 *   yield* ["Сайн ", "байна ", "уу? ", "Би ", "**Цэцэн**", "."];
 * }
 *
 * async function main(voiceId: string) {
 *   using client = new Client();
 *   const speech = speakLive(client, tokens(), { voiceId });
 *   await Deno.writeFile("speech.wav", await speech.wav());
 * }
 * ```
 *
 * @module
 */

export { LiveSpeech, speakLive } from "./speak_live.ts";
export type { LiveOptions } from "./options.ts";
export type { LiveSentence, SpokenSoFar } from "./live_sentence.ts";
