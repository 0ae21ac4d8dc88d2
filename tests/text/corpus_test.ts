import { assert, assertEquals } from "@std/assert";
import { checkText, MarkupStripper, splitSentences, stripMarkup } from "../../src/text/mod.ts";
import { testBoth } from "./support.ts";

/**
 * The kinds of text, each a file of `corpus/`. Texts are divided by a line of `%%`; the wanted cuts are marked by `¦`,
 * which is not part of the text. All were written for this purpose.
 */
const KINDS = ["news", "law", "chat", "dialogue", "lists", "markdown", "transcripts"] as const;
const CORPUS = new Map(
  KINDS.map((kind) => {
    const file = Deno.readTextFileSync(new URL(`corpus/${kind}.txt`, import.meta.url));
    return [kind, file.trimEnd().split("\n%%\n")] as const;
  }),
);

for (const [kind, texts] of CORPUS) {
  testBoth(`splitSentences cuts the corpus of ${kind} as it should be read`, () => {
    const wrong = texts.flatMap((marked) => {
      const text = marked.replaceAll("¦", "");
      const cut = splitSentences(text).map((sentence) => sentence.text).join("¦");
      return cut === marked ? [] : [{ cut, wanted: marked }];
    });
    assertEquals(wrong, []);
  });
}

Deno.test("splitSentences has a corpus of at least forty different texts of each kind", () => {
  const all = [...CORPUS.values()].flat();
  assertEquals(new Set(all).size, all.length);
  for (const [kind, texts] of CORPUS) assert(texts.length >= 40, `${kind}: ${texts.length}`);
});

Deno.test("checkText has nothing to say about the corpus, the addresses and the markup left out", () => {
  for (const [kind, texts] of CORPUS) {
    for (const marked of texts) {
      const text = marked.replaceAll("¦", "");
      const kinds = checkText(kind === "markdown" ? stripMarkup(text) : text).map((f) => f.kind);
      const expected = ["url", "emoji", ...(kind === "lists" ? ["markdown"] : [])];
      assertEquals(kinds.filter((kind) => !expected.includes(kind)), [], text);
    }
  }
});

Deno.test("stripMarkup changes Markdown only, and MarkupStripper does the same to pieces", () => {
  for (const [kind, texts] of CORPUS) {
    for (const marked of texts) {
      const text = marked.replaceAll("¦", "");
      const stripped = stripMarkup(text);
      if (kind !== "markdown" && kind !== "lists") assertEquals(stripped, text);
      for (const size of [1, 3, 7, 1000]) {
        const stripper = new MarkupStripper();
        let streamed = "";
        for (let at = 0; at < text.length; at += size) {
          streamed += stripper.push(text.slice(at, at + size));
        }
        assertEquals(streamed + stripper.flush(), stripped);
      }
    }
  }
});
