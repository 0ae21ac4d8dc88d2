import type { BaseClient } from "../../mod.ts";
import { SpeechStream } from "../audio/speech_stream.ts";
import { BYTES_PER_SAMPLE, SAMPLE_RATE } from "../audio/wav/wav_writer.ts";
import type { InterruptedJob } from "../call/memory.ts";
import { InvalidRequestError, TsetsenError, withContext } from "../contract/errors.ts";
import { notify } from "../contract/log.ts";
import { check, CLIENT, describe, isAsyncIterable, wholeNumber } from "../lib/rules.ts";
import type { Lifetime } from "../lib/lifetime.ts";
import { isWebStream } from "../lib/web_stream.ts";
import { silence } from "../narration/join.ts";
import { Run } from "../narration/run.ts";
import { type LiveSentence, spokenBefore, type SpokenSoFar } from "./live_sentence.ts";
import { type LiveOptions, settle } from "./options.ts";
import { SentenceCutter } from "./sentence_cutter.ts";
import { SentenceFeed } from "./sentence_feed.ts";
import { Purchases } from "./purchases.ts";

/** What live speech shows of its work. */
interface LiveWork {
  purchases: Purchases | undefined;
  /** The samples that the reader has been given. */
  samples: number;
}

/**
 * Speech of a text that is still being written: PCM, 24,000 Hz, 16-bit little-endian, mono. Sentence follows sentence,
 * with pauses between them.
 *
 * It can be read once. Nothing is read from the text and nothing is sent before the first chunk is asked for. Leaving
 * the loop, `cancel()` and the signal end it at once, and nothing more is bought. `spoken()` says what was spoken until
 * then.
 */
export class LiveSpeech extends SpeechStream {
  readonly #work: LiveWork;

  /** @internal */
  constructor(items: AsyncIterator<Uint8Array, void, void>, work: LiveWork) {
    super(items);
    this.#work = work;
  }

