import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  countCharacters,
  DEFAULT_MAX_CHARACTERS,
  type SplitOptions,
  splitSentences,
  splitText,
} from "../../src/text/mod.ts";
import { declaration, testBoth } from "./support.ts";

/** Text of everything that has ever broken a splitter, in any order. */
const hostile = fc.array(
  fc.oneof(
    fc.constantFrom(
      ..."аАяөүЭ1 9.,!?…-—:;\"'«»“”„()\n\r\t\v\f",
      "\r\n",
      "\n\n",
      "\u2028",
      "\u2029",
      "\x85",
      "\u00a0",
      "\u202f",
      "\u200b",
      "\u200d",
      "\u2060",
      "\ufeff",
      "\u0301",
      "\u0306",
      "\u0903",
      "\ud83d",
      "\ude00",
      "\ufe0f",
      "😀",
      "👨‍👩‍👧",
      "🇲🇳",
      "👍🏽",
      "각",
      "क्षि",
      "ᠮᠣᠩ",
      "。",
      "।",
      "؟",
      "Сайн уу? ",
      "гэж ",
      "А. ",
      "3.5",
      "м.кв. ",
      "ирлээ. ",
    ),
    fc.string({ unit: "binary", maxLength: 3 }),
    fc.string({ maxLength: 3 }),
  ),
  { maxLength: 60 },
).map((pieces) => pieces.join(""));

const options: fc.Arbitrary<SplitOptions> = fc.record({
  maxCharacters: fc.integer({ min: 1, max: 40 }),
  joinParagraphs: fc.boolean(),
  joinSentences: fc.boolean(),
  paragraphs: fc.constantFrom("line" as const, "blank-line" as const),
});

testBoth("splitText gives the text back, in parts that fit, whatever the text", () =>
  fc.assert(
    fc.property(hostile, options, (text, options) => {
      let at = 0;
      for (const part of splitText(text, options)) {
        assertEquals(part.start, at);
        assertEquals(part.text, text.slice(part.start, part.end));
        assertEquals(part.characters, [...part.text].length);
        assert(part.characters >= 1 && part.characters <= options.maxCharacters!);
        assertEquals(part.speakable, /[\p{L}\p{N}]/u.test(part.text));
        assertEquals(part.boundary === "end", part.end === text.length);
        at = part.end;
      }
      assertEquals(at, text.length);
    }),
    { numRuns: 1500 },
  ));

testBoth("splitText never cuts a pair, and a cluster only when it alone is too long", () => {
  const segmenter = new Segmenter("mn", { granularity: "grapheme" });
  fc.assert(
    fc.property(hostile, options, (text, options) => {
      const borders = new Set<number>([text.length]);
      const tooLong: [number, number][] = [];
      for (const { segment, index } of segmenter.segment(text)) {
        borders.add(index);
        if (countCharacters(segment) > options.maxCharacters!) {
          tooLong.push([index, index + segment.length]);
        }
      }
      for (const { end } of splitText(text, options)) {
        assert(!/[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(end - 1, end + 1)));
        if (borders.has(end) || tooLong.some(([from, to]) => end > from && end < to)) continue;
        // The rules leave out what only Intl.Segmenter knows: conjuncts and prepended marks.
        assert(!("Segmenter" in Intl), `cut at ${end} of ${JSON.stringify(text)}`);
      }
    }),
    { numRuns: 1500 },
  );
});
const Segmenter = Intl.Segmenter;

testBoth("splitText cuts inside a word only when the word alone is too long", () =>
  fc.assert(
    fc.property(hostile, options, (text, options) => {
      for (const { end } of splitText(text, options)) {
        if (!/^[а-яөү0-9]{2}$/.test(text.slice(end - 1, end + 1))) continue;
        const before = /[^\s\x85]*$/u.exec(text.slice(0, end))![0];
        const after = /^(?:[^\s\x85]|[\u00a0\u202f\ufeff])*/u.exec(text.slice(end))![0];
        assert(countCharacters(before + after) > 1);
        assert(wordAround(text, end) > options.maxCharacters!, JSON.stringify([text, end]));
      }
    }),
    { numRuns: 1500 },
  ));

