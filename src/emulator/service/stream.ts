import type { MessageInitShape } from "@bufbuild/protobuf";
import type { StreamSpeechResponseSchema } from "../../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { concatBytes } from "../../lib/bytes.ts";
import { turn } from "../clock.ts";
import type { StreamFault } from "../faults/faults.ts";
import type { Settings } from "../options.ts";
import { invalid, type Speech } from "./speech.ts";
import { compose, duration, render } from "./synth.ts";
import { BYTES_PER_SAMPLE, wavHeaderFor } from "../../audio/wav/wav_writer.ts";

type StreamMessage = MessageInitShape<typeof StreamSpeechResponseSchema>;

/** Audio that is made when it is asked for. */
export interface Source {
  readonly bytes: number;
  readonly synthetic: boolean;
  read(from: number, to: number): Uint8Array;
}

/** Decides what a stream is made of, before anything is charged. */
export function streamSource(
  speech: Speech,
  settings: Settings,
  fault: StreamFault | undefined,
): Source {
  const bytes = fault?.bytes ?? settings.streamBytes;
  if (bytes !== undefined) {
    const buffer = new Uint8Array(fault?.chunkBytes ?? settings.streamChunkBytes);
    return { bytes, synthetic: true, read: (from, to) => buffer.subarray(0, to - from) };
  }
  const score = compose(speech.text, speech.voice, speech.speed);
  if (duration(score) > settings.maxAudioSeconds) {
    throw invalid(`the audio must not be longer than ${settings.maxAudioSeconds} seconds`);
  }
  return {
    bytes: score.samples * BYTES_PER_SAMPLE,
    synthetic: false,
    read: (from, to) => render(score, from, to),
  };
}

/**
 * Streams audio: makes a piece, hands it over, and goes on when the next one is wanted.
 *
 * @param charge Is called when the first piece is on its way.
 */
export async function* streamAudio(
  source: Source,
  settings: Settings,
  fault: StreamFault | undefined,
  failure: string | undefined,
  signal: AbortSignal,
  charge: () => void,
): AsyncGenerator<StreamMessage> {
  const size = fault?.chunkBytes ?? settings.streamChunkBytes;
  const errorMessage = fault?.errorMessage ?? failure;
  const failAfter = fault?.afterChunks ?? 1;
  for (let sent = 0, from = 0;;) {
    signal.throwIfAborted();
    const over = sent > 0 && from >= source.bytes;
    if (errorMessage !== undefined && (over || sent >= failAfter)) {
      yield { errorMessage };
      return;
    }
    if (over) return;
    const to = Math.min(from + size, source.bytes);
    let audioChunk = source.read(from, to);
    if (sent === 0 && fault?.waveHeader) {
      audioChunk = concatBytes([wavHeaderFor(source.bytes), audioChunk]);
    }
    if (sent === 0) charge();
    const isFinal = to >= source.bytes && errorMessage === undefined && !fault?.neverFinal;
    yield { audioChunk, isFinal };
    sent += 1;
    from = to;
    if (from < source.bytes) await breathe(source, settings, sent, signal);
  }
}

async function breathe(
  source: Source,
  settings: Settings,
  sent: number,
  signal: AbortSignal,
): Promise<void> {
  if (!source.synthetic && settings.streamPace > 0) {
    await settings.clock.sleep(settings.streamPace, signal);
  } else if (sent % 32 === 0) {
    // A reader that is always ready would keep timers from running, and its own abort with them.
    await turn();
  }
}
