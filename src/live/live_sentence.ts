import type { Charged } from "../contract/errors.ts";

/** A sentence of live speech, and how far it is. */
export interface LiveSentence {
  /** Its place among the sentences, from 0. */
  readonly index: number;
  /** What is spoken: without markup and without the white space around it. */
  readonly text: string;
  /**
   * Where its audio begins, in samples from the start of the whole, 24,000 a second; `undefined` until the reader has
   * got some of it.
   */
  readonly start: number | undefined;
  /** How many samples of it have been given to the reader. */
  readonly samples: number;
  /** Whether all of its audio has been given to the reader. */
  readonly isComplete: boolean;
  /** What is known about the money: `"no"` while nothing of it has been accepted. */
  readonly charged: Charged;
  /** The id of the job, from the moment it is known; `undefined` for a stream. */
  readonly requestId: string | undefined;
}

/** What was spoken up to a sample. */
export interface SpokenSoFar {
  /** The sample that the report is about. */
  readonly sample: number;
  /** The text of the sentences that had begun before that sample, joined by spaces. The last may have been cut off. */
  readonly text: string;
  /** These sentences. The sentence is cut off when `start + samples` is above `sample`, or `isComplete` is false. */
  readonly sentences: readonly LiveSentence[];
}

/** What changes while a sentence is bought and read. */
export type SentenceState = { -readonly [Field in keyof LiveSentence]: LiveSentence[Field] };

/** What was spoken before `sample`, of the sentences in order. */
export function spokenBefore(sample: number, sentences: readonly LiveSentence[]): SpokenSoFar {
  const begun = sentences.filter(({ start }) => start !== undefined && start < sample)
    .map((sentence) => ({ ...sentence }));
  return { sample, text: begun.map(({ text }) => text).join(" "), sentences: begun };
}
