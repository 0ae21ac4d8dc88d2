import { assert, assertEquals } from "@std/assert";
import {
  checkText,
  MarkupStripper,
  repairText,
  splitSentences,
  splitText,
  stripMarkup,
} from "../../src/text/mod.ts";
import { repeat, withoutSegmenter } from "./support.ts";

/** What linear work takes a second or two for; anything quadratic takes minutes to hours. */
const BOUND_MS = 30_000;

const MEGABYTE: Readonly<Record<string, string>> = {
  "dots": repeat(".", 1e6),
  "spaces": repeat(" ", 1e6),
  "letters without a space": repeat("а", 1e6),
  "line ends": repeat("\n", 1e6),
  "accents on one letter": "а" + repeat("\u0301", 1e6),
};

const PATTERNS = [
  ". ",
  '."',
  ". (",
  ". 1 ",
  "А. ",
  "а? ",
  "а?А",
  "क। ",
  "क ",
  " - ",
  ",»",
  ", ",
  "а\n",
  "\r\n",
  "а\u00a0",
  "😀",
  "👨\u200d",
  "🇲",
  "\ud83d",
  "a.",
  "a@",
  "a-",
  "aб",
  "www.",
  "http://",
  "ᠮ ",
  "y\u200bб",
  // Sentences as people write them.
  "гарав.Ээж",
  "уу?гэ",
  ". «",
  "А.»Б",
  '"А."Б',
  "сек. 5 ",
  ": 1. ",
  "1.1.",
  "1) а\n",
  "а;\n",
  "а) ",
  "аа, бб ",
  "  \n",
  "яв-\nсан ",
  "\u00ad\n",
  "M.Б",
];

/** Markup that opens and never closes, closes and never opened, or nests. */
const MARKUP = [
  "\n",
  " \n",
  "а",
  "<![CDATA[",
  "<![CDATA[]]>",
  "]]>",
  "<script></STYLE>",
  "=data:a/b;base64,",
  "<a b=М ",
  "=М ",
  "![][",
  "[а](б",
  ..."*_~`[]<>|#&\\",
  "*а ",
  "а* ",
  "**а",
  "а**а",
  "_а ",
  "`а",
  "``а`",
  "```\n",
  "~~~а\n",
  "[а",
  "[а](б",
  '[а](б "',
  "![",
  "](",
  "[[а]",
  "[^1]",
  "[а]: http://b\n",
  "https://а*",
  "<http://",
  "<a ",
  '<a "',
  "<a b='",
  "<a<",
  "<b<b>",
  "<!--",
  "<!-- -->",
  "<b>",
  "</p> ",
  "<script>",
  "<style>а",
  "&amp;",
  "amp;",
  "&#",
  "&nbsp",
  "\\*",
  "|а|\n",
  "|-|\n",
  "а | а\n",
  "> ",
  "#а #\n",
  "# а   #",
  "- [ ] а\n",
  "* а\n",
  "x\n---\n",
];

for (const [what, text] of Object.entries(MEGABYTE)) {
  Deno.test(`splitText and checkText take a megabyte of ${what} in linear time`, () => {
    const started = performance.now();
    const parts = splitText(text);
    assertEquals(parts.map(({ text }) => text).join(""), text);
    assertEquals(parts.length, Math.ceil([...text].length / 500));
    checkText(text);
    const took = performance.now() - started;
    assert(took < BOUND_MS, `${took} ms`);
  });
}

Deno.test("splitText and checkText take any pattern, often repeated, in linear time", () => {
  for (const pattern of PATTERNS) {
    const text = "।" + repeat(pattern, 40_000);
    const started = performance.now();
    for (const maxCharacters of [1, 500, 100_000]) {
      assertEquals(joined(splitText(text, { maxCharacters })), text);
    }
    assertEquals(withoutSegmenter(() => joined(splitText(text))), text);
    splitSentences(text);
    checkText(text);
    const took = performance.now() - started;
    assert(took < BOUND_MS, `${JSON.stringify(pattern)}: ${took} ms`);
  }
});

