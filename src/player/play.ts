import { checkUnread } from "../audio/unread.ts";
import { SAMPLE_RATE } from "../audio/wav/wav_writer.ts";
import { reasonOf } from "../lib/abort.ts";
import { type PlayOptions, resolveOptions } from "./options.ts";
import { Playback } from "./playback.ts";
import type { PlaySource } from "./source.ts";
import { closed, type OpenContext, openContext } from "./web_audio.ts";

/**
 * Plays audio in a page while it comes, without a gap or a click where its pieces meet. **Reading a stream or a narration costs
 * credits**; playing does not.
 *
 * Call it while a click or a key press is being handled, and await nothing before it. Browsers, iOS above all, allow
 * sound only then. PCM and WAV of the service's format play from the first piece on; another format plays when all of
 * it has come.
 *
 * @param audio The audio. All of it stays in memory for `seek`: 173 MB an hour.
 * @param options Volume, reading ahead, destination and signal.
 * @returns The playback: its state, and the methods that control it.
 * @throws {TypeError} when `audio` is no audio or has been read, or an option is not known or has the wrong type.
 * @throws {RangeError} when an option is out of its range.
 * @throws {Error} when the runtime has no Web Audio.
 * @throws {DOMException} of the name `"InvalidStateError"` when the context of the destination is closed.
 * @throws {unknown} the signal's own reason when it has aborted already.
 *
 * @example A button that speaks, and one that stops
 * ```ts
 * import type { Client } from "@tsetsen/sdk";
 * import { play } from "@tsetsen/sdk/player";
 *
 * async function speak(client: Client, text: string, voiceId: string, stop: EventTarget) {
 *   const playback = play(client.streamSpeech({ text, voiceId }));
 *   stop.addEventListener("click", () => playback.stop(), { once: true });
 *   await playback.ended;
 *   console.log(`${playback.position / 24_000} s were heard`);
 * }
 * ```
 */
export function play(audio: PlaySource, options: PlayOptions = {}): Playback {
  const resolved = resolveOptions(options);
  checkUnread(audio);
  const { destination, signal } = resolved;
  if (signal?.aborted) throw reasonOf(signal);
  const context = destination?.context as OpenContext | undefined ?? openContext(SAMPLE_RATE);
  if (context.state === "closed") throw closed();
  return new Playback(audio, context, resolved);
}
