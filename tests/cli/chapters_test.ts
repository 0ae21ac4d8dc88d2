import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { missing, output } from "../encode/support.ts";
import { jobAudio, paid } from "../narration/setup.ts";
import { setUp } from "./setup.ts";

const VOICE = ["--voice", "emulator-v1-bold", "--poll-interval", "2", "--pause-scale", "0"];

/** Headings with and without blank lines around them, with markup in them, and what only looks like one. */
const BOOK = `---
title: Ном
# тайлбар
---
Оршил үг.
# **Нэгдүгээр** бүлэг
Энэ бол эхлэл. [Холбоос][1] энд.

\`\`\`sh
# comment
\`\`\`

---
## _Хоёр_: «[Өвөл](https://example.com)» ##

Энэ бол төгсгөл.

# ***

Дууслаа. #тэмдэг

\`\`\`
# код
\`\`\`

[1]: https://example.com
`;
const SPOKEN = [
  "Оршил үг.",
  "Нэгдүгээр бүлэг",
  "Энэ бол эхлэл. Холбоос энд.",
  "Хоёр: «Өвөл»",
  "Энэ бол төгсгөл.",
  "Дууслаа. #тэмдэг",
  "код",
];

/** The chapters as ffprobe reads them: the start in seconds, and the title. */
async function chaptersOf(file: string): Promise<[number, string][]> {
  const args = "-v error -of json -show_chapters".split(" ");
  const { chapters } = JSON.parse(
    new TextDecoder().decode(await output("ffprobe", [...args, file])),
  );
  return chapters.map(({ start_time, tags }: { start_time: string; tags: { title: string } }) => [
    Number(start_time),
    tags.title,
  ]);
}

const ignore = missing("ffprobe").length > 0;

Deno.test({
  name: "tsetsen say --chapters begins a chapter at the first sample of each heading",
  ignore,
  async fn() {
    await using desk = await setUp();
    const { emulator, run, path } = desk;
    await desk.write("book.md", BOOK);
    for (const format of ["mp3", "flac", "aac"]) {
      const name = `book.${format}`;
      const { code, stderr } = await run(["say", "book.md", "-o", name, "--chapters", ...VOICE]);
      assertEquals(code, 0, stderr);
      const lengths = new Map<string, number>();
      const audio = await jobAudio(emulator, emulator.url);
      emulator.jobs.forEach(({ text }, i) => lengths.set(text, audio[i]!.length / 48));
      const before = (count: number) =>
        SPOKEN.slice(0, count).reduce((sum, text) => sum + lengths.get(text)!, 0);
      assertEquals(await chaptersOf(path(name)), [
        [Math.round(before(1)) / 1_000, "Нэгдүгээр бүлэг"],
        [Math.round(before(3)) / 1_000, "Хоёр: «Өвөл»"],
      ]);
    }
    assertEquals(paid(emulator).sort(), [...SPOKEN, ...SPOKEN, ...SPOKEN].sort());
  },
});

Deno.test({
  name: "tsetsen resume writes the chapters of the say that failed",
  ignore,
  async fn() {
    await using desk = await setUp();
    const { emulator, run, path } = desk;
    await desk.write("book.md", BOOK);
    emulator.addFault({
      kind: "error",
      code: "RESOURCE_EXHAUSTED",
      message: "insufficient credits",
      method: "GenerateSpeech",
      when: ({ message }) => message?.["text"] === SPOKEN[3],
    });
    const failed = await run(["say", "book.md", "-o", "book.mp3", "--chapters", ...VOICE]);
    assertEquals(failed.code, 4, failed.stderr);
    const refused = await run(["resume", "book.mp3.tsetsen", "-o", "book.wav"]);
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.stderr, "A WAV has no chapters");
    const resumed = await run(["resume", "book.mp3.tsetsen", "--poll-interval", "2"]);
    assertEquals(resumed.code, 0, resumed.stderr);
    const titles = (await chaptersOf(path("book.mp3"))).map(([, title]) => title);
    assertEquals(titles, ["Нэгдүгээр бүлэг", "Хоёр: «Өвөл»"]);
    assertEquals(paid(emulator).sort(), [...SPOKEN].sort());
  },
});

Deno.test("tsetsen say --chapters refuses what has no chapters before anything is sent", async () => {
  await using desk = await setUp();
  const { emulator, run, write } = desk;
  await write("book.md", BOOK);
  await write("plain.md", "Гарчиггүй.\n\n#тэмдэг\n");
  await write("book.txt", BOOK);
  await write("long.md", "# Бүлэг\n".repeat(256));
  const cases: readonly [readonly string[], RegExp][] = [
    [["book.md", "-o", "book.wav"], /A WAV has no chapters: give a name that ends in \.mp3/],
    [["book.md", "-o", "-"], /A WAV has no chapters/],
    [["book.txt", "-o", "book.mp3"], /--chapters needs a Markdown file/],
    [["# Бүлэг", "-o", "book.mp3"], /--chapters needs a Markdown file/],
    [["plain.md", "-o", "book.mp3"], /--chapters needs headings, lines that begin with #/],
    [["long.md", "-o", "book.mp3"], /at most 255 headings: the text has 256/],
    [["book.md", "-o", "book.mp3", "--join-paragraphs"], /leave out --join-paragraphs/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await run(["say", ...args, "--chapters", ...VOICE]);
    assertEquals(code, 2, stderr);
    assertMatch(stderr, message);
  }
  assertEquals(emulator.requests.length, 0);
  const planned = await run(["say", "book.md", "--chapters", "--dry-run"]);
  assertStringIncludes(planned.stdout, `${SPOKEN.length} parts`);
});