Deno.test("stripMarkup and MarkupStripper take any markup, often repeated, in linear time", () => {
  for (const pattern of MARKUP) {
    const text = "а " + repeat(pattern, 40_000);
    const started = performance.now();
    stripMarkup(text);
    repairText(text);
    const stripper = new MarkupStripper();
    for (let at = 0; at < text.length; at += 16) stripper.push(text.slice(at, at + 16));
    stripper.flush();
    // In one piece, and long: what lies far ahead is not searched for each sentence.
    stripper.push(repeat(pattern, 400_000));
    stripper.flush();
    for (const maxCharacters of [1, 500]) {
      assertEquals(joined(splitText(text, { maxCharacters })), text);
    }
    const took = performance.now() - started;
    assert(took < BOUND_MS, `${JSON.stringify(pattern)}: ${took} ms`);
  }
});

Deno.test("MarkupStripper takes a long block of code in small pieces in linear time", () => {
  // One has many lines, one has a single line, and the third opens with a picture.
  for (const line of ["дуу();\n", "дуу(); ", '"data:image/png;base64,QUJDREVGR0hJSktM']) {
    const code = repeat(line, 60_000);
    const text = `Код:\n\n\`\`\`js\n${code}\n\`\`\`\n\nТөгсөв.`;
    const stripper = new MarkupStripper();
    const spoken: string[] = [];
    const started = performance.now();
    for (let at = 0; at < text.length; at += 4) spoken.push(stripper.push(text.slice(at, at + 4)));
    spoken.push(stripper.flush());
    const took = performance.now() - started;
    assertEquals(spoken.join("").replace(/\n+/g, " "), "Код: Төгсөв.");
    assert(took < BOUND_MS, `${JSON.stringify(line)}: ${took} ms`);
  }
});

Deno.test("stripMarkup takes a line of tildes that is no fence in linear time", () => {
  const started = performance.now();
  const text = repeat("~", 200_000) + "`";
  // "~~~" opens a block of code whatever its info string holds; four spaces in front make it a line of text.
  assert(stripMarkup(text) === "");
  assert(stripMarkup(`    ${text}`) === `    ${text}`);
  const took = performance.now() - started;
  assert(took < BOUND_MS, `${took} ms`);
});

Deno.test("stripMarkup and MarkupStripper take any number of byte order marks", () => {
  const text = repeat("\ufeff", 100_000) + "*үг*.";
  assertEquals(stripMarkup(text).replaceAll("\ufeff", ""), "үг.");
  const stripper = new MarkupStripper();
  assertEquals((stripper.push(text) + stripper.flush()).replaceAll("\ufeff", ""), "үг.");
  assertEquals(repairText(text), "үг.");
  checkText(text);
});

Deno.test("repairText and stripMarkup end after a bounded number of rounds", () => {
  // Each round uncovers one level more.
  const nested = "<b".repeat(20_000) + ">".repeat(20_000);
  const references = "&" + "amp;".repeat(20_000) + "lt;";
  const started = performance.now();
  for (const text of [nested, references]) {
    assert(stripMarkup(text).length < text.length);
    assert(repairText(`а ${text}`).length < text.length);
  }
  const took = performance.now() - started;
  assert(took < BOUND_MS, `${took} ms`);
});

Deno.test("repairText needs few rounds for what a repair brings together", () => {
  // Taking a joined pair out joins the next halves: a round each, if halves were left in.
  const text = repeat("\ud83d", 50_000) + "\u200b" + repeat("\ude00", 50_000);
  const started = performance.now();
  assertEquals(repairText(`а${text}б`), "аб");
  const took = performance.now() - started;
  assert(took < BOUND_MS, `${took} ms`);
});

function joined(parts: readonly { readonly text: string }[]): string {
  return parts.map(({ text }) => text).join("");
}

Deno.test("MarkupStripper closes a block of code by a fence with thousands of spaces behind it, however it arrives", () => {
  const text = `\`\`\`js\nx\n\`\`\`${" ".repeat(5_000)}\nСайн уу. Баяртай.`;
  for (const size of [1, 700, 1_500, text.length]) {
    const stripper = new MarkupStripper();
    let spoken = "";
    for (let at = 0; at < text.length; at += size) {
      spoken += stripper.push(text.slice(at, at + size));
    }
    assertEquals(spoken.trim(), "Сайн уу.", `${size}`);
    assertEquals(stripper.flush(), "Баяртай.");
  }
});