/** The length of the stretch around `at` that holds no place where a line may break. */
function wordAround(text: string, at: number): number {
  // A space that carries an accent belongs to the word.
  const left = /(?:[^\s\x85]|[\u00a0\u2007\u202f\ufeff]|[\s\x85](?=[\p{M}\u200d]))*$/u.exec(
    text.slice(0, at),
  )![0];
  const right = /^(?:[^\s\x85]|[\u00a0\u2007\u202f\ufeff])*[\s\x85]*(?:[\p{M}\u200d]\S*)?/u
    .exec(text.slice(at))![0];
  return countCharacters(left + right);
}

testBoth(
  "splitText fills each part: no two neighbours of a paragraph would fit into one",
  () =>
    fc.assert(
      fc.property(hostile, options, (text, options) => {
        const parts = splitText(text, { ...options, joinSentences: true });
        for (let i = 1; i < parts.length; i++) {
          const before = parts[i - 1]!;
          if (before.boundary === "paragraph" && !options.joinParagraphs) continue;
          assert(before.characters + parts[i]!.characters > options.maxCharacters!);
        }
      }),
      { numRuns: 1500 },
    ),
);

testBoth("splitText cuts only where splitSentences does when all sentences fit", () =>
  fc.assert(
    fc.property(hostile, (text) => {
      const ends = new Map(splitSentences(text).map(({ end, boundary }) => [end, boundary]));
      for (const maxCharacters of [200, 400]) {
        if (splitSentences(text).some(({ characters }) => characters > maxCharacters)) continue;
        for (const { end, boundary } of splitText(text, { maxCharacters })) {
          assertEquals(boundary, ends.get(end));
        }
      }
    }),
    { numRuns: 500 },
  ));

testBoth("splitText prefers sentences, then clauses, then words", () => {
  const text = "Нэг хоёр, гурав дөрөв; тав — зургаа долоо найм ес. Арав.";
  const split = (maxCharacters: number) =>
    splitText(text, { maxCharacters }).map(({ text, boundary, pause }) => [text, boundary, pause]);
  assertEquals(split(52), [
    ["Нэг хоёр, гурав дөрөв; тав — зургаа долоо найм ес. ", "sentence", 450],
    ["Арав.", "end", 0],
  ]);
  assertEquals(split(30), [
    ["Нэг хоёр, гурав дөрөв; тав — ", "clause", 250],
    ["зургаа долоо найм ес. Арав.", "end", 0],
  ]);
  assertEquals(split(16), [
    ["Нэг хоёр, ", "clause", 200],
    ["гурав дөрөв; ", "clause", 300],
    ["тав — зургаа ", "word", 0],
    ["долоо найм ес. ", "sentence", 450],
    ["Арав.", "end", 0],
  ]);
});

testBoth(
  "splitText cuts a list inside a line behind its items, not at a comma that lies nearer to the middle",
  () => {
    for (const mark of [";", "；", ";»"]) {
      const item = `хуульд заасан журмын дагуу өргөдөл, гомдол гаргах, түүнийг хянуулах${mark} `;
      const text = `Иргэн дараах эрхтэй: ${item.repeat(13)}шүүхэд хандах.`;
      const parts = splitText(text, { maxCharacters: 300 });
      assertEquals(parts.length, 4);
      for (const part of parts.slice(0, -1)) {
        assertEquals([part.text.slice(-item.length), part.boundary, part.pause], [
          item,
          "clause",
          300,
        ]);
      }
    }
    // A far semicolon does not make a part of a few words.
    const far = splitText(`Нэг; ${"хоёр, ".repeat(30)}гурав.`, { maxCharacters: 100 });
    assertEquals(far.every(({ characters }) => characters > 40), true);
  },
);

