/**
 * Abbreviations that never end a sentence, as what they belong to follows them, even in upper case: "ж.нь. Монгол",
 * "проф. Дорж". The many that may end one ("м.кв.", "г.м.", "тэрб.") need no list: lower case behind them goes on,
 * upper case starts a sentence.
 *
 * "ж.нь" and "ө.х" stand in a Mongolian tokenizer for spaCy (bayarra/CourseProject, mn/tokenizer_exceptions.py),
 * "ж.нь." before upper case in published user interfaces, "д-р" and "проф" in a Mongolian text normaliser; the rest is
 * observed.
 */
const NEVER_LAST: ReadonlySet<string> = /* @__PURE__ */ new Set([
  // for example; that is
  "ж.нь",
  "жнь",
  "ө.х",
  "ө.х.ж",
  // before, of our era: a year follows
  "м.э.ө",
  "э.ө",
  "н.т.ө",
  // titles
  "проф",
  "акад",
  "доц",
  "докт",
  "д-р",
  "др",
  "инж",
  "ген",
  "mr",
  "mrs",
  "ms",
  "dr",
  "prof",
  "st",
  // see, compare, figure, table, number: a number or a name follows
  "үз",
  "харьц",
  "зур",
  "хүсн",
  "дуг",
  "no",
  "№",
]);

/** Whether a word, written without its last dot, is such an abbreviation. */
export function isNeverLast(word: string): boolean {
  return NEVER_LAST.has(word.toLowerCase());
}
