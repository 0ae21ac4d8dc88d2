import {
  countCharacters,
  MarkupStripper,
  type SentenceOptions,
  splitText,
  type TextPart,
} from "../text/mod.ts";
import { sentencesOf } from "../text/sentences/sentences.ts";
import { resolveOptions, type Settings } from "../text/split/options.ts";

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
 * What could follow the text: the ways in which the rules of `./text` continue a sentence, or add the next stretch to
 * it. A border that none of them moves is final.
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

/** This may still become a word that reports speech ("гэж", "хэмээн"). Only the whole word shows it. */
const UNFINISHED_REPORT = /^[\s"'“”„«»‹‘‚<([{*_#>•·+|~`‒–—―-]*(?:г|гэ\p{L}*|х|хэ|хэм|хэмэ|хэмээ)$/u;
/** A unit may still come behind a number: "5 мин. 30-40 сек." and "5 мин. 30 секунд" go on. */
const UNFINISHED_NUMBER = /^[^\p{L}\p{N}]*\p{N}[\p{N}.,–-]{0,23}\s?\p{L}{0,12}$/u;

/** The end of a sentence at the end of a text, as far as its marks tell. */
const LOOKS_ENDED = /[.!?…‼⁇⁈⁉‽]["'”“’»›)\]*_~`]*\s*$/u;

/** The beginning of another sentence. */
const NEXT_SENTENCE = " Бат явав.";

/** The last mark of a text. Without one no sentence has ended. */
const LAST_MARK = /[\p{Sentence_Terminal}…\n][^\p{Sentence_Terminal}…\n]*$/u;
/** Signs that the stripper will take out in front of a word: the rules ask how the word begins. A fence is not among them. */
const SIGN = /(?:\*{1,3}|_{1,3}|~~|(?<!`)`{1,2}(?!`)|\[)(?=[\p{L}\p{N}\p{P}])(?![*_~`])/gu;
/** Markup in front of a word that only the stripper reads: tags, character references, escapes, quotations. */
const UNREAD_MARKUP = /^[<&\\>]/;
/** The signs of a heading, or as much of them as has arrived. */
const HEADING = /^ {0,3}#{1,6}(?:[ \t]+|$)/;
/** One sentence with nothing behind its marks. */
const LAST_SENTENCE = /^[^\p{Sentence_Terminal}…\n]*[\p{Sentence_Terminal}…]+\s*$/u;
const SPOKEN = /[\p{L}\p{N}]/u;

/** The end of a sentence inside a line, up to the next. Longer ones take the slow way. */
const ENDED = /[.!?…]["'”’»)\]*_~`]{0,5} {1,5}$/u;
const ENDED_UNITS = 12;
/**
 * A capital letter directly behind such an end makes it final, and every end before it. No rule looks past that letter,
 * and a line with a capital behind an end is not a line of lower case.
 */
const CAPITAL = /^\p{Lu}/u;

/** The first half of a surrogate pair ends the text. */
const HALF_PAIR = /[\ud800-\udbff]$/;

/** How far back in a line the rules may look, in code units. More would make a long line slow. */
const MAX_CONTEXT = 1_000;

/** How many code units the rules look ahead, with room. */
const LOOK_AHEAD = 64;

/**
 * Splits text that arrives in pieces into sentences, and returns each as soon as nothing that may follow can move its
 * end. The pieces may be cut anywhere. The sentences are those of `splitSentences` for the whole text.
 */
export class SentenceCutter {
  readonly #options: Omit<CutterOptions, "markup">;
  /** The options, resolved once for the many searches. */
  readonly #settings: Settings;
  readonly #stripper: MarkupStripper | undefined;
  /** The text from the start of the line on, because the rules look back in it. */
  #text = "";
  /** Up to where sentences are cut off. */
  #done = 0;
  /** The first code units that the stripper holds back. */
  #held = "";
  /** The last code units that arrived. */
  #tail = "";
  /** The first half of a surrogate pair that arrived last. It waits for the other half. */
  #half = "";
  /** How much of the text, and of what follows it, has been searched for ends. */
  #searched = 0;

  constructor(options: CutterOptions) {
    const { markup, maxCharacters, paragraphs, pauses, pauseScale } = options;
    this.#options = { maxCharacters, paragraphs, pauses, pauseScale };
    this.#settings = resolveOptions("", this.#options);
    this.#stripper = markup === "strip" ? new MarkupStripper() : undefined;
  }

  /** Takes the next piece. @returns The sentences that are certain by now. */
  push(piece: string): CutSentence[] {
    const arrived = this.#half + piece;
    this.#half = HALF_PAIR.exec(arrived)?.[0] ?? "";
    const whole = arrived.slice(0, arrived.length - this.#half.length);
    this.#tail = (this.#tail + whole).slice(-LOOK_AHEAD);
    const complete = this.#stripper?.push(whole) ?? whole;
    this.#text += complete;
    // The text that a stripper returns differs from what was pending.
    if (this.#stripper !== undefined && complete !== "") this.#searched = 0;
    // A long block of code is held back as a whole, and its start does not change.
    if (complete !== "" || this.#held.length < LOOK_AHEAD) {
      this.#held = this.#stripper?.pending.slice(0, LOOK_AHEAD) ?? "";
    }
    const certain = this.#search(this.#text + this.#ahead());
    return certain.length > 0 ? this.#cut(certain) : this.#cutLong();
  }

  /**
   * Takes a silence: the last sentence may be complete.
   *
   * @returns The rest, if its marks end a sentence.
   */
  pause(): CutSentence[] {
    if (this.#half !== "" || !LOOKS_ENDED.test(this.#tail)) return [];
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
    const ahead = this.#held;
    return (this.#text.endsWith("\n") ? ahead.replace(HEADING, "") : ahead).replace(SIGN, "");
  }

  /** The sentences that are not cut off yet. */
  #partsOf(text: string): TextPart[] {
    return sentencesOf(text, this.#settings).filter(({ end }) => end > this.#done);
  }

  /** The sentences that are certain by now. It looks only where a mark, or text behind one, is new. */
  #search(whole: string): TextPart[] {
    const searched = this.#searched;
    this.#searched = whole.length;
    if (this.#text.length === this.#done || whole.length === searched) return [];
    const rest = whole.slice(this.#done);
    const mark = rest.search(LAST_MARK);
    if (mark < 0 || LAST_SENTENCE.test(rest)) return [];
    const behind = this.#done + mark + 1;
    const spoken = whole.slice(behind).search(SPOKEN);
    if (spoken >= 0 && searched > behind + spoken + LOOK_AHEAD) return [];
    return this.#certain(whole);
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
      const isUnread = this.#stripper !== undefined && end === this.#text.length &&
        UNREAD_MARKUP.test(next);
      return next !== "" && !isUnread && !UNFINISHED_REPORT.test(next) &&
        !UNFINISHED_NUMBER.test(next);
    });
    const end = parts.at(-1)?.end ?? 0;
    const isSettled = CAPITAL.test(whole.charAt(end)) &&
      ENDED.test(whole.slice(Math.max(0, end - ENDED_UNITS), end));
    if (isSettled) return parts;
    for (const more of CONTINUATIONS) {
      if (parts.length === 0) break;
      const ends = new Set(sentencesOf(whole + more, this.#settings).map(({ end }) => end));
      keep(({ end }) => ends.has(end));
    }
    return parts;
  }

  /** Cuts at the ends of these sentences. */
  #cut(parts: readonly Pick<TextPart, "end" | "pause">[]): CutSentence[] {
    const sentences: CutSentence[] = [];
    this.#searched = 0;
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
    // With twice the length, the best place for a cut is known.
    if (rest.length < 2 * maxCharacters) return [];
    const parts = splitText(rest, { ...this.#options, joinSentences: false }).slice(0, -1);
    const from = this.#done;
    return this.#cut(parts.map(({ end, pause }) => ({ end: from + end, pause })));
  }

  /** Splits a sentence into pieces that are short enough. There are none when there is nothing to speak. */
  #pieces(text: string, pause: number): CutSentence[] {
    const isShort = countCharacters(text) <= this.#options.maxCharacters;
    const parts = isShort
      ? [{ text, pause, speakable: SPOKEN.test(text) }]
      : splitText(text, { ...this.#options, joinSentences: false });
    const spoken = parts.filter(({ speakable }) => speakable);
    return spoken.map((part, index) => ({
      // UTF-8 cannot carry half a surrogate pair, which is left when a model is cut off.
      text: part.text.replace(/\p{Surrogate}/gu, "").trim(),
      pause: index === spoken.length - 1 ? pause : part.pause,
    }));
  }
}
