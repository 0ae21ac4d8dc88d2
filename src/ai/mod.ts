/**
 * A provider of the AI SDK (`ai` 7, 6 and 5): `generateSpeech` and `experimental_streamSpeech` with Mongolian voices.
 *
 * ```ts
 * import { Client } from "@tsetsen/sdk";
 * import { createTsetsen } from "@tsetsen/sdk/ai";
 * import { generateSpeech } from "ai";
 *
 * async function main() {
 *   using client = new Client(); // the key comes from TSETSEN_API_KEY
 *   const { voices } = await client.listVoices({ version: "beta-v0.2" });
 *   const tsetsen = createTsetsen({ client, voice: voices[0]!.id });
 *   const { audio } = await generateSpeech({
 *     model: tsetsen.speech("beta-v0.2"),
 *     text: "Сайн байна уу?",
 *   });
 *   await Deno.writeFile("speech.wav", audio.uint8Array);
 * }
 * ```
 *
 * @module
 */

export { createTsetsen, type TsetsenProviderOptions } from "./provider.ts";
export type {
  JsonObject,
  JsonValue,
  Metadata,
  SpecificationVersion,
  SpeechCall,
  SpeechModel,
  SpeechPart,
  SpeechResult,
  SpeechSettings,
  SpeechStreamCall,
  SpeechTextPart,
  SpeechWarning,
  TsetsenProvider,
} from "./types.ts";
