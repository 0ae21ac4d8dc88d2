/**
 * Audio that can be published: MP3, FLAC, AAC, and WAV of any length, encoded while it comes.
 *
 * ```ts
 * import { Client } from "@tsetsen/sdk";
 * import { encode } from "@tsetsen/sdk/encode";
 *
 * async function main(voiceId: string) {
 *   using client = new Client(); // the key comes from TSETSEN_API_KEY
 *   const speech = client.streamSpeech({ text: "Сайн байна уу?", voiceId });
 *   const mp3 = await encode(speech, { format: "mp3", bitrate: 96_000 }).bytes();
 *   await Deno.writeFile("speech.mp3", mp3);
 * }
 * ```
 *
 * `saveAudio` of `@tsetsen/sdk/file` encodes by itself under a name that ends in `.mp3`, `.flac` or `.aac`.
 *
 * @module
 */

export { checkEncoder, encode, type EncodeSource } from "./encode.ts";
export type { EncodedAudio } from "./encoded_audio.ts";
export type { Chapter, EncodeFormat, EncodeOptions } from "./options.ts";
