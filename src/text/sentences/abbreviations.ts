/**
 * Abbreviations of Mongolian text, each written without its last dot.
 *
 * "ж.нь" and "ө.х" stand in a Mongolian tokenizer for spaCy (bayarra/CourseProject, mn/tokenizer_exceptions.py),
 * "ж.нь." before upper case in published user interfaces, "д-р" and "проф" in a Mongolian text normaliser. The rest is
 * observed: no standard lists the abbreviations of Mongolian.
 *
 * @module
 */

/** Abbreviations that a name or an example follows, even in upper case: "ж.нь. Монгол", "проф. Дорж". */
const BEFORE_NAMES: ReadonlySet<string> = /* @__PURE__ */ new Set([
  // for example; that is
  "ж.нь",
  "жнь",
  "ө.х",
  "ө.х.ж",
  // before, of our era: a year follows
  "м.э",
  "м.э.ө",
  "мэө",
  "э.ө",
  "н.т.ө",
  "н.т",
  "н.э",
  "н.ө",
  "нтө",
  // titles
  "проф",
  "акад",
  "доц",
  "докт",
  "д-р",
  "д.р",
  "др",
  "г-н",
  "инж",
  "ген",
  "mr",
  "mrs",
  "ms",
  "dr",
  "prof",
  "st",
  // see, compare, figure, table, number
  "үз",
  "харьц",
  "зур",
  "хүсн",
  "дуг",
  "no",
]);

/** Abbreviations that a number follows: "Тел. 1800-1917", "х. 25". */
const BEFORE_NUMBERS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "тел",
  "утс",
  "ут",
  "факс",
  "моб",
  "хор",
  "х",
  "хх",
  "хууд",
  "тоот",
]);

/** Units of measures in several steps: "5 мин. 30 сек.", "3 м. 20 см". */
const UNITS: ReadonlySet<string> = /* @__PURE__ */ new Set(/* @__PURE__ */ (
  "мм см дм м км мг г гр кг т тн мл л с сек мин ц цаг " +
  "төг мөн мөнгө сая мян тэрб га"
).split(" "));

/** The names of these units, with any suffix: "5 мин. 30 секундэд". */
const UNIT_NAME =
  /^(?:секунд|минут|метр|(?:санти|милли|кило)метр|(?:кило|милли)?грамм|литр|төгрөг|мянга|тэрбум)/u;

/** Other abbreviations: lower case behind them continues the sentence. */
const OTHERS: ReadonlySet<string> = /* @__PURE__ */ new Set(/* @__PURE__ */ (
  "ам кв куб байг үйлд хор дүүр айм гудм худ орл дарг мэрг зөвл нэгд хян техн монг " +
  "англ лат хэвл ред орч маг бак"
).split(" "));

/** Whole words as short as abbreviations: "Тийм юм. Тэр …". */
const SHORT_WORDS: ReadonlySet<string> = /* @__PURE__ */ new Set(/* @__PURE__ */ (
  "юм уу үү юу юү вэ бэ аа ээ оо өө за нь ха би чи та он эм ус " +
  "үг ой ах эх хэ үр ам од өв үс"
).split(" "));

/** Whether the sentence continues behind this abbreviation, even in upper case. */
export function isBeforeName(word: string): boolean {
  return BEFORE_NAMES.has(word.toLowerCase());
}

/** Whether a number belongs to this abbreviation. */
export function isBeforeNumber(word: string): boolean {
  return BEFORE_NUMBERS.has(word.toLowerCase());
}

/** Whether a telephone number belongs to this word: "Утас. 9911-2233". */
export function isBeforeTelephone(word: string): boolean {
  return word.toLowerCase() === "утас";
}

/** Whether the word is a unit of a measure in several steps. */
export function isUnit(word: string): boolean {
  return UNITS.has(word.toLowerCase());
}

/** Whether the word is a unit or the name of one. */
export function isUnitOrName(word: string): boolean {
  return isUnit(word) || UNIT_NAME.test(word.toLowerCase());
}

/**
 * Whether a word before a full stop is an abbreviation: it is in one of the lists, has no vowel, has a hyphen or a
 * digit, has fewer than three letters, or has an inner dot and no run of five letters. Numbers of five digits and more
 * are telephone numbers. Longer words with an inner dot are names of files.
 */
export function isAbbreviation(word: string): boolean {
  const lower = word.toLowerCase();
  if (/^\p{N}{5,}$/u.test(lower) || SHORT_WORDS.has(lower)) return false;
  if (/^\p{L}+(?:\.[\p{L}\p{N}]+)+$/u.test(lower)) return !/\p{L}{5}/u.test(lower);
  if (!/^\p{L}+$/u.test(lower) || !/[аэиоуөүеёюяыaeiou]/.test(lower)) return true;
  return lower.length < 3 || BEFORE_NAMES.has(lower) || BEFORE_NUMBERS.has(lower) ||
    UNITS.has(lower) ||
    OTHERS.has(lower);
}
