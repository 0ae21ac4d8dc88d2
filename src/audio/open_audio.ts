/**
 * Audio of any kind, opened for one loop that may leave at any time.
 *
 * @module
 */

import { isBytes } from "../lib/bytes.ts";
import { isStream, openStream, quietly } from "../lib/open_stream.ts";

/** Audio that is open for reading. */
export interface OpenAudio {
  /** The chunks. Nothing is asked of the audio before the loop begins. */
  readonly items: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /**
   * Ends the audio, also while a read is pending: the loop then ends as if the audio were complete. It never throws. `undefined`
   * where the audio has no such way; leaving the loop ends it then.
   */
  readonly cancel: (() => Promise<void>) | undefined;
}

/** Opens audio of the SDK, a stream of the web, an iterable of chunks, or bytes. */
export function openAudio(
  audio: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | Uint8Array,
): OpenAudio {
  if (isBytes(audio)) return { items: [audio], cancel: undefined };
  if (isStream(audio)) return openStream(audio);
  const { cancel } = audio as { cancel?: () => unknown };
  return {
    items: audio,
    cancel: typeof cancel === "function"
      ? () => quietly(async () => await cancel.call(audio))
      : undefined,
  };
}
