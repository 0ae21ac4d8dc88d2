/**
 * Audio of any kind, opened for one loop that may end at any time.
 *
 * @module
 */

import { isBytes } from "../lib/bytes.ts";
import { isWebStream, openWebStream, quietly } from "../lib/web_stream.ts";

/** Audio that is open for reading. */
export interface OpenAudio {
  /** The chunks. Nothing is asked of the audio before the loop begins. */
  readonly items: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /**
   * Ends the audio, also while a read is pending. The loop then fails, or ends as if the audio were complete. It never throws.
   * `undefined` when the audio has no `cancel`; leaving the loop ends it then.
   */
  readonly cancel: (() => Promise<void>) | undefined;
}

/** Opens audio of this package, a web stream, an iterable of chunks, or bytes. */
export function openAudio(
  audio: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | Uint8Array,
): OpenAudio {
  if (isBytes(audio)) return { items: [audio], cancel: undefined };
  if (isWebStream(audio)) return openWebStream(audio);
  // Streams of Node have the other name.
  const { destroy, cancel = destroy } = audio as Partial<
    Record<"cancel" | "destroy", () => unknown>
  >;
  return {
    items: isOwn(audio) ? chunksOf(audio) : audio,
    cancel: typeof cancel === "function"
      ? () => quietly(async () => await cancel.call(audio))
      : undefined,
  };
}

/**
 * The part of audio of this package that is used. It is recognised by its names, because a program may hold two copies
 * of the package.
 */
interface OwnAudio {
  readonly requestId: string | undefined;
  toReadableStream(): ReadableStream<Uint8Array>;
}

/** Whether audio is that of this package. */
export function isOwn(audio: object): audio is OwnAudio {
  return "isRaw" in audio && typeof (audio as Partial<OwnAudio>).toReadableStream === "function";
}

/**
 * Reads by a stream, which fails when somebody cancels the audio. A loop over the audio itself would end as if it were
 * whole.
 */
async function* chunksOf(audio: OwnAudio): AsyncGenerator<Uint8Array, void, void> {
  yield* openWebStream(audio.toReadableStream()).items;
}
