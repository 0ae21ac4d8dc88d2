import { assert, assertEquals } from "@std/assert";
import { type CutSentence, SentenceCutter } from "../../src/live/sentence_cutter.ts";
import { pieces, seeded } from "./setup.ts";
import { MarkupStripper, splitSentences } from "../../src/text/mod.ts";

const corpus: Record<string, string> = {};
for (const name of ["chat", "dialogue", "law", "lists", "markdown", "news", "transcripts"]) {
  const text = await Deno.readTextFile(new URL(`../text/corpus/${name}.txt`, import.meta.url));
  corpus[name] = text.replaceAll("¦", "").replace(/^%%.*\n/gm, "\n");
}

const OPTIONS = { markup: "keep", maxCharacters: 100_000 } as const;

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

corpus["footnotes, ranges and names of units"] =
  "Тэр гарав.[5] Ээж нь хоцров.[6][12] Явав.² Тэр ирэв. " +
  "Замд 5мин. 30сек. явав. Замд 5 мин. 30-40 сек. явав. Урт нь 3 м. 20 сантиметр. Жин 5 кг. 300 килограммаар илүү. " +
  "Жин 5кг. 2020 онд ирэв. *Ертөнц*ийн эзэн.";

for (const [name, text] of Object.entries(corpus)) {
  Deno.test(`SentenceCutter finds the sentences of ${name}, however the text arrives`, () => {
    for (const most of [1, 4, 40]) {
      assertEquals(cut(text, most, most, "keep"), whole(text));
      const stripped = strip(text);
      assertEquals(cut(text, most, most, "strip"), whole(stripped));
    }
  });
}

/** What each push gives, one code unit at a time, with the code unit that made it certain. */
function moments(text: string): [sentence: string, after: string][] {
  const cutter = new SentenceCutter({ markup: "strip", maxCharacters: 500 });
  return Array.from(
    text,
    (unit, i): [string, string][] =>
      cutter.push(unit).map((
        { text: sentence },
      ) => [sentence, text.slice(Math.max(0, i - 3), i + 1)]),
  ).flat();
}

Deno.test("SentenceCutter.push gives a sentence with the first letter of the next, if that is certain", () => {
  assertEquals(
    moments("**Сайн байна уу?** Би *ирлээ*. Тийм."),
    [
      ["Сайн байна уу?", "** Б"],
      ["Би ирлээ.", "*. Т"],
    ].map(([sentence, after]) => [sentence, after === ". Т" ? "*. Т" : after]),
  );
  assertEquals(moments("Сайн уу? гэж тэр асуув. А. Амар ирлээ. Бид 20 мин. 30 сек. явав. Тэр"), [
    ["Сайн уу? гэж тэр асуув.", "в. А"],
    ["А. Амар ирлээ.", "э. Б"],
    ["Бид 20 мин. 30 сек. явав.", "в. Т"],
  ]);
});

Deno.test("SentenceCutter.pause gives what looks complete, and keeps what does not", () => {
  const cutter = new SentenceCutter({ markup: "strip", maxCharacters: 500 });
  const texts = (sentences: CutSentence[]) => sentences.map(({ text }) => text);
  assertEquals(texts(cutter.push("Одоо **хайж байна.**")), []);
  assertEquals(texts(cutter.pause()), ["Одоо хайж байна."]);
  assertEquals(texts(cutter.pause()), []);
  for (const unfinished of [" Тэр **ирлээ.", "** 3.", "5 км явав. А."]) {
    assertEquals(texts(cutter.pause()), []);
    assertEquals(
      texts(cutter.push(unfinished)),
      unfinished.startsWith("5") ? ["Тэр ирлээ.", "3.5 км явав."] : [],
    );
  }
  assertEquals(texts(cutter.pause()), []);
  assertEquals(texts(cutter.flush()), ["А."]);
});

Deno.test("SentenceCutter cuts a sentence that is too long, also one without an end", () => {
  const cutter = new SentenceCutter({ markup: "strip", maxCharacters: 40 });
  const sentences = [...pieces("нэг хоёр гурав, ".repeat(30), 1, 5)].flatMap((p) => cutter.push(p));
  const all = [...sentences, ...cutter.flush()].map(({ text }) => text);
  assertEquals(all.every(({ length }) => length <= 40), true);
  assertEquals(all.join(" "), "нэг хоёр гурав, ".repeat(30).trim());
});