  /** The sentences that were bought or are being bought, in order, as they are now. */
  get sentences(): readonly LiveSentence[] {
    return (this.#work.purchases?.sentences ?? []).map((sentence) => ({ ...sentence }));
  }

  /** How many samples have been given to the reader. What its loudspeaker has played may be less. */
  get samples(): number {
    return this.#work.samples;
  }

  /**
   * What was spoken up to a sample. A conversation should remember this text after the listener has interrupted it.
   *
   * @param sample The sample, for example where the player was stopped; a whole number, 0 or more. Default: all that has been
   * given to the reader.
   * @returns The sentences that had begun, and their text.
   * @throws {TypeError} when `sample` is no number.
   * @throws {RangeError} when `sample` is no whole number, or is below 0.
   */
  spoken(sample: number = this.samples): SpokenSoFar {
    check("sample", sample, wholeNumber(0));
    return spokenBefore(sample, this.sentences);
  }

  /**
   * Resolves when nothing is under way any more. `sentences` then has the request id of a job that was being submitted
   * when the speech was stopped.
   */
  async settled(): Promise<void> {
    await this.#work.purchases?.settled();
  }
}

/**
 * Speaks a text while it is being written, by a language model for example. **Costs credits**, each sentence once.
 *
 * The text is split into sentences, each as soon as nothing that follows can move its end. The first is spoken at once,
 * and the next is bought while the first is read. A sentence that may have been accepted is never sent again: its
 * failure ends the speech, after the audio before it.
 *
 * Read the audio about as fast as it is played. What is read ahead is bought ahead, and is paid for even if the
 * listener interrupts.
 *
 * @param client The client. Its `timeout` bounds each submission, each poll and each silence of a stream.
 * @param textStream The text in pieces of any size, cut anywhere: inside a sign of Markdown or a surrogate pair, too.
 * @param options The voice, and how to speak.
 * @returns The audio. Nothing happens before it is read. Reading it throws the error of the first sentence that fails.
 * It throws the error of the text itself after the sentences that were complete, and a `TypeError` when the text yields
 * something else than strings.
 * @throws {InvalidRequestError} when the voice, the speed or the version is wrong: nothing is sent then. Reading throws it when
 * the text holds no letter and no digit.
 * @throws {TypeError} when a value has the wrong type.
 * @throws {RangeError} when an option is out of its range.
 * @throws {unknown} the signal's own reason when it aborts, from reading.
 *
 * @example What a model writes, spoken, with captions
 * ```ts
 * import type { Client } from "@tsetsen/sdk";
 * import { speakLive } from "@tsetsen/sdk/live";
 *
 * async function answer(
 *   client: Client,
 *   tokens: AsyncIterable<string>,
 *   voiceId: string,
 *   play: (pcm: Uint8Array) => Promise<void>,
 * ) {
 *   const speech = speakLive(client, tokens, {
 *     voiceId,
 *     onSentence: ({ text, start }) => console.log(start! / 24_000, text),
 *   });
 *   for await (const pcm of speech) await play(pcm);
 * }
 * ```
 *
 * @example The listener interrupts
 * ```ts
 * import type { LiveSpeech } from "@tsetsen/sdk/live";
 *
 * async function interrupt(speech: LiveSpeech, playedSamples: number): Promise<string> {
 *   await speech.cancel();
 *   return speech.spoken(playedSamples).text;
 * }
 * ```
 */
export function speakLive(
  client: BaseClient,
  textStream: AsyncIterable<string>,
  options: LiveOptions,
): LiveSpeech {
  check("client", client, CLIENT);
  // Streams of Safari have a reader and no loop.
  if (!isAsyncIterable(textStream) && !isWebStream(textStream)) {
    throw new TypeError(
      `textStream must be an async iterable of strings: got ${
        describe(textStream)
      }. For a text that is complete, use streamSpeech or narrate.`,
    );
  }
  const settings = settle(options);
  const work: LiveWork = { purchases: undefined, samples: 0 };

  async function* run(lifetime: Lifetime): AsyncGenerator<Uint8Array, void, void> {
    try {
      const cutter = new SentenceCutter(settings);
      const feed = new SentenceFeed(textStream, cutter, settings.silence, lifetime);
      const purchases = work.purchases = new Purchases(client, feed, settings, lifetime);
      let pause = 0;
      for (let utterance; (utterance = await purchases.next()) !== undefined;) {
        const { state } = utterance;
        for (const silent of silence(pause * SAMPLE_RATE / 1_000)) {
          work.samples += silent.length / BYTES_PER_SAMPLE;
          yield silent;
        }
        for (let chunk; (chunk = await utterance.take(lifetime)) !== undefined;) {
          if (state.start === undefined) {
            state.start = work.samples;
            notify(settings.onSentence, { ...state });
          }
          const samples = chunk.length / BYTES_PER_SAMPLE;
          work.samples += samples;
          state.samples += samples;
          yield chunk;
        }
        state.isComplete = true;
        ({ pause } = utterance);
      }
    } catch (error) {
      if (lifetime.end !== undefined) throw error;
      // Once a sentence was paid for, no error says `charged: "no"`, because speaking the whole text again would pay
      // for it again.
      throw withMoney(error, paid());
    }
    if (work.samples === 0) {
      throw new InvalidRequestError("textStream must hold a letter or a digit: it ended without.", {
        charged: "no",
      });
    }
  }

  const paid = () =>
    (work.purchases?.sentences ?? []).filter(({ charged }) => charged !== "no")
      .map(({ requestId, charged }) => ({ requestId, charged }));
  return new LiveSpeech(
    new Run(client, { signal: settings.signal, store: undefined }, run, () => ({
      openJobs: paid,
      hasBought: paid().length > 0,
    })),
    work,
  );
}

/** The error, with what is known about the sentences before it. */
function withMoney(error: unknown, paid: readonly InterruptedJob[]): unknown {
  if (!(error instanceof TsetsenError)) return error;
  const { charged: own = "no" } = error;
  const charged = own === "no" ? paid.at(-1)?.charged : own;
  return charged === undefined ? error : withContext(error, { charged, billable: true });
}
