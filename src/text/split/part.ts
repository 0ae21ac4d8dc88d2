/** What follows a part: the strongest border that its end falls on. */
export type BoundaryKind = "sentence" | "paragraph" | "clause" | "word" | "end";

/** A piece of a text. The pieces' `text`, joined, are the whole text, to the last code unit. */
export interface TextPart {
  /**
   * The piece itself. White space between two pieces belongs to the one before it, and white space at the start of the
   * text to the first piece.
   */
  readonly text: string;
  /** Where it starts in the whole text, in UTF-16 code units (what `String.prototype.slice` takes). */
  readonly start: number;
  /** Where it ends, exclusive, in UTF-16 code units. */
  readonly end: number;
  /** Its length in characters (code points), as {@linkcode countCharacters} counts, white space included. */
  readonly characters: number;
  /** What follows it. `"word"` stands also for a cut inside a word that alone is longer than the maximum. */
  readonly boundary: BoundaryKind;
  /** The pause after the punctuation at its end, in milliseconds. 0 after words and at the end of the text. */
  readonly pause: number;
  /**
   * Whether it holds a letter or a digit. A part without one (`* * *`, white space) is only a pause. Do not send it.
   */
  readonly speakable: boolean;
}

/** A letter or a digit can be spoken. */
const SPEAKABLE = /[\p{L}\p{N}]/u;

/** Whether a text holds anything that can be spoken. */
export function isSpeakable(text: string): boolean {
  return SPEAKABLE.test(text);
}