testBoth("splitText keeps 5\u00a0км together, and a long word in readers' characters", () => {
  const parts = (text: string, maxCharacters: number) =>
    splitText(text, { maxCharacters }).map(({ text }) => text);
  assertEquals(parts("Зам нь 5\u00a0км урт", 7), ["Зам нь ", "5\u00a0км ", "урт"]);
  assertEquals(parts("Зам нь 5\u00a0км урт", 4), ["Зам ", "нь ", "5\u00a0км", " урт"]);
  assertEquals(parts("а".repeat(10), 5), ["ааааа", "ааааа"]);
  assertEquals(parts("аа аа \u0301бб", 6), ["аа ", "аа \u0301бб"]);
  assertEquals(parts("👨‍👩‍👧👨‍👩‍👧", 7), ["👨‍👩‍👧", "👨‍👩‍👧"]);
  assertEquals(parts("йёйё".normalize("NFD"), 3), [..."йёйё"].map((c) => c.normalize("NFD")));
  assertEquals(parts("🇲🇳🇯🇵", 3), ["🇲🇳", "🇯🇵"]);
  assertEquals(parts("😀😀", 1), ["😀", "😀"]);
});

testBoth("splitText keeps clusters whole in a word of any length", () => {
  const family = "👨‍👩‍👧";
  for (const { text } of splitText("а" + family.repeat(200), { maxCharacters: 52 })) {
    assertEquals(text.replace(/^а/, "").replaceAll(family, ""), "");
  }
  const accents = "б" + "\u0301".repeat(600);
  const parts = splitText("а".repeat(300) + accents + "а".repeat(300), { maxCharacters: 700 });
  assertEquals(parts.map(({ end }) => end), [300, 901, 1201]);
  // Two parts would fit, but only with a cut inside the thumb.
  const thumb = splitText("а".repeat(253) + "👍🏽" + "б".repeat(253), { maxCharacters: 254 });
  assertEquals(thumb.length, 3);
  assertEquals(thumb.filter(({ text }) => text.includes("👍🏽")).length, 1);
});

/** A sentence of words of this length, `characters` long. */
function sentence(characters: number, word: number, commaAt = 0): string {
  const letters: string[] = Array.from(
    { length: characters },
    (_, i) => (i + 1) % (word + 1) ? "а" : " ",
  );
  if (commaAt > 0) letters.splice(commaAt - 2, 2, ",", " ");
  return letters.slice(0, -1).join("").replace(/ $/, "а") + ".";
}

testBoth("splitText cuts a long sentence into pieces of like size", () => {
  const lengths = (text: string, maxCharacters: number) =>
    splitText(text, { maxCharacters }).map(({ characters }) => characters);
  assertEquals(lengths(sentence(512, 7), 510), [256, 256]);
  // The only comma would leave a piece of eight.
  assertEquals(lengths(sentence(512, 7, 504), 510), [256, 256]);
  // One near the middle is the better place.
  assertEquals(lengths(sentence(512, 7, 231), 510), [232, 280]);
  assertEquals(lengths("а".repeat(1001), 500), [334, 334, 333]);
  for (const word of [1, 4, 9]) {
    for (let max = 40; max < 520; max += 7) {
      for (const over of [1, 2, word, 50]) {
        const text = sentence(2 * max + over, word);
        const sizes = lengths(text, max);
        assert(sizes.length >= 3);
        assert(Math.max(...sizes) - Math.min(...sizes) <= 3 * (word + 1), `${sizes} of ${max}`);
      }
    }
  }
});

testBoth("splitText does not cut a word where a line end divides it", () => {
  const parts = splitText("хурдан яв-\nсан одов.", { maxCharacters: 12 });
  assertEquals(parts.map(({ text }) => text), ["хурдан ", "яв-\nсан ", "одов."]);
});

testBoth("splitText leaves no paragraph's last sentence alone that fits with others", () => {
  const text = `${"Сайн байна уу, найз минь? ".repeat(20)}Тийм.`;
  const sizes = splitText(text, { maxCharacters: 510 }).map(({ characters }) => characters);
  assertEquals(sizes, [260, 265]);
});

Deno.test("splitText mixes paragraphs and sentences only when asked", () => {
  const text = "Нэг. Хоёр.\n\nГурав. Дөрөв.";
  const split = (options: SplitOptions) => splitText(text, options).map(({ text }) => text);
  assertEquals(split({}), ["Нэг. Хоёр.\n\n", "Гурав. Дөрөв."]);
  assertEquals(split({ joinParagraphs: true }), [text]);
  assertEquals(split({ joinSentences: false }), ["Нэг. ", "Хоёр.\n\n", "Гурав. ", "Дөрөв."]);
  assertEquals(splitText(text, { joinSentences: false }), splitSentences(text));
});

