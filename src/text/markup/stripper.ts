import { check, STRING } from "../../lib/rules.ts";
import { closesFence, FENCE, frontMatterEnd } from "./blocks.ts";
import { isOpen, withoutCode } from "./inline.ts";
import { stripMarkup } from "./strip.ts";

/** The most code units that wait for the partner of a sign. */
const MAX_WAIT = 2_000;
/** The end of a sentence, or of a line. */
const STOP = /[.!?…]["'”“’»›)\]*_~`]{0,9}\s|\n/g;
/** A comment, a script, a style or CDATA without its end. Blank lines may stand in it. */
const HIDDEN = /<!--(?![^]*-->)|<!\[CDATA\[(?![^]*\]\]>)|<(script|style)\b(?![^]*<\/\1\b)/i;
/** The bytes of a picture in a tag or a link, after the first ones. They are dropped, because they would fill what may wait. */
const PICTURE = /(?<=[("'<=]data:[a-z]{1,20}\/[\w.+-]{1,80};base64,[\w+/=]{16})[\w+/=]+/g;
/** The most code units of a picture that stand in front of what is taken out of it. */
const PICTURE_START = 131;
/** Stands for the start of a line of which the first part is gone. */
const LINE_START = "x ";

/**
 * Removes the markup from text that arrives in pieces, for example from a language model. It returns the text sentence
 * by sentence. It holds back only what may still change: a sentence without its end, `**` without its partner, a block
 * of code, a comment, front matter. The pieces may be cut anywhere, and the result is the same.
 *
 * It differs from {@linkcode stripMarkup} where the whole text would have to be known: a link by reference
 * (`[текст][1]`) stays, paragraphs of HTML are lines, and a sign waits for its partner no longer than 2,000 code units.
 *
 * @example Strip what a model writes
 * ```ts
 * import { MarkupStripper } from "@tsetsen/sdk/text";
 * import { assertEquals } from "@std/assert";
 *
 * const stripper = new MarkupStripper();
 * assertEquals(stripper.push("Энэ бол **то"), "");
 * assertEquals(stripper.push("д** үг. Дараа"), "Энэ бол тод үг. ");
 * assertEquals(stripper.flush(), "Дараа");
 * ```
 */
export class MarkupStripper {
  /** The text that has arrived and was not returned yet, without the code in `#code`. */
  #pending = "";
  /** The start of a block of code that is open, in pieces: nothing in it is looked at again. */
  #code: string[] = [];
  /** The start of the pending line of code, where it is in `#code`: what tells whether the line closes the block. */
  #lineStart = "";
  /** Up to where the search for an end has come. */
  #searched = 0;
  /** Whether the pending text starts the whole. */
  #atStart = true;
  /** Whether the pending text starts a line. */
  #atLineStart = true;
  /** The fence of the block of code that the pending text starts with. */
  #fence: string | undefined;

  /** The text that has arrived and was not returned yet, with its markup. It follows the text that was returned. */
  get pending(): string {
    return this.#code.join("") + this.#pending;
  }

  /**
   * Takes the next piece.
   *
   * @param piece The piece, of any length.
   * @returns The text that is complete, without markup; often empty.
   * @throws {TypeError} when the piece is not a string.
   */
  push(piece: string): string {
    check("piece", piece, STRING);
    const known = Math.max(0, this.#pending.length - PICTURE_START);
    this.#pending += piece;
    if (this.#pending.includes(";base64,", known)) {
      this.#pending = this.#pending.slice(0, known) +
        this.#pending.slice(known).replace(PICTURE, "");
    }
    const done: string[] = [];
    for (let end; (end = this.#end()) !== undefined;) done.push(this.#take(end));
    return done.join("");
  }

  /**
   * Ends the text. Afterwards the stripper is ready for another text.
   *
   * @returns The rest, without markup.
   */
  flush(): string {
    const rest = this.#take(this.#pending.length);
    this.#atStart = this.#atLineStart = true;
    return rest;
  }

  /** Strips the pending text up to `end`, and forgets it. */
  #take(end: number): string {
    const text = this.#code.join("") + this.#pending.slice(0, end);
    this.#code = [];
    this.#lineStart = "";
    this.#pending = this.#pending.slice(end);
    this.#searched = 0;
    this.#fence = undefined;
    const stripped = this.#atLineStart
      ? stripMarkup(text)
      : stripMarkup(LINE_START + text).slice(LINE_START.length);
    if (text !== "") this.#atLineStart = text.endsWith("\n");
    return stripped;
  }

  /** The end of the text that nothing can change any more. */
  #end(): number | undefined {
    if (this.#atStart) {
      const end = frontMatterEnd(this.#pending);
      if (end === undefined && this.#pending.length < MAX_WAIT) return undefined;
      this.#atStart = false;
      if (end) return end;
    }
    if (this.#fence === undefined) {
      if (this.#atLineStart) this.#openFence();
      if (this.#fence === undefined) return this.#endOfSentence();
    }
    return this.#endOfCode();
  }

  #openFence(): void {
    const index = this.#pending.slice(0, MAX_WAIT + 1).indexOf("\n");
    if (index < 0) return;
    this.#fence = FENCE.exec(this.#pending.slice(0, index).replace(/^\ufeff|\r$/g, ""))?.[1];
    if (this.#fence !== undefined) this.#searched = index + 1;
  }

  #endOfCode(): number | undefined {
    for (let index; (index = this.#pending.indexOf("\n", this.#searched)) >= 0;) {
      const line = this.#lineStart + this.#pending.slice(this.#searched, index);
      this.#searched = index + 1;
      this.#lineStart = "";
      if (closesFence(line, this.#fence!.charAt(0), this.#fence!.length)) return index + 1;
    }
    const isLong = this.#pending.length - this.#searched > MAX_WAIT;
    const end = isLong ? this.#pending.length - PICTURE_START : this.#searched;
    if (end > 0) this.#code.push(this.#pending.slice(0, end));
    if (isLong) this.#lineStart = this.#shortened(this.#pending.slice(this.#searched, end));
    this.#pending = this.#pending.slice(end);
    this.#searched = 0;
    return undefined;
  }

  /** The start of a line of code with what is moved to it, as short as it can be: one space stands for all behind a fence. */
  #shortened(more: string): string {
    const start = (this.#lineStart + more).trimStart();
    const line = start.trimEnd();
    const mayClose = line === this.#fence!.charAt(0).repeat(line.length);
    return mayClose ? line + (line === start ? "" : " ") : "x";
  }

  #endOfSentence(): number | undefined {
    // A table's row, and a line that may become a fence, are whole lines.
    const whole = this.#atLineStart &&
      /^[ \t\r\ufeff]{0,99}(?:\||`{1,3}(?!.)|```|~{1,3}(?!.)|~~~)/.test(this.#pending);
    // What lies further ends nothing yet, and a search of it for each end would take the square of its length.
    const near = this.#pending.slice(0, MAX_WAIT + 1);
    STOP.lastIndex = this.#searched;
    for (let stop; (stop = STOP.exec(near)) !== null;) {
      const end = stop.index + stop[0].length;
      if (end > MAX_WAIT) break;
      if (whole && !stop[0].endsWith("\n")) continue;
      const text = this.#pending.slice(0, end);
      if (HIDDEN.test(withoutCode(text))) continue;
      if (/\n[ \t\r]*\n$/.test(text) || !isOpen(text)) return end;
    }
    this.#searched = Math.max(0, this.#pending.length - 12);
    if (this.#pending.length < MAX_WAIT) return undefined;
    const space = this.#pending.lastIndexOf(" ", MAX_WAIT - 1);
    return space > 0 ? space + 1 : MAX_WAIT;
  }
}
