import type { Client } from "../../mod.ts";
import { BYTES_PER_SAMPLE } from "../audio/wav_writer.ts";
import { InvalidRequestError } from "../contract/errors.ts";
import { toSpeech } from "../contract/models.ts";
import type { Lifetime } from "../lib/lifetime.ts";
import { SpeechStream } from "../audio/speech_stream.ts";
import { countCharacters } from "../text/mod.ts";
import { Book } from "./book.ts";
import type { Order } from "./counter.ts";
import { type Cue, cues } from "./cues.ts";
import { undecided } from "./decisions.ts";
import { type NarrationOptions, type NarrationRequest, settle } from "./options.ts";
import { cut, freshPart, isSilent, purchaseOf, spoken, withPurchase } from "./parts.ts";
import { Tally } from "./progress.ts";
import { Run } from "./run.ts";
import { type Obtained, Session } from "./session.ts";
import { checkNarrationState, hash, type NarrationState, type Purchase } from "./state.ts";

/** What a narration tells of its work. */
interface Work {
  readonly text: string;
  state: () => NarrationState | undefined;
  session?: Session;
  failedPart?: number;
}

/**
 * A text of any length as one piece of audio: PCM, 24,000 Hz, 16-bit little-endian, mono, part after part with the pauses between
 * them. `wav()` gives it as a WAV file, `toResponse()` as a WAV response, and `saveAudio` of `@tsetsen/sdk/file` writes it as one.
 *
 * It can be read once. Nothing is sent before the first chunk is asked for, and no more than `concurrency` parts ahead of the
 * reader. Leaving the loop, `cancel()` and the signal end it at once: nothing more is submitted. A job that was just being
 * submitted is still recorded: {@linkcode Narration.settled}.
 */
export class Narration extends SpeechStream {
  readonly #work: Work;

  /** @internal */
  constructor(items: AsyncIterator<Uint8Array, void, void>, work: Work) {
    super(items);
    this.#work = work;
  }

  /**
   * How far it is, as a JSON value to resume it with. It holds neither the key nor the text. `undefined` until the first chunk
   * has been asked for.
   */
  get state(): NarrationState | undefined {
    return this.#work.state();
  }

  /** The index of the part that failed first; `undefined` when none has. */
  get failedPart(): number | undefined {
    return this.#work.failedPart;
  }

  /**
   * Resolves when nothing is under way any more and the state is final. Wait for it after an abort, a `break` or a failure,
   * before keeping `state`: a job that was being submitted at that moment has its request id then.
   *
   * @throws {unknown} What the store fails with.
   */
  async settled(): Promise<void> {
    await this.#work.session?.settled();
  }

  /**
   * The captions of the parts that are done, up to the first that is not: of the whole when it has been read to its end.
   *
   * @returns A cue for each sentence.
   */
  cues(): Cue[] {
    const { state } = this;
    return state === undefined ? [] : cues(this.#work.text, state);
  }
}

/**
 * Speaks a text of any length as one piece of audio. **Costs credits**, each part once.
 *
 * The text is cut at paragraphs and sentences; the parts are submitted in order, one after the other, made `concurrency` at a
 * time, and joined in order, with the pauses that the punctuation asks for.
 *
 * **What fails can be resumed.** Each part's request id is kept in `state`, and in the `store` if one is given, before
 * anything else is done with it. The same call again with `resume` or the same `store` buys only what is missing: a job that is known is
 * followed and downloaded, which costs nothing. A part whose job FAILED is bought again by resuming, and only then. A submission
 * whose outcome is not known (`charged: "unknown"`) ends the narration and is never sent again by itself: `retryUnknown` decides. So is
 * one that was on its way when the process was killed, one part at most.
 *
 * **Rate limits** are waited out, and fewer parts are then made at a time.
 *
 * @param client The client. Its `timeout` bounds each submission and each poll.
 * @param request The text, the voice, and how to speak.
 * @param options How to cut, how to buy, and what to resume.
 * @returns The audio, lazily. Reading it throws the error of the first part that fails, after all the parts before it; the signal's
 * own reason; an {@linkcode InvalidRequestError} when the state is of another request.
 * @throws {InvalidRequestError} when a parameter is wrong, or there is nothing to speak; nothing is sent then.
 * @throws {TypeError} when a value has the wrong type.
 * @throws {RangeError} when an option is out of its range.
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
  client: Client,
  request: NarrationRequest,
  options: NarrationOptions = {},
): Narration {
  const settings = settle(options);
  const { method, store, concurrency } = settings;
  const { text, voiceId, speed, version } = toSpeech(request, "", method);
  const { apiKey } = request;
  const { captions, maxCharacters, joinParagraphs, paragraphs = "blank-line", pauses, pauseScale } =
    options;
  const partOptions = { captions, maxCharacters, joinParagraphs, paragraphs, pauses, pauseScale };
  const fresh = cut(text, speed, partOptions).map(freshPart);
  if (fresh.every(isSilent)) {
    throw new InvalidRequestError("text must hold a letter or a digit.", { charged: "no" });
  }
  const work: Work = { text, state: () => options.resume };

  async function* run(lifetime: Lifetime): AsyncGenerator<Uint8Array, void, void> {
    const facts = { textHash: await hash(text), voiceId, speed, version, method };
    const key = settings.key ?? await hash(JSON.stringify(Object.values(facts)));
    const saved = options.resume ?? await lifetime.race(store?.load(key) ?? Promise.resolve());
    const { parts, ...head }: NarrationState = saved === undefined
      ? { format: 1, kind: "narration", ...facts, paragraphs, parts: fresh }
      : checkNarrationState(saved, facts, text.length);
    const before = parts.map(purchaseOf);
    const orders = parts.map((part): Order | undefined => {
      const content = spoken(text, part);
      const order = { apiKey, text: content, voiceId, speed, version };
      return isSilent(part) ? undefined : { request: order, characters: countCharacters(content) };
    });
    const tally = new Tally(orders.map((o) => o?.characters ?? 0), before, settings.onProgress);
    const snapshot = (purchases: readonly Purchase[]): NarrationState => ({
      ...head,
      parts: parts.map((part, i) => withPurchase(part, purchases[i] ?? { status: "pending" })),
    });
    const book = new Book(before, snapshot, store, key, (...change) => tally.changed(...change));
    work.state = () => snapshot([...book.purchases]);
    before.forEach((purchase, index) => {
      const error = undecided(purchase, index, settings);
      if (error !== undefined) throw error;
    });
    const session = new Session({
      client,
      orders,
      book,
      tally,
      settings,
      lifetime,
      audio: "pcm",
      // Whatever the reason: what is behind it would be paid for in vain.
      stopAfter: (error) => error,
    });
    work.session = session;

    const ahead: Promise<Obtained>[] = [];
    for (let part = 0, next = 0; part < parts.length; part++) {
      for (; next < Math.min(parts.length, part + concurrency); next++) {
        const index = next;
        const obtained = session.obtain(index);
        obtained.catch((error) => {
          // What is under way goes on, up to this part; nothing behind it is paid for in vain.
          session.halt(error);
          if (lifetime.end === undefined) work.failedPart ??= index;
        });
        ahead.push(obtained);
      }
      const { chunks } = await lifetime.race(ahead.shift() as Promise<Obtained>);
      yield* chunks;
      const pause = parts[part]?.pause ?? 0;
      if (pause > 0) yield new Uint8Array(pause * BYTES_PER_SAMPLE);
    }
  }

  const items = new Run(client, settings.signal, run, () => work.session?.openJobs() ?? []);
  return new Narration(items, work);
}
