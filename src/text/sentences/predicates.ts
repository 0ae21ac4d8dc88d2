/**
 * The ends of words that end a Mongolian sentence: the finite suffixes of verbs, and particles. They decide only where
 * the writing leaves a doubt (lower case, or no space, behind a full stop). The suffixes are those of any grammar of
 * Khalkha Mongolian; that a word with one of them is no abbreviation is observed.
 */
const PREDICATE =
  /(?:[аэоөуүи]в|л(?:аа|ээ|оо|өө)|н(?:а|э|о|ө)|[жч]ээ|с(?:ан|эн|он|өн)|(?<=\p{L})[дт](?:аг|эг|ог|өг)|гүй|юм|шүү|билээ|биз|уу|үү|вэ|бэ|даа|дээ|доо|дөө|(?:аа|ээ|оо|өө)(?:рай|рэй|рой|рөй|ч|сай|сэй)|гтун|гтүн|бий|алга|мөн|байх|тэй|тай|той|[аоөэ]х|[ъь]я|[ъь]е|[ъь]ё)$/u;

/** Whether a word looks like the last of a sentence. */
export function isPredicate(word: string): boolean {
  return /^\p{Script=Cyrillic}{2,}$/u.test(word) && PREDICATE.test(word);
}

const QUESTION = /(?:^|[а-яөүё])(?:уу|үү|юу|юү|вэ|бэ|лүү|луу)$/;

/** Whether a word ends with a question particle. */
export function isQuestion(word: string): boolean {
  return QUESTION.test(word);
}
