/**
 * Narrations: a text of any length as one piece of audio.
 *
 * @module
 */

import type { BaseClient } from "../client.ts";
import type { AudioFacts } from "../audio/audio_facts.ts";
import { AudioStream } from "../audio/audio_stream.ts";
import { showAs } from "../audio/inspect.ts";
import { BARE_PCM } from "../audio/wav/wav_reader.ts";
import { BYTES_PER_SAMPLE } from "../audio/wav/wav_writer.ts";
import { InvalidRequestError } from "../contract/errors.ts";
import { toSpeech } from "../contract/models.ts";
import { countCharacters } from "../lib/count.ts";
import type { Lifetime } from "../lib/lifetime.ts";
import { type Cue, cues } from "./captions/cues.ts";
import { Joiner, type Placeable, totalSamples } from "./join.ts";
import { openNarration } from "./open.ts";
import {
  BUY_RULES,
  type NarrationOptions,
  type NarrationRequest,
  PART_RULES,
  resolveOptions,
} from "./options.ts";
import { check, checkOptions, CLIENT } from "../lib/rules.ts";
import { cutText, freshPart, isSpoken, spokenText, withPurchase } from "./plan.ts";
import { Journal } from "./purchase/journal.ts";
import { ProgressCounter } from "./purchase/progress.ts";
import type { Obtained } from "./purchase/obtained.ts";
import { Session } from "./purchase/session.ts";
import type { Order } from "./purchase/submitter.ts";
import { Run } from "./run.ts";
import type { NarrationState, PartState, Purchase } from "./state.ts";

/** What a narration shows of its work. */
interface Work {
  readonly text: string;
  readonly hasStore: boolean;
  state: () => NarrationState | undefined;
  /** The length of all of the audio in bytes; `undefined` while it is not known. */
  totalBytes: () => number | undefined;
  opening?: Promise<unknown>;
  session?: Session;
  failedPart?: number;
}

/**
 * A text of any length as one piece of audio: PCM, 24,000 Hz, 16-bit little-endian, mono. Part follows part, with
 * pauses between them. `wav()` gives it as a WAV file, `toResponse()` as a WAV response, and `saveAudio` of
 * `@tsetsen/sdk/file` writes a WAV file.
 *
 * The length is known once all parts are done, or from the first chunk on when the store has them all. `contentLength`,
 * `duration` and the `Content-Length` of a response then give it.
 *
 * It can be read once. Nothing is sent before the first chunk is asked for, and at most `concurrency` parts are sent
 * ahead of the reader. Leaving the loop, `cancel()` and the signal end it at once, and nothing more is submitted. The
 * journal still records a job that was being submitted at that moment: see {@linkcode Narration.settled}.
 */
export class Narration extends AudioStream {
  readonly #work: Work;

  static {
    showAs(this.prototype, "Narration");
  }

  /** @internal */
  constructor(items: AsyncIterator<Uint8Array, void, void>, work: Work) {
    super(items, () => ({ ...FACTS, contentLength: work.totalBytes() }));
    this.#work = work;
  }

  /**
   * How far it is, as a JSON value to resume it with. It holds neither the key nor the text. Until the first chunk is
   * asked for, it is the state that is resumed, or `undefined`.
   */
  get state(): NarrationState | undefined {
    return this.#work.state();
  }

  /** Whether a store keeps what is bought. The same call again then buys only what is missing. */
  get hasStore(): boolean {
    return this.#work.hasStore;
  }

  /**
   * The index of the part whose error reading throws. Until it throws, the part that failed first; `undefined` when
   * none has failed.
   */
  get failedPart(): number | undefined {
    return this.#work.failedPart;
  }

  /**
   * Resolves when nothing is under way any more and the state is final. Wait for it after an abort, a `break` or a failure,
   * before keeping `state`: it then has the request id of a job that was being submitted at that moment.
   *
   * @throws {unknown} What the store fails with.
   */
  async settled(): Promise<void> {
    // A failure to open is what reading has thrown.
    await this.#work.opening?.catch(() => {});
    await this.#work.session?.settled();
  }

