import {
  MarkupStripper,
  type SentenceOptions,
  splitSentences,
  splitText,
  type TextPart,
} from "../text/mod.ts";

/** A sentence that is ready to be spoken. */
export interface CutSentence {
  /** The text, without the white space around it and without half a surrogate pair. Never empty. */
  readonly text: string;
  /** The pause after it, in milliseconds. */
  readonly pause: number;
}

/** Options of a cutter. */
export interface CutterOptions extends SentenceOptions {
  /** Whether to take the markup out. */
  readonly markup: "strip" | "keep";
  /** The most characters of one piece. A longer sentence is cut at its clauses. */
  readonly maxCharacters: number;
}

/**
 * What could follow the text. A border that all of them leave where it is cannot move any more: they are the ways in which the
 * rules of `./text` go on with a sentence, or take the next stretch to it.
 */
const CONTINUATIONS = [
  "гэж тэр",
  " гэж тэр",
  "🎉",
  ")",
  "»",
  "?",
  "1",
  "1 сек. ",
  ". Бат",
  "ат. Бат",
  " А. Бат",
  "\n- Бат",
  "\n\nбат",
];

/** A word that reports speech ("гэж", "хэмээн") may still come of it: only the whole word tells. */
const UNFINISHED_REPORT = /^[\s"'“”„«»*_~`(—–-]*(?:г|гэ\p{L}*|х|хэ|хэм|хэмэ|хэмээ)$/u;
/** A unit may still come behind a number: "5 мин. 30 сек." goes on. */
const UNFINISHED_NUMBER = /^[^\p{L}\p{N}]*\p{N}[\p{N}.,]{0,12}\s?\p{L}{0,5}$/u;

/** The end of a sentence at the end of a text, as far as its marks tell. */
const LOOKS_ENDED = /[.!?…‼⁇⁈⁉‽]["'”“’»›)\]*_~`]*\s*$/u;

/** A sentence begins here, as far as anyone can tell. */
const NEXT_SENTENCE = " Бат явав.";

/** Without one of these no sentence has ended. */
const MARK = /[\p{Sentence_Terminal}…\n]/u;

/** How much of a line the rules may look back at. More would make a long line slow. */
const MAX_CONTEXT = 1_000;

/** How many code units the rules look ahead, with room. */
const LOOK_AHEAD = 64;

/**
 * Cuts text that arrives in pieces into sentences, each as soon as nothing that may follow can move its end. The pieces may be cut
 * anywhere. The sentences are those of `splitSentences` for the whole text.
 */
export class SentenceCutter {
  readonly #options: Omit<CutterOptions, "markup">;
  readonly #stripper: MarkupStripper | undefined;
  /** The text from the start of the line on, because the rules look back in it. */
  #text = "";
  /** Up to where sentences are cut off. */
  #done = 0;
  /** The last code units that arrived. */
  #tail = "";

  constructor(options: CutterOptions) {
    const { markup, maxCharacters, paragraphs, pauses, pauseScale } = options;
    this.#options = { maxCharacters, paragraphs, pauses, pauseScale };
    this.#stripper = markup === "strip" ? new MarkupStripper() : undefined;
  }

  /** Takes the next piece. @returns The sentences that are certain by now. */
  push(piece: string): CutSentence[] {
    this.#tail = (this.#tail + piece).slice(-LOOK_AHEAD);
    this.#text += this.#stripper?.push(piece) ?? piece;
    const whole = this.#text + this.#ahead();
    if (MARK.test(whole.slice(this.#done))) {
      const certain = this.#certain(whole);
      if (certain.length > 0) return this.#cut(certain);
    }
    return this.#cutLong();
  }

  /**
   * Takes a silence: the text so far may be all for now.
   *
   * @returns The rest, if its marks end a sentence.
   */
  pause(): CutSentence[] {
    if (!LOOKS_ENDED.test(this.#tail)) return [];
    // The stripper returns a sentence when white space follows it, if no sign in it waits for its partner.
    const space = /\s$/.test(this.#tail) ? "" : " ";
    const trial = new MarkupStripper();
    const rest = this.#stripper === undefined ? "" : trial.push(this.#stripper.pending + space);
    if (trial.pending.trim() !== "") return [];
    const { length } = this.#text + rest;
    const parts = this.#partsOf(this.#text + rest + NEXT_SENTENCE);
    // Without a stripper the white space of the next sentence stands behind this one.
    const last = parts.findIndex(({ end }) => end >= length && end <= length + 1);
    if (last < 0) return [];
    this.#text += this.#stripper?.push(space) ?? "";
    return this.#cut(
      parts.slice(0, last + 1).map(({ end, pause }) => ({
        end: Math.min(end, this.#text.length),
        pause,
      })),
    );
  }

  /** Ends the text. @returns The rest. */
  flush(): CutSentence[] {
    this.#text += this.#stripper?.flush() ?? "";
    return this.#cut(this.#partsOf(this.#text));
  }

  /** What follows the text, as far as it has arrived. */
  #ahead(): string {
    return this.#stripper?.pending.slice(0, LOOK_AHEAD) ?? "";
  }

  /** The sentences that are not cut off yet. */
  #partsOf(text: string): TextPart[] {
    return splitSentences(text, this.#options).filter(({ end }) => end > this.#done);
  }

  /** The sentences whose ends nothing can move. */
  #certain(whole: string): TextPart[] {
    let parts = this.#partsOf(whole).filter(({ end }) => end <= this.#text.length);
    const keep = (isCertain: (part: TextPart) => boolean) => {
      const uncertain = parts.findIndex((part) => !isCertain(part));
      if (uncertain >= 0) parts = parts.slice(0, uncertain);
    };
    keep(({ end }) => {
      const next = whole.slice(end, end + LOOK_AHEAD);
      return next !== "" && !UNFINISHED_REPORT.test(next) && !UNFINISHED_NUMBER.test(next);
    });
    for (const more of CONTINUATIONS) {
      if (parts.length === 0) break;
      const ends = new Set(splitSentences(whole + more, this.#options).map(({ end }) => end));
      keep(({ end }) => ends.has(end));
    }
    return parts;
  }

  /** Cuts at the ends of these sentences. */
  #cut(parts: readonly Pick<TextPart, "end" | "pause">[]): CutSentence[] {
    const sentences: CutSentence[] = [];
    for (const { end, pause } of parts) {
      const text = this.#text.slice(this.#done, end);
      this.#done = end;
      sentences.push(...this.#pieces(text, pause));
    }
    const lineEnd = /\n\s*$/.test(this.#text.slice(0, this.#done));
    if (lineEnd || this.#done > MAX_CONTEXT) {
      this.#text = this.#text.slice(this.#done);
      this.#done = 0;
    }
    return sentences;
  }

  /** Cuts the start of a sentence that is too long already. */
  #cutLong(): CutSentence[] {
    const { maxCharacters } = this.#options;
    const rest = this.#text.slice(this.#done);
    // Twice as long: the best place for a cut is then known.
    if (rest.length < 2 * maxCharacters) return [];
    const parts = splitText(rest, { ...this.#options, joinSentences: false }).slice(0, -1);
    const from = this.#done;
    return this.#cut(parts.map(({ end, pause }) => ({ end: from + end, pause })));
  }

  /** A sentence in pieces that are short enough; none when there is nothing to speak. */
  #pieces(text: string, pause: number): CutSentence[] {
    const parts = splitText(text, { ...this.#options, joinSentences: false });
    const spoken = parts.filter(({ speakable }) => speakable);
    return spoken.map((part, index) => ({
      // UTF-8 cannot carry half a pair, which a model leaves when it is cut off.
      text: part.text.replace(/\p{Surrogate}/gu, "").trim(),
      pause: index === spoken.length - 1 ? pause : part.pause,
    }));
  }
}
