/**
 * The TypeScript SDK of Tsetsen, a Mongolian text-to-speech service: list voices, submit text, follow the job until its
 * audio is ready, stream speech live, check the balance. For Deno, Bun, Node.js, Cloudflare Workers and browsers.
 *
 * ```ts
 * import { Client } from "@tsetsen/sdk";
 * import { saveAudio } from "@tsetsen/sdk/file";
 *
 * async function main(): Promise<void> {
 *   const client = new Client(); // the key comes from TSETSEN_API_KEY
 *   const { voices: [voice] } = await client.listVoices();
 *   if (!voice) throw new Error("The service has no voice.");
 *   const audio = await client.speak({ text: "Сайн байна уу?", voiceId: voice.id });
 *   await saveAudio("speech.wav", audio, { overwrite: true });
 *   client.close();
 * }
 * ```
 *
 * All durations are milliseconds.
 *
 * @module
 */

export { Client, type ClientOptions } from "./src/connect/client.ts";
export type { ConnectInterceptor, ConnectTransport } from "./src/connect/connect_types.ts";
export * from "./src/exports.ts";
