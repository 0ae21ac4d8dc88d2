import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { splitSentences } from "../../src/text/mod.ts";
import {
  type CaptionOptions,
  type Cue,
  type CuePiece,
  cues,
  narrate,
  toCaptions,
  toSrt,
  toWebVtt,
} from "../../src/narration/mod.ts";
import { rejection, setUp } from "../support/rig.ts";
import { FAST, jobAudio, UDHR, VOICE } from "./setup.ts";

/** Readers of the two formats, by their own rules. */
interface Shown {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

function ms(time: string): number {
  const match = /^(\d{2,}):([0-5]\d):([0-5]\d)[.,](\d{3})$/.exec(time);
  if (match === null) throw new Error(`no time: ${time}`);
  const [h = 0, m = 0, s = 0, ms = 0] = match.slice(1).map(Number);
  return ((h * 60 + m) * 60 + s) * 1_000 + ms;
}

function readBlocks(blocks: readonly string[], point: "," | "."): Shown[] {
  return blocks.map((block, i) => {
    const [number, times = "", ...lines] = block.split("\n");
    assertEquals(number, `${i + 1}`);
    const [start = "", end = ""] = times.split(" --> ");
    assert(start.includes(point) && end.includes(point));
    assert(lines.length > 0 && lines.every((line) => line !== ""), "no line is empty");
    return { start: ms(start), end: ms(end), lines };
  });
}

function readSrt(srt: string): Shown[] {
  if (srt === "") return [];
  assert(srt.endsWith("\n"));
  return readBlocks(srt.slice(0, -1).split("\n\n"), ",");
}

function readWebVtt(vtt: string): Shown[] {
  const [head, ...blocks] = vtt.replace(/\n$/, "").split("\n\n");
  assertEquals(head, "WEBVTT");
  return readBlocks(blocks, ".").map((shown) => {
    const lines = shown.lines.map((line) => {
      assert(!/[<>]/.test(line) && !/&(?!amp;|lt;|gt;)/.test(line), `not escaped: ${line}`);
      return line.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
    });
    return { ...shown, lines };
  });
}

/** Each cue as it is. */
const UNBOUND = { maxLines: Infinity, minDuration: 0, maxDuration: Infinity } as const;

const spaced = (text: string) => text.split(/\s+/).filter((word) => word !== "").join(" ");

Deno.test('cues of a narration with captions: "sentence" are exact: the times of the samples of each sentence', async () => {
  await using rig = await setUp({ emulator: { apiKeys: { "tsetsen-development-emulator": 1e6 } } });
  const { emulator, client } = rig;
  // Some sentences are longer than a part may be.
  const options = { ...FAST, captions: "sentence", maxCharacters: 150 } as const;
  const narration = narrate(client, { text: UDHR, ...VOICE }, options);
  const wav = await narration.wav();
  const samples = (await jobAudio(emulator, emulator.url)).map(({ length }) => length / 2);

  // Each job's text lies in one sentence: from the jobs alone follows when each sentence is spoken.
  const found = narration.cues();
  const expected: Cue[] = [];
  let at = 0;
  let job = 0;
  for (const sentence of splitSentences(UDHR).filter(({ speakable }) => speakable)) {
    const from = at;
    let to = at;
    const pieces: CuePiece[] = [];
    let left = sentence.text.replace(/\s/g, "");
    while (left !== "") {
      const text = emulator.jobs[job]!.text.replace(/\s/g, "");
      assert(left.startsWith(text));
      left = left.slice(text.length);
      const start = at;
      to = at + samples[job]!;
      const spoken = { text: spaced(emulator.jobs[job]!.text), exact: true };
      pieces.push({ start: Math.round(start / 24), end: Math.round(to / 24), ...spoken });
      at = to + narration.state!.parts[job]!.pause;
      job++;
    }
    const [start, end] = [from, to].map((sample) => Math.round(sample / 24));
    const cue = { start: start!, end: end!, text: spaced(sentence.text), exact: true };
    expected.push(pieces.length === 1 ? cue : { ...cue, pieces });
  }
  assertEquals(job, emulator.jobs.length);
  assert(emulator.jobs.length > expected.length, "some sentences took several parts");
  assertEquals(found, expected);
  assertEquals(at, (wav.length - 44) / 2);

  const shown = [readSrt(toSrt(found, UNBOUND)), readWebVtt(toWebVtt(found, UNBOUND))];
  for (const file of shown) {
    assertEquals(file.map(({ start, end }) => [start, end]), found.map((c) => [c.start, c.end]));
    assertEquals(file.map(({ lines }) => lines.join(" ")), found.map(({ text }) => text));
  }

  // A caption that begins a part begins where its samples do, wherever else a sentence is divided.
  const captions = toCaptions(found, { maxLines: 1, lineLength: 60, minDuration: 0 });
  const starts = new Map<number, number>();
  let words = 0;
  for (const piece of found.flatMap((c) => c.pieces ?? [c])) {
    starts.set(words, piece.start);
    words += piece.text.split(" ").length;
  }
  let seen = 0;
  let checked = 0;
  for (const { start, lines } of captions) {
    const begins = starts.get(seen);
    if (begins !== undefined && ++checked) assertEquals(start, begins);
    seen += lines.join(" ").split(" ").length;
  }
  assert(checked > found.length, "some captions begin at a part inside a sentence");
});

Deno.test("cues give a piece of a word no caption of its own, and give a part without speech no time", () => {
  const part = (start: number, end: number, samples: number, boundary: "word" | "end" = "word") => (
    { start, end, boundary, pause: 0, status: "done", samples } as const
  );
  const text = "Хоёр үгтэй … өгүүлбэр.";
  const parts = [
    part(0, 2, 2_400),
    part(2, 5, 4_800),
    part(5, 11, 2_400),
    part(11, 13, 0),
    part(13, 22, 4_800, "end"),
  ];
  const [cue, ...others] = cues(text, { paragraphs: "blank-line", parts });
  assertEquals(others, []);
  assertEquals([cue?.start, cue?.end, cue?.text, cue?.exact], [0, 600, text, true]);
  assertEquals(cue?.pieces?.map(({ start, end, text }) => [start, end, text]), [
    [0, 300, "Хоёр"],
    [300, 400, "үгтэй …"],
    [400, 600, "өгүүлбэр."],
  ]);
});

Deno.test("cues of sentences that share a part are marked as estimates, within the exact times of the part", async () => {
  await using rig = await setUp();
  const text = "Нэг нэг. Хоёр хоёр хоёр! Гурав?\n\nДөрөв.";
  const narration = narrate(rig.client, { text, ...VOICE }, FAST);
  await narration.bytes();
  const [first, second] = narration.state!.parts;
  const found = narration.cues();
  assertEquals(found.map((c) => [c.text, c.exact]), [
    ["Нэг нэг.", false],
    ["Хоёр хоёр хоёр!", false],
    ["Гурав?", false],
    ["Дөрөв.", true],
  ]);
  const end = first!.samples!;
  assertEquals([found[0]?.start, found[2]?.end], [0, Math.round(end / 24)]);
  assertEquals([found[0]?.end, found[1]?.end], [found[1]?.start, found[2]?.start]);
  const from = end + first!.pause;
  assertEquals(
    [found[3]?.start, found[3]?.end],
    [from, from + second!.samples!].map((n) => Math.round(n / 24)),
  );
});

Deno.test("cues of a narration that failed end before its first missing part", async () => {
  await using rig = await setUp({
    emulator: { failWhen: (text) => text.includes("Гурав") ? "no" : undefined },
  });
  const text = "Нэг.\n\n***\n\nХоёр.\n\nГурав.\n\nДөрөв.";
  const narration = narrate(rig.client, { text, ...VOICE }, FAST);
  assertEquals(narration.cues(), []);
  await rejection(narration.bytes());
  await narration.settled();
  assertEquals(narration.cues().map((c) => c.text), ["Нэг.", "Хоёр."]);
  assertEquals(cues(text, narration.state!), narration.cues());
});

const cueLists = fc.array(
  fc.record({
    gap: fc.nat(5_000),
    length: fc.integer({ min: 1, max: 20_000 }),
    text: fc.array(
      fc.oneof(
        fc.constantFrom("-->", "<b>", "&amp;", "&", "\n", "\r\n\r\n", "1", "NOTE", "\u2028", "  "),
        fc.stringMatching(/^[А-Яа-яөүёA-Za-z0-9<>&-]{1,60}$/),
        fc.constantFrom("5\u00a0км", "🌅"),
      ),
      { minLength: 1, maxLength: 40 },
    ).map((words) => words.join(" ")).filter((text) => /[^\s]/.test(text)),
  }),
  { maxLength: 20 },
).map((items) => {
  let at = 0;
  return items.map(({ gap, length, text }): Cue => {
    const start = at + gap;
    at = start + length;
    return { start, end: at, text, exact: true };
  });
});

Deno.test("toSrt and toWebVtt keep times and words, whatever the text holds", () => {
  fc.assert(fc.property(cueLists, fc.integer({ min: 1, max: 80 }), (list, lineLength) => {
    for (
      const [kind, file] of [
        ["srt", readSrt(toSrt(list, { ...UNBOUND, lineLength }))],
        ["vtt", readWebVtt(toWebVtt(list, { ...UNBOUND, lineLength }))],
      ] as const
    ) {
      // Readers refuse an SRT without a cue.
      if (list.length === 0) continue;
      assertEquals(file.length, list.length);
      file.forEach(({ start, end, lines }, i) => {
        const cue = list[i]!;
        assertEquals([start, end], [cue.start, cue.end]);
        const words = cue.text.split(/[ \r\n\u2028]+/).filter((word) => word !== "");
        const inSrt = words.join(" ").replaceAll("<", "‹").replaceAll(">", "›")
          .replaceAll(/&(?=#?\w+;)/g, "&\u2060");
        assertEquals(lines.join(" "), kind === "srt" ? inSrt : words.join(" "));
        // A word joiner has no width.
        const seen = lines.map((line) => line.replaceAll("\u2060", ""));
        for (const [j, line] of seen.entries()) {
          assert([...line].length <= lineLength || !line.includes(" "));
          // Greedy: the next word would not have fitted.
          const next = seen[j + 1]?.split(" ")[0];
          if (next !== undefined) assert([...`${line} ${next}`].length > lineLength);
        }
      });
    }
  }));
});

Deno.test("toSrt with maxLines divides long cues without gap, overlap or loss", () => {
  fc.assert(fc.property(cueLists, fc.integer({ min: 1, max: 3 }), (list, maxLines) => {
    // Long enough for each line to have its time.
    const slow = list.map((c) => ({ ...c, start: c.start * 1_000, end: c.end * 1_000 }));
    const shown = readSrt(toSrt(slow, { ...UNBOUND, maxLines }));
    let at = 0;
    for (const cue of slow) {
      const whole = spaced(readSrt(toSrt([cue], UNBOUND))[0]!.lines.join(" "));
      let [from, text] = [cue.start, ""];
      while (text.length < whole.length) {
        const { start, end, lines } = shown[at++]!;
        assert(lines.length <= maxLines && start === from && end > start);
        text = spaced(`${text} ${lines.join(" ")}`);
        from = end;
      }
      assertEquals([text, from], [whole, cue.end]);
    }
    assertEquals(at, list.length === 0 ? 0 : shown.length);
  }));
});

Deno.test("toSrt writes hours with as many digits as they need", () => {
  const start = ((123 * 60 + 4) * 60 + 5) * 1_000 + 6;
  const srt = toSrt([{ start, end: start + 1, text: "а", exact: true }], UNBOUND);
  assertEquals(srt, "1\n123:04:05,006 --> 123:04:05,007\nа\n");
});

Deno.test("toSrt and toWebVtt of nothing show nothing, and options are checked", () => {
  // Readers refuse an empty SRT.
  assertEquals(toSrt([]), "1\n00:00:00,000 --> 00:00:00,001\n\u2060\n");
  assertEquals(toWebVtt([]), "WEBVTT\n");
  const out = [{ lineLength: 0 }, { lineLength: 1.5 }, { maxLines: 0 }, { minDuration: -1 }];
  const long = { minDuration: 9_000, maxDuration: 100 };
  for (const wrong of [...out, long, { maxDuration: 0 }, { maxDuration: NaN }]) {
    assertThrows(() => toSrt([], wrong), RangeError);
    assertThrows(() => toWebVtt([], wrong), RangeError);
  }
  for (const wrong of [{ maxLines: "2" }, { maxLine: 2 }] as unknown as CaptionOptions[]) {
    assertThrows(() => toCaptions([], wrong), TypeError, "maxLine");
  }
});

Deno.test("toCaptions shows a single word no longer than the longest duration", () => {
  const word: Cue = { start: 1_000, end: 21_000, text: "Тийм.", exact: true };
  const [alone, after] = toCaptions([word, { ...word, start: 21_000, end: 23_000 }]);
  assertEquals([alone?.start, alone?.end, after?.start, after?.end], [
    1_000,
    8_000,
    21_000,
    23_000,
  ]);
  assertEquals(toCaptions([word], { maxDuration: Infinity })[0]?.end, 21_000);
});

Deno.test("toSrt and toWebVtt refuse a cue without times, and one that ends before it begins", () => {
  const text = "Сайн";
  const wrong: unknown[] = [
    { text },
    { text, start: NaN, end: 1 },
    { text, start: 0, end: Infinity },
    { text, start: -5, end: 2_000 },
    { text, start: 3_000, end: 2_000 },
    { text, start: "0", end: "1000" },
  ];
  for (const cue of wrong as Cue[]) {
    for (const write of [toSrt, toWebVtt, toCaptions]) {
      assertThrows(() => write([cue]), TypeError, "a start and an end after it in milliseconds");
    }
  }
});
