import { assertEquals } from "@std/assert";
import { type CutSentence, SentenceCutter } from "../../src/live/sentence_cutter.ts";
import { MarkupStripper, splitSentences } from "../../src/text/mod.ts";

const corpus: Record<string, string> = {};
for (const name of ["chat", "dialogue", "law", "lists", "markdown", "news", "transcripts"]) {
  const text = await Deno.readTextFile(new URL(`../text/corpus/${name}.txt`, import.meta.url));
  corpus[name] = text.replaceAll("¦", "").replace(/^%%.*\n/gm, "\n");
}

const OPTIONS = { markup: "keep", maxCharacters: 100_000 } as const;

/** Numbers from 0 to below 1, the same for the same seed. */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return seed / 2 ** 32;
  };
}

function* pieces(text: string, seed: number, most: number): Generator<string> {
  const random = seeded(seed);
  for (let at = 0; at < text.length;) {
    const end = at + 1 + Math.floor(random() * most);
    yield text.slice(at, end);
    at = end;
  }
}

function cut(text: string, seed: number, most: number, markup: "keep" | "strip"): string[] {
  const cutter = new SentenceCutter({ ...OPTIONS, markup });
  const sentences: CutSentence[] = [];
  for (const piece of pieces(text, seed, most)) sentences.push(...cutter.push(piece));
  sentences.push(...cutter.flush());
  return sentences.map(({ text }) => text);
}

/** What a stripper makes of the text in one piece. */
function strip(text: string): string {
  const stripper = new MarkupStripper();
  return stripper.push(text) + stripper.flush();
}

function whole(text: string): string[] {
  return splitSentences(text).filter(({ speakable }) => speakable).map(({ text }) => text.trim());
}

for (const [name, text] of Object.entries(corpus)) {
  Deno.test(`SentenceCutter finds the sentences of ${name}, however the text arrives`, () => {
    for (const most of [1, 4, 40]) {
      assertEquals(cut(text, most, most, "keep"), whole(text));
      const stripped = strip(text);
      assertEquals(cut(text, most, most, "strip"), whole(stripped));
    }
  });
}
