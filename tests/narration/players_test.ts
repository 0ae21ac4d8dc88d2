// Captions in the parsers of others, and in the eyes of a viewer.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseText } from "media-captions";
import { type Cue, toCaptions, toSrt, toWebVtt } from "../../src/narration/mod.ts";

/** Texts that some player takes for markup, for times, or for parts of the file. */
const HOSTILE = [
  "<i>налуу</i> ба <table>хүснэгт</table>",
  "{\\an8}дээр {y:i}",
  "1 < 2 & 3 > 2 &amp; &lt;b&gt;",
  "00:00:01,000 --> 00:00:02,000",
  "00:00:01.000 --> 00:00:02.000 line:0",
  "зам C:\\Nomin\\hel\\notes",
  "12",
  "NOTE тэмдэглэл",
  "STYLE",
  "REGION",
  "WEBVTT",
  "- зураас",
  "<00:00:01.000><c.red>улаан</c>",
  '<font color="red">улаан</font>',
  "<v Болд>Сайн уу",
  "нэг\n\nхоёр\r\n\r\n3",
  "төгсгөл\0тэг",
  "\u200fбаруун",
];

const CUES: readonly Cue[] = HOSTILE.map((text, i) => ({
  start: 3_000 * i,
  end: 3_000 * i + 2_000,
  text,
  exact: true,
}));

const lines = (text: string) => text.replaceAll("\0", "\ufffd").split(/\s+/).join(" ").trim();

/** What SRT shows in place of marks that it cannot write. */
const inSrt = (text: string) =>
  lines(text).replaceAll("<", "‹").replaceAll(">", "›").replaceAll("{", "(").replaceAll("}", ")");

const entities: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

Deno.test("toSrt and toWebVtt survive hostile texts in media-captions: each cue with its times and its text", async () => {
  for (const type of ["srt", "vtt"] as const) {
    const file = type === "srt" ? toSrt(CUES) : toWebVtt(CUES);
    const { cues, errors } = await parseText(file, { type, strict: true });
    assertEquals(errors, []);
    assertEquals(
      cues.map(({ startTime, endTime }) => [startTime, endTime]),
      CUES.map(
        ({ start, end }) => [start / 1_000, end / 1_000],
      ),
    );
    const texts = cues.map(({ text }) => text.split("\n").join(" "));
    // It gives the text of WebVTT as it stands in the file.
    const read = type === "srt"
      ? texts.map((text) => text.replaceAll("\u2060", ""))
      : texts.map((text) => text.replace(/&(lt|gt|amp);/g, (entity) => entities[entity] ?? ""));
    assertEquals(read, HOSTILE.map(type === "srt" ? inSrt : lines));
  }
});

Deno.test("toSrt keeps an entity of the text from players that read entities in SRT, and an ampersand as it is", () => {
  const srt = (text: string) => toSrt([{ start: 0, end: 2_000, text, exact: true }]).split("\n")[2];
  for (const entity of ["lt;b", "amp;", "#39;", "#x27;", "nbsp;", "#8209;"]) {
    assertEquals(srt(`А &${entity} Б`), `А &\u2060${entity} Б`);
  }
  for (const text of ["А & Б", "А&Б;", "AT&T", "&; ба &#;", "үнэ&ханш;"]) {
    assertEquals(srt(text), text);
  }
});

Deno.test({
  name: "toSrt survives hostile texts in ffmpeg, and an empty one is no error",
  ignore: !await has("ffmpeg", "-version"),
  async fn() {
    const shown = (await convert(toSrt(CUES))).map(({ text }) => text.replaceAll("\u2060", ""));
    assertEquals(shown, HOSTILE.map(inSrt));
    assertEquals((await convert(toSrt([]))).map(({ text }) => text.replaceAll("\u2060", "")), [""]);
  },
});

Deno.test({
  name: "toSrt and toWebVtt survive hostile texts in pysrt and webvtt-py",
  ignore: !await has("python3", "-c", "import pysrt, webvtt"),
  async fn() {
    const program = "import io, json, pysrt, sys, webvtt\n" +
      "srt, vtt = json.load(sys.stdin)\n" +
      "print(json.dumps([[c.text for c in pysrt.from_string(srt)], " +
      "[c.text for c in webvtt.read_buffer(io.StringIO(vtt))]]))";
    const output = await pipe(
      ["python3", "-c", program],
      JSON.stringify([toSrt(CUES), toWebVtt(CUES)]),
    );
    const [srt, vtt] = JSON.parse(output) as string[][];
    const flat = (text: string) => text.split("\n").join(" ").replaceAll("\u2060", "");
    assertEquals(srt?.map(flat), HOSTILE.map(inSrt));
    assertEquals(vtt?.length, HOSTILE.length);
  },
});

