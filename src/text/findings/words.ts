/**
 * What is wrong with one word.
 *
 * @module
 */

import { type Found, nameOf } from "./finding.ts";
import { ALPHABET, LATIN, LOOKALIKES, SUBSTITUTES } from "./letters.ts";

/** What is wrong with a word, without its place. */
export type WordFinding = Omit<Found, "start" | "end">;

const CYRILLIC = /\p{Script=Cyrillic}/u;
/** Vowel harmony: a word has back vowels or front ones, и aside. */
const BACK = /[аёоуяы]/i;
const FRONT = /[эөүе]/i;
/** Letters that look like one of two. The vowels of the word, or the place in it, decide where they can. */
const AMBIGUOUS: Readonly<Record<string, string>> = {
  "y": "у or ү",
  "Y": "У or Ү",
  "Υ": "У or Ү",
  "b": "в or ь",
  "h": "н or х",
};

/** Abbreviations of Mongolian whose letters all have a Latin look-alike, except for Latin ones (ATM, TV). Observed. */
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  "XXK": "ХХК",
  "XK": "ХК",
  "AHY": "АНУ",
  "OXY": "ОХУ",
  "MAH": "МАН",
  "MAXH": "МАХН",
  "XACXOM": "ХАСХОМ",
  "XAA": "ХАА",
};

/** Latin abbreviations that a Cyrillic letter slips into: "ТV". */
const LATIN_ABBREVIATIONS: ReadonlySet<string> = /* @__PURE__ */ new Set(["TV", "CV", "EV", "HPV"]);
/** A Roman number with a Ukrainian І. */
const ROMAN = /^(?=.*І)[ІХIVXСCМMLD]+$/u;

/** Abbreviations that decide between У and Ү for a Latin Y, because their capitals show no vowel harmony. */
const WITH_Y: ReadonlySet<string> = /* @__PURE__ */ new Set(
  "УБ УИХ УИД УУЯ УЦУОШГ МУИС МУБИС ШУТИС БНХАУ АНУ ОХУ НҮБ ТҮЦ ЗДҮГ МҮЭСТО".split(" "),
);

/** An abbreviation of Mongolian in Latin letters: XXK. */
export function checkAbbreviation(word: string): WordFinding | undefined {
  if (!Object.hasOwn(ABBREVIATIONS, word)) return undefined;
  const suggestion = ABBREVIATIONS[word]!;
  const message = "A Mongolian abbreviation is written in Latin letters";
  return { kind: "latin-letter", message, suggestion };
}

/** A Latin initial of a Mongolian name: M.Баяр. */
export function checkInitial(letter: string): WordFinding {
  const kind = "latin-letter";
  const suggestion = LOOKALIKES[letter];
  const message = `${nameOf(letter)} is a Latin initial before a Cyrillic name`;
  return suggestion === undefined ? { kind, message } : { kind, message, suggestion };
}

/** What is wrong with a word; `undefined` for a good one and for one without Cyrillic letters. */
export function checkWord(word: string): WordFinding | undefined {
  if (!CYRILLIC.test(word)) return undefined;
  const composed = word.normalize("NFC");
  const letters = [...composed];
  const odd = letters.filter((letter) => !ALPHABET.has(letter) && !/\p{M}/u.test(letter));
  if (odd.length === 0) return checkComposition(word, composed);

  const latin = letters.map((letter) => LATIN[letter] ?? letter).join("");
  if (LATIN_ABBREVIATIONS.has(latin)) {
    const message = `${nameOf(letters.find((letter) => letter in LATIN)!)} stands in a Latin word`;
    return { kind: "latin-letter", message, suggestion: latin };
  }
  const unknown = odd.find((letter) => meaning(letter) === undefined);
  if (unknown !== undefined) return checkUnknown(letters, unknown);
  const substitute = odd.find((letter) => letter in SUBSTITUTES);
  const kind = substitute === undefined ? "latin-letter" : "letter-substitute";
  const first = substitute ?? odd[0]!;
  const message = `${nameOf(first)} stands in a Cyrillic word`;
  const suggestion = repairWord(letters);
  if (suggestion === undefined) return { kind, message };
  return { kind, message: `${message} for ${meaning(first)}`, suggestion };
}