Deno.test("SentenceCutter drops half a surrogate pair, and keeps one that comes in two pieces", () => {
  const cutter = new SentenceCutter({ markup: "strip", maxCharacters: 500 });
  const [high, low] = ["\ud83c", "\udf89"];
  const sentences = [`Баяр ${high}`, `${low} хүргэе! За ${high}`].flatMap((p) => cutter.push(p));
  assertEquals([...sentences, ...cutter.flush()].map(({ text }) => text), [
    "Баяр 🎉 хүргэе!",
    "За",
  ]);
  assertEquals(cut(`Баяр ${high} хүргэе! ${low}За`, 1, 1, "keep"), ["Баяр  хүргэе!", "За"]);
});

Deno.test("SentenceCutter.push waits for the second half of a character that may belong to the sentence", () => {
  // A sign of skin colour belongs to what stands before it.
  for (const text of ["Сайн уу? \u{1f3fb} Бат явав. За", "Сайн уу?\n\n\u{1f3fb} Бат явав. За"]) {
    assertEquals(cut(text, 1, 1, "keep"), whole(text));
  }
  assertEquals(moments("Сайн уу? 🎉 Бат. Тэр").at(0)?.[0], whole("Сайн уу? 🎉 Бат. Тэр")[0]);
});

Deno.test("SentenceCutter.push waits while the rest of the line may still move an end", () => {
  // A capital behind a later end makes the line one of upper case, where "за." ends nothing.
  const text = "за. тийм шүү дээ. Бат явав. За";
  assertEquals(cut(text, 1, 1, "keep"), whole(text));
});

Deno.test("SentenceCutter.push sees through markup how the next sentence begins", () => {
  for (
    const text of [
      "Бид явлаа\n**гэр** рүүгээ. За",
      "Энэ бол\n`код` юм. За",
      "Тэр нь\n[ном](x.mn) юм. За",
      "Энэ нь\n> гэж тэр хэлэв. За",
      "Сайн уу? <b>гэж</b> тэр асуув. За",
      "Сайн уу? &laquo;гэж&raquo; тэр асуув. За",
      "Сайн уу? \\*гэж тэр асуув. За",
    ]
  ) {
    assertEquals(cut(text, 1, 1, "strip"), whole(strip(text)));
  }
});

/** What sentences, and what only looks like their ends, are made of. */
const FRAGMENTS = [
  ..."Би |ирлээ|гарав|. |? |! |.|?|… |А. |Ц.|гэж |тэр |3.5 |5 мин. |30 сек. |\n|\n\n|**|*|“|”|» |«|(|) |🎉"
    .split("|"),
  ..."1. |ж.нь. |хэмээн |ээж |нь |Бат |явав. |сек |`x.y` |# |тэгээд |। |м.э. |--- |[а](http://x.mn/a.b) "
    .split("|"),
  ..."төг|5| мин.|2024 он|10:30|%|°С| км|Ж.Дорж|н.ө.|XIX|Samsung|www.site.mn|220 В|₮|## |7.1.1|зуун|а) |; "
    .split("|"),
];

Deno.test("SentenceCutter gives the sentences of the whole text, however random text is cut", () => {
  for (let seed = 1; seed <= 600; seed++) {
    const random = seeded(seed * 7_919);
    const length = 3 + Math.floor(random() * 20);
    const text = Array.from(
      { length },
      () => FRAGMENTS[Math.floor(random() * FRAGMENTS.length)],
    ).join("");
    assertEquals(cut(text, seed, 4, "keep"), whole(text), `seed ${seed}`);
    assertEquals(cut(text, seed, 4, "strip"), whole(strip(text)), `seed ${seed}`);
  }
});

Deno.test("SentenceCutter takes a long block of code in small pieces in linear time", () => {
  const cutter = new SentenceCutter({ ...OPTIONS, markup: "strip" });
  const text = `Код:\n\n\`\`\`js\n${"дуу();\n".repeat(100_000)}\`\`\`\n\nТөгсөв.`;
  const sentences: CutSentence[] = [];
  const started = performance.now();
  for (let at = 0; at < text.length; at += 4) {
    sentences.push(...cutter.push(text.slice(at, at + 4)));
  }
  sentences.push(...cutter.flush());
  const took = performance.now() - started;
  assertEquals(sentences.map(({ text }) => text), ["Код:", "Төгсөв."]);
  // Linear work takes a second; the square of the length takes minutes.
  assert(took < 30_000, `${took} ms`);
});