/** What ffmpeg shows of an SRT, as ASS, the form that players draw. */
async function convert(srt: string): Promise<{ text: string }[]> {
  const ass = await pipe(
    ["ffmpeg", "-v", "error", "-f", "srt", "-i", "pipe:0", "-f", "ass", "pipe:1"],
    srt,
  );
  return ass.split(/\r?\n/).filter((line) => line.startsWith("Dialogue:")).map((line) => ({
    text: line.split(",").slice(9).join(",").replaceAll("\\N", " "),
  }));
}

async function pipe(command: readonly string[], input: string): Promise<string> {
  const [program = "", ...args] = command;
  const process = new Deno.Command(program, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  })
    .spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await process.output();
  assert(success, new TextDecoder().decode(stderr));
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout);
}

async function has(program: string, ...args: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: [...args] }).output()).success;
  } catch {
    return false;
  }
}

/** Speech of about 15 characters a second, as a voice speaks. */
const spoken = fc.array(
  fc.record({
    gap: fc.integer({ min: 0, max: 2_000 }),
    words: fc.array(fc.stringMatching(/^[а-яөү]{1,12}[,.;]?$/), { minLength: 1, maxLength: 60 }),
  }),
  { minLength: 1, maxLength: 12 },
).map((list) => {
  let at = 0;
  return list.map(({ gap, words }): Cue => {
    const text = words.join(" ");
    const start = at + gap;
    at = start + Math.max(200, Math.round(text.length / 15 * 1_000));
    return { start, end: at, text, exact: true };
  });
});

Deno.test("toCaptions keeps to two lines of 42 characters and to seven seconds, without overlap or loss", () => {
  fc.assert(fc.property(spoken, (list) => {
    const captions = toCaptions(list);
    let last = 0;
    for (const { start, end, lines } of captions) {
      assert(start >= last && end > start, "in order");
      assert(lines.length >= 1 && lines.length <= 2);
      for (const line of lines) assert(line.length <= 42);
      assert(end - start <= 7_000, `${end - start} ms`);
      last = end;
    }
    const text = list.map((cue) => cue.text).join(" ");
    assertEquals(captions.flatMap(({ lines }) => lines).join(" "), text);
  }));
});

Deno.test("toCaptions shows a short sentence for a second, or together with its neighbour", () => {
  const cue = (start: number, end: number, text: string) => ({ start, end, text, exact: true });
  assertEquals(toCaptions([cue(0, 300, "Тийм."), cue(5_000, 7_000, "Тэгвэл явъя.")]), [
    { start: 0, end: 1_000, lines: ["Тийм."], exact: true },
    { start: 5_000, end: 7_000, lines: ["Тэгвэл явъя."], exact: true },
  ]);
  assertEquals(toCaptions([cue(0, 300, "Тийм."), cue(400, 2_000, "Тэгвэл явъя.")]), [
    { start: 0, end: 2_000, lines: ["Тийм. Тэгвэл явъя."], exact: true },
  ]);
});

Deno.test("toCaptions divides a long sentence at its clauses, and marks the times between as estimates", () => {
  const text =
    "Тэнгэр цэлмэг байсан өдөр, бид уулын орой руу алхаж гарав, харин буцах замд бороо орлоо.";
  const captions = toCaptions([{ start: 1_000, end: 9_000, text, exact: true }]);
  assertEquals(captions.map(({ lines }) => lines.join(" ")), [
    "Тэнгэр цэлмэг байсан өдөр, бид уулын орой руу алхаж гарав,",
    "харин буцах замд бороо орлоо.",
  ]);
  assertEquals(captions.map(({ exact }) => exact), [false, false]);
  assertEquals([captions[0]?.start, captions[1]?.end], [1_000, 9_000]);
  assertEquals(captions[0]?.end, captions[1]?.start);
});
