/**
 * The letters of Mongolian, and the letters that are typed instead of them.
 *
 * Where the tables come from:
 * - Look-alikes: the Unicode confusables of UTS #39 (seen as a table in public source that was generated from its
 *   data: а→a, е→e, о→o, р→p, с→c, х→x, у→y, ү→y, А→A, В→B … У→Y, Ү→Y, and the Greek α, ο, ρ, γ, ν). Lower case k, m,
 *   t stand here as the lower case of the look-alikes K, M, T: observed where a text was lowered after it was typed.
 * - є, ї and v: "Үү and Өө are sometimes also written as the Ukrainian letters Її (or Vv) and Єє" where a keyboard or
 *   software has only Russian letters (English Wikipedia, Mongolian Cyrillic alphabet).
 * - ö, ø for ө and v, γ, ÿ, Y for ү: hamagmongol.narod.ru/reading_e.htm, with the examples ööлд, øøлд, тvvх, тγγх,
 *   тÿÿх, тYYх. ü for ү: the same habit, from the Latin transcription (MNS 5217:2012 and BGN/PCGN 1964 write ö and ü).
 * - ѳ: replaced in published code for Mongolian speech ("renders the same"). θ, ɵ and their capitals, ų: observed.
 *
 * @module
 */

/** The 35 letters of Mongolian Cyrillic, in both cases. */
export const ALPHABET: ReadonlySet<string> = /* @__PURE__ */ new Set(
  "абвгдеёжзийклмноөпрстуүфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОӨПРСТУҮФХЦЧШЩЪЫЬЭЮЯ",
);

/** Letters typed for ө and ү. */
export const SUBSTITUTES: Readonly<Record<string, string>> = {
  "є": "ө",
  "Є": "Ө",
  "ї": "ү",
  "Ї": "Ү",
  "ѳ": "ө",
  "Ѳ": "Ө",
  "ɵ": "ө",
  "Ɵ": "Ө",
  "θ": "ө",
  "Θ": "Ө",
  "ϴ": "Ө",
  "ö": "ө",
  "Ö": "Ө",
  "ø": "ө",
  "Ø": "Ө",
  "ü": "ү",
  "Ü": "Ү",
  "ÿ": "ү",
  "Ÿ": "Ү",
  "ų": "ү",
  "Ų": "Ү",
  "v": "ү",
  "V": "Ү",
  "ν": "ү",
  "γ": "ү",
};

/** Latin and Greek letters that look like Cyrillic ones. */
export const LOOKALIKES: Readonly<Record<string, string>> = {
  "a": "а",
  "c": "с",
  "e": "е",
  "k": "к",
  "m": "м",
  "o": "о",
  "p": "р",
  "t": "т",
  "x": "х",
  "A": "А",
  "B": "В",
  "C": "С",
  "E": "Е",
  "H": "Н",
  "K": "К",
  "M": "М",
  "O": "О",
  "P": "Р",
  "T": "Т",
  "X": "Х",
  "ë": "ё",
  "Ë": "Ё",
  "α": "а",
  "ο": "о",
  "ρ": "р",
  "Α": "А",
  "Β": "В",
  "Ε": "Е",
  "Η": "Н",
  "Κ": "К",
  "Μ": "М",
  "Ο": "О",
  "Ρ": "Р",
  "Τ": "Т",
  "Χ": "Х",
};

/** Cyrillic letters in a Latin word, the other way round. */
export const LATIN: Readonly<Record<string, string>> = {
  "а": "a",
  "с": "c",
  "е": "e",
  "о": "o",
  "р": "p",
  "х": "x",
  "у": "y",
  "А": "A",
  "В": "B",
  "С": "C",
  "Е": "E",
  "Н": "H",
  "К": "K",
  "М": "M",
  "О": "O",
  "Р": "P",
  "Т": "T",
  "Х": "X",
  "У": "Y",
};