/** What a letter stands for; `undefined` for one that stands for nothing known. */
function meaning(letter: string): string | undefined {
  return SUBSTITUTES[letter] ?? LOOKALIKES[letter] ?? AMBIGUOUS[letter];
}

function checkComposition(word: string, composed: string): WordFinding | undefined {
  if (word === composed) return undefined;
  const message =
    "A letter and its mark are two characters instead of one, as Unicode NFD has them";
  return { kind: "decomposed-letter", message, suggestion: composed };
}

function checkUnknown(letters: readonly string[], unknown: string): WordFinding {
  if (CYRILLIC.test(unknown)) {
    if (ROMAN.test(letters.join(""))) {
      const message = `${nameOf(unknown)} stands in a Roman number for I`;
      const suggestion = letters.map((letter) => letter === "І" ? "I" : LATIN[letter] ?? letter);
      return { kind: "latin-letter", message, suggestion: suggestion.join("") };
    }
    return { kind: "foreign-letter", message: `${nameOf(unknown)} is no letter of Mongolian` };
  }
  const cyrillic = letters.filter((letter) => CYRILLIC.test(letter));
  const latin = /\p{Script=Latin}/u.test(unknown) && cyrillic.every((letter) => letter in LATIN);
  if (latin) {
    const message = `${nameOf(cyrillic[0]!)} stands in a Latin word for ${LATIN[cyrillic[0]!]}`;
    const suggestion = letters.map((letter) => LATIN[letter] ?? letter).join("");
    return { kind: "latin-letter", message, suggestion };
  }
  const message = `${nameOf(unknown)} stands in a word with Cyrillic letters: ` +
    "a suffix is joined to a foreign word by a hyphen";
  return { kind: "mixed-scripts", message };
}

/** The word in Mongolian letters; `undefined` when a letter of it may be one of two. */
function repairWord(letters: readonly string[]): string | undefined {
  const known = letters.map((letter) => SUBSTITUTES[letter] ?? LOOKALIKES[letter] ?? letter);
  const small = /\p{Ll}/u.test(letters.join(""));
  for (const capital of small ? "" : "УҮ") {
    const word = known.map((letter) => letter === "Y" ? capital : letter).join("");
    if (WITH_Y.has(word)) return word;
  }
  let repaired = "";
  for (const [i, letter] of letters.entries()) {
    const to = letter in AMBIGUOUS ? choose(letter, i, small, known) : known[i];
    if (to === undefined) return undefined;
    // Україна, Київ: no ө and no ү follows these vowels in Mongolian, so the letter is no stand-in.
    if (letter in SUBSTITUTES && /[аоуыиэёя]/i.test(known[i - 1] ?? "")) return undefined;
    // "Vитамин": nor do these follow them.
    if (letter in SUBSTITUTES && /[аоуыиэёя]/i.test(known[i + 1] ?? "")) return undefined;
    // A capital inside a small word is one for its shape: тYYх, тVVх.
    repaired += i > 0 && small && /[VYΥ]/.test(letter) ? to.toLowerCase() : to;
  }
  return repaired;
}

/** Which of two letters it stands for; `undefined` when the word does not tell. */
function choose(
  letter: string,
  index: number,
  small: boolean,
  word: readonly string[],
): string | undefined {
  if (letter === "h") return undefined;
  // ь never starts a word and never follows a vowel.
  if (letter === "b") return /[аэиоуөүеёюяы]|^$/i.test(word[index - 1] ?? "") ? "в" : undefined;
  // Only Ү has the shape of a Latin capital Y in every font.
  if (letter !== "y" && index > 0 && small) return "ү";
  const back = BACK.test(word.join(""));
  if (back === FRONT.test(word.join(""))) return undefined;
  return letter === "y" ? (back ? "у" : "ү") : (back ? "У" : "Ү");
}