testBoth(
  "splitText cuts the declaration at sentences, clauses and words as the maximum shrinks",
  () => {
    const kinds = (maxCharacters: number) => {
      const count = { sentence: 0, paragraph: 0, clause: 0, word: 0, end: 0 };
      const parts = splitText(declaration, { maxCharacters });
      assertEquals(parts.map(({ text }) => text).join(""), declaration);
      for (const { boundary, characters, text } of parts) {
        count[boundary]++;
        assert(characters <= maxCharacters);
        if (boundary === "sentence") assert(/\. $/.test(text), text);
        if (boundary === "clause") assert(/[,:] $/.test(text), text);
        if (boundary === "word") assert(/[^\s.,] $/.test(text), text);
      }
      return count;
    };
    assertEquals(kinds(1000).clause + kinds(1000).word, 0);
    assertEquals(kinds(DEFAULT_MAX_CHARACTERS).word, 0);
    assert(kinds(300).clause > 0);
    assert(kinds(60).word > 0);
    // Every paragraph ends a part, whatever the maximum.
    for (const max of [60, 300, 500, 1000]) assertEquals(kinds(max).paragraph, PARAGRAPHS - 1);
  },
);
const PARAGRAPHS = declaration.trim().split(/\n\n+/).length;

Deno.test("splitText gives an empty text no part, and white space an unspeakable part", () => {
  assertEquals(splitText(""), []);
  assertEquals(splitText(" \n\n "), [{
    text: " \n\n ",
    start: 0,
    end: 4,
    characters: 4,
    boundary: "end",
    pause: 0,
    speakable: false,
  }]);
});

Deno.test("splitText refuses a maximum that is no whole number of at least 1, and what is no text", () => {
  for (const maxCharacters of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => splitText("а", { maxCharacters }), RangeError, "maxCharacters must be");
  }
  const wrong: [options: object, message: string][] = [
    [{ maxCharacters: "5" }, "maxCharacters must be a whole number of at least 1: got a string"],
    [{ joinSentences: "false" }, "joinSentences must be a value of type boolean: got a string"],
    [{ joinParagraphs: 0 }, "joinParagraphs must be a value of type boolean: got 0"],
    [{ pauses: [] }, "pauses must be a value of type object: got array"],
    [{ pauses: { period: "1" } }, "pauses.period must be a finite number of at least 0"],
    [{ pauses: { fullStop: 1 } }, "fullStop is not an option: there are paragraph"],
    [{ max: 5 }, "max is not an option"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => splitText("а", options), TypeError, message);
  }
  assertThrows(() => splitText(5 as unknown as string), TypeError, "text must be a string");
});

Deno.test("countCharacters counts code points", () =>
  fc.assert(
    fc.property(hostile, (text) => assertEquals(countCharacters(text), [...text].length)),
  ));

Deno.test("splitText takes an option that is undefined for one that is not given", () => {
  const text = "Сайн байна уу? Би, чи ирлээ.\n\nБаяртай.";
  const nothing = {
    maxCharacters: undefined,
    joinParagraphs: undefined,
    joinSentences: undefined,
    paragraphs: undefined,
    pauses: { comma: undefined },
    pauseScale: undefined,
  };
  assertEquals(splitText(text, nothing), splitText(text));
  assertEquals(
    splitText(text, { pauses: undefined, maxCharacters: 9 }),
    splitText(text, { maxCharacters: 9 }),
  );
});

Deno.test("splitText pauses as long behind a heading or a sentence as without the line that is drawn below it", () => {
  const pauses = (text: string) =>
    splitText(text, { joinSentences: false }).map(({ pause }) => pause);
  assertEquals(pauses("Тайлбар\n---\nДараа")[0], pauses("Тайлбар\nДараа")[0]);
  assertEquals(pauses("Тайлбар\n===\nДараа")[0], pauses("Тайлбар\nДараа")[0]);
  assertEquals(pauses("Хурал эхлэв.\n---\nДараа нь.")[0], pauses("Хурал эхлэв.\nДараа нь.")[0]);
  assertEquals(pauses("Нэг\n-\nХоёр")[0], pauses("Нэг\nХоёр")[0]);
});