  /**
   * Makes the cues of the parts that are done, up to the first that is not. After the end has been read they cover the
   * whole text.
   *
   * @returns A cue for each sentence.
   */
  cues(): Cue[] {
    const { state } = this;
    return state === undefined ? [] : cues(this.#work.text, state);
  }
}

const FACTS: AudioFacts = {
  format: "pcm",
  name: "PCM",
  contentType: "audio/wav",
  isRaw: true,
  isFinished: false,
  samples: BARE_PCM,
};

/**
 * Speaks a text of any length as one piece of audio. **Costs credits**, each part once.
 *
 * The text is cut at paragraphs and sentences. The parts are submitted in order, one after the other. At most
 * `concurrency` of them are made at a time. They are joined in order, with the pauses that the punctuation asks for. A
 * pause includes the silence (below -50 dB, longer than 50 ms) that the two parts already carry: missing silence is
 * inserted, surplus silence is removed.
 *
 * **Resuming.** Each part's request id is kept in `state`, and in the `store` if one is given, before anything else
 * happens with it. The same call again with `resume` or the same `store` buys only what is missing: a known job is
 * followed and downloaded, which costs nothing. A part whose job FAILED is bought again by resuming, and only then. A
 * submission whose outcome is not known (`charged: "unknown"`) ends the narration, and is sent again only with
 * `retryUnknown`. The same holds for the part, at most one, that was on its way when the process was killed.
 *
 * **Trying again.** With its store, or with `resume` and its `state`, a second run charges nothing twice. Without them
 * it would buy all parts again: errors that follow a purchase have `billable: true`, and {@linkcode isSafeToRetry}
 * returns false.
 *
 * **Sharing.** A part is identified by its text, voice, speed and version. A corrected sentence buys one part, and runs
 * that share a store share their purchases. Of two runs under one key the one that began last goes on. The other ends
 * with an error whose `code` is `"superseded"`.
 *
 * **First sound.** With `method: "stream"` the first sentence is a part of its own. Its chunks are given while they
 * come, and the next part is bought meanwhile.
 *
 * **Rate limits.** The narration waits until a rate limit has passed, and then makes fewer parts at a time.
 *
 * @param client The client. Its `timeout` bounds each submission and each poll.
 * @param request The text, the voice, and how to speak.
 * @param options How to cut, how to buy, and what to resume.
 * @returns The audio. Nothing is sent before it is read. Reading it throws the error of the first part that fails,
 * after the audio of all parts before it. It throws an {@linkcode InvalidRequestError} when the state is that of
 * another request.
 * @throws {InvalidRequestError} when a parameter is wrong, or there is nothing to speak. Nothing was sent then.
 * @throws {TypeError} when a value has the wrong type, or an option is not known.
 * @throws {RangeError} when an option is out of its range.
 * @throws {unknown} while it is read, the signal's own reason when it aborts.
 *
 * @example A book into a file, with its captions; the same program again goes on where it was stopped
 * ```ts
 * import { Client } from "@tsetsen/sdk";
 * import { narrate, toWebVtt } from "@tsetsen/sdk/narration";
 * import { fileStore } from "@tsetsen/sdk/narration/file";
 * import { saveAudio } from "@tsetsen/sdk/file";
 *
 * async function book(text: string, voiceId: string) {
 *   using client = new Client();
 *   const narration = narrate(client, { text, voiceId }, {
 *     captions: "sentence",
 *     store: fileStore("narrations"),
 *     onProgress: ({ partsDone, parts }) => console.log(`${partsDone} of ${parts}`),
 *   });
 *   await saveAudio("book.wav", narration);
 *   await Deno.writeTextFile("book.vtt", toWebVtt(narration.cues()));
 * }
 * ```
 *
 * @example Keep the state yourself
 * ```ts
 * import type { Client } from "@tsetsen/sdk";
 * import { narrate, type NarrationState } from "@tsetsen/sdk/narration";
 *
 * async function speak(client: Client, text: string, voiceId: string, resume?: NarrationState) {
 *   const narration = narrate(client, { text, voiceId }, { resume });
 *   try {
 *     return await narration.wav();
 *   } catch (error) {
 *     await narration.settled();
 *     console.log("to resume:", JSON.stringify(narration.state));
 *     throw error;
 *   }
 * }
 * ```
 */
export function narrate(
  client: BaseClient,
  request: NarrationRequest,
  options: NarrationOptions = {},
): Narration {
  check("client", client, CLIENT);
  checkOptions(options, { ...PART_RULES, ...BUY_RULES });
  const resolved = resolveOptions(options);
  const { method, concurrency } = resolved;
  const { text, voiceId, speed, version } = toSpeech(request, "", method);
  const { apiKey } = request;
  const { captions, maxCharacters, joinParagraphs, paragraphs = "blank-line", pauses, pauseScale } =
    options;
  const cut = { captions, maxCharacters, joinParagraphs, paragraphs, pauses, pauseScale };
  const fresh = cutText(text, speed, method, cut).map(freshPart);
  if (!fresh.some((part) => isSpoken(text, part))) {
    throw new InvalidRequestError("text must hold a letter or a digit.", { charged: "no" });
  }
  const hasStore = resolved.store !== undefined;
  const work: Work = { text, hasStore, state: () => options.resume, totalBytes: () => undefined };

  async function* run(lifetime: Lifetime): AsyncGenerator<Uint8Array, void, void> {
    const voicing = { voiceId, speed, version };
    const { resume } = options;
    const found = openNarration({ ...resolved, text, voicing, cut, fresh, resume });
    work.opening = found;
    const opened = await lifetime.race(found);
    const { head, parts } = opened;
    const orders = parts.map((part): Order | undefined => {
      if (!isSpoken(text, part)) return undefined;
      const content = spokenText(text, part);
      return {
        request: { apiKey, text: content, voiceId, speed, version },
        characters: countCharacters(content),
      };
    });
    const opening = work.opening = Journal.open(opened.journal, lifetime);
    const journal = await lifetime.race(opening);
    const { purchases } = journal;
    const characters = orders.map((order) => order?.characters ?? 0);
    const progress = new ProgressCounter(characters, purchases, resolved.onProgress);
    journal.onChange = progress.changed.bind(progress);
    work.state = () => {
      const now = journal.purchases;
      return { ...head, parts: parts.map((part, i) => withPurchase(part, now[i] as Purchase)) };
    };
    work.totalBytes = () => {
      const placed: Placeable[] = [];
      for (const [i, { status, samples, lead, tail }] of journal.purchases.entries()) {
        if (status !== "done" || samples === undefined) return undefined;
        const { pause, boundary } = parts[i] as PartState;
        placed.push({ samples, lead: lead ?? 0, tail: tail ?? 0, pause, boundary });
      }
      return totalSamples(placed) * BYTES_PER_SAMPLE;
    };
    const session = new Session({
      client,
      orders,
      journal,
      progress,
      options: resolved,
      lifetime,
      audio: "pcm",
      // No part behind a failed one is bought, whatever the reason.
      stopAfter: (error) => error,
    });
    work.session = session;
    await lifetime.race(session.prepare());

    const fail = (index: number) => (error: unknown) => {
      // Parts under way go on. No part behind the failed one is bought.
      session.halt(error);
      if (lifetime.end === undefined) work.failedPart ??= index;
    };
    const joiner = new Joiner();
    const ahead: Promise<Obtained>[] = [];
    for (let part = 0, next = 0; part < parts.length; part++) {
      for (; next < Math.min(parts.length, part + concurrency); next++) {
        const obtained = session.obtain(next);
        obtained.then(({ complete }) => complete).catch(fail(next));
        ahead.push(obtained);
      }
      try {
        const { audio, complete } = await lifetime.race(ahead.shift() as Promise<Obtained>);
        const chunks = audio[Symbol.asyncIterator]();
        for (;;) {
          const { done, value } = await lifetime.race(chunks.next());
          if (done) break;
          yield* joiner.push(value);
        }
        await lifetime.race(complete);
      } catch (error) {
        // The reader gets the whole audio of the parts before it, with the pause behind them.
        if (lifetime.end === undefined) {
          // A later part may have failed before this one.
          work.failedPart = part;
          yield* joiner.finish();
        }
        throw error;
      }
      const { pause, boundary } = parts[part] as PartState;
      if (orders[part] === undefined) joiner.skip(pause, boundary);
      else yield* joiner.end(pause, boundary);
    }
    // Two runs under one key must not both report success.
    await lifetime.race(journal.checkFence());
    yield* joiner.finish();
  }

  const items = new Run(client, resolved, run, () => work.session);
  return new Narration(items, work);
}
