import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { plan } from "../../src/narration/mod.ts";
import { jobAudio, joined, paid, paragraphs, texts, UDHR } from "../narration/setup.ts";
import { assertSpoken, FILES, SPEED } from "./proof.ts";
import { jsonLines, setUp } from "./setup.ts";
import { concat } from "../support/hex.ts";

const VOICE = ["--voice", "emulator-v1-bold", "--poll-interval", "2"];

Deno.test("tsetsen say speaks 10,900 characters into one WAV and captions, exact to the sample, and pays each part once", async () => {
  await using desk = await setUp();
  const { run, write } = desk;
  await write("udhr.txt", UDHR);
  const ended = await run(["say", "udhr.txt", ...FILES, ...VOICE, "--speed", `${SPEED}`]);
  assertEquals([ended.code, ended.stderr], [0, ""]);
  assertMatch(ended.stdout, /^out\.wav, out\.srt, out\.vtt: .+ s, .+ MB, [\d,]+ credits\n$/);
  await assertSpoken(desk);
});

Deno.test("tsetsen say writes the WAV to standard output, and reads standard input", async () => {
  await using desk = await setUp();
  const { emulator, run } = desk;
  const text = paragraphs(3);
  const args = ["say", "-", "-o", "-", ...VOICE, "--pause-scale", "0"];
  const { code, bytes, stderr } = await run(args, { input: text });
  assertEquals([code, stderr], [0, ""]);
  assertEquals(bytes.subarray(44), concat(...await jobAudio(emulator, emulator.url)));
  assertEquals(new TextDecoder().decode(bytes.subarray(0, 4)), "RIFF");
  assertEquals(paid(emulator), texts(text));
});

Deno.test("tsetsen say passes on what narrations offer: cuts, pauses, the method and the model", async () => {
  await using desk = await setUp();
  const { emulator, run, path, write } = desk;
  const text = "Нэг, хоёр.\nГурав, дөрөв.";
  await write("poem.txt", text);
  const cuts = ["--paragraphs", "line", "--max-characters", "6"];
  const pauses = ["--pause", "paragraph=100", "--pause", "comma=50", "--pause-scale", "2"];
  const args = ["say", "poem.txt", "-o", "poem.wav", ...cuts, ...pauses, "--json"];
  const options = {
    paragraphs: "line",
    maxCharacters: 6,
    pauses: { paragraph: 100, comma: 50 },
    pauseScale: 2,
  } as const;
  const planned = plan(text, options);
  assertEquals(planned.pauses, 2 * (50 + 100 + 50));

  const ended = await run([...args, ...VOICE]);
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(paid(emulator), texts(text, options));
  const audio = await jobAudio(emulator, emulator.url);
  const parts = planned.parts.map(({ characters, pause }) => ({
    audio: characters === 0 ? undefined : audio.shift(),
    pause,
  }));
  const pcm = (await Deno.stat(path("poem.wav"))).size - 44;
  assertEquals(pcm, joined(parts).pcm.length);
  const result = jsonLines(ended.stdout).at(-1);
  assertEquals([result.parts, result.seconds], [planned.requests, pcm / 48_000]);

  const streamed = await run([
    ...args,
    "--force",
    "--method",
    "stream",
    "--voice",
    "emulator-v2-nomin",
  ]);
  assertEquals(streamed.code, 0, streamed.stdout);
  assertEquals(jsonLines(streamed.stdout).at(-1)?.creditsUsed, undefined);
  const sent = emulator.requests.filter(({ method }) => method === "StreamSpeech");
  assertEquals(sent.map(({ message }) => message?.["text"]), texts(text, options));
  assertEquals(
    sent.map(({ message }) => message?.["voiceId"]),
    sent.map(() => "emulator-v2-nomin"),
  );
});

Deno.test("tsetsen say removes the markup of a Markdown file, says so, and keeps that of other texts", async () => {
  await using desk = await setUp();
  const { emulator, run, write } = desk;
  const markdown = "## 1. Танилцуулга\n\nЭнэ бол **тод** [үг](https://a.mn).\n";
  const plain = "1. Танилцуулга\n\nЭнэ бол тод үг.\n";
  for (const name of ["book.md", "BOOK.MARKDOWN"]) {
    await write(name, markdown);
    const sent = paid(emulator).length;
    const { code, stderr } = await run(["say", name, "-o", `${name}.wav`, ...VOICE]);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, `The markup of ${name} is removed.`);
    assertEquals(paid(emulator).slice(sent), texts(plain));
    // What is removed is no mistake to list.
    assertEquals(stderr.includes("likely mistake"), false);
    assertEquals((await run(["check", name])).code, 0);
  }
  await write("page.html", "<p>Сайн&nbsp;уу?</p><script>x()</script>");
  const page = await run(["say", "page.html", "-o", "page.wav", ...VOICE]);
  assertEquals(page.code, 0, page.stderr);
  assertMatch(`${paid(emulator).at(-1)}`, /^Сайн\sуу\?$/u);

  const sent = paid(emulator).length;
  const kept = await run(["say", "-", "-o", "kept.wav", ...VOICE], { input: markdown });
  assertEquals(kept.code, 0, kept.stderr);
  assertMatch(kept.stderr, /likely mistakes?: `tsetsen check` lists them/);
  assertEquals(paid(emulator).slice(sent), texts(markdown));
  // The sound comes first where somebody listens.
  const heard = await run(["say", "-", "-o", "-", "--method", "stream"], { input: markdown });
  assertEquals(heard.code, 0, heard.stderr);
  assertMatch(heard.stderr, /likely mistakes?: `tsetsen check` lists them/);
  await write("notes.md", "---\n\n<!-- later -->\n");
  const empty = await run(["say", "notes.md", "-o", "notes.wav", ...VOICE]);
  assertEquals(empty.code, 2);
  assertStringIncludes(empty.stderr, "notes.md is empty: there is nothing to speak.");
});

Deno.test("tsetsen say refuses to replace files before anything is bought, and does it with --force", async () => {
  await using desk = await setUp();
  const { emulator, run, path, write } = desk;
  for (const name of ["out.wav", "out.srt", "out.vtt"]) {
    await write(name, "mine");
    const args = ["say", "Сайн уу?", "-o", "out.wav", "--srt", "out.srt", "--vtt", "out.vtt"];
    const refused = await run([...args, ...VOICE]);
    assertEquals([refused.code, refused.stdout], [2, ""]);
    assertStringIncludes(refused.stderr, `${name} exists already`);
    assertEquals(emulator.requests.length, 0);
    assertEquals(await Deno.readTextFile(path(name)), "mine");
    await Deno.remove(path(name));
  }
  await write("out.wav", "mine");
  assertEquals((await run(["say", "Сайн уу?", "-o", "out.wav", "--force", ...VOICE])).code, 0);
  assertEquals(
    (await Deno.readFile(path("out.wav"))).subarray(0, 4),
    new TextEncoder().encode("RIFF"),
  );
});

Deno.test("tsetsen say --dry-run tells parts and characters, and needs no key", async () => {
  await using desk = await setUp();
  const { emulator, run } = desk;
  const env = { TSETSEN_API_KEY: "" };
  const args = ["say", paragraphs(4), "-o", "x.wav", "--dry-run"];
  const { code, stdout } = await run([...args, "--json"], { env });
  const { requests, characters, pauses } = plan(paragraphs(4));
  assertEquals([code, jsonLines(stdout)], [0, [{ parts: requests, characters, pauses }]]);
  assertStringIncludes((await run(args, { env })).stdout, "4 parts");
  assertEquals(emulator.requests.length, 0);
});

Deno.test("tsetsen say takes the first voice of the model when none is named", async () => {
  await using desk = await setUp();
  const { emulator, run } = desk;
  const { code } = await run(["say", "Сайн уу?", "-o", "x.wav"]);
  assertEquals([code, emulator.jobs.map(({ voiceId }) => voiceId)], [0, ["emulator-v1-sarnai"]]);
});

Deno.test("tsetsen say says what to do when the name is too long for the folder of its state, and buys nothing", async () => {
  await using desk = await setUp();
  const { emulator, run, path } = desk;
  // A legal name of 252 bytes.
  const output = `${"а".repeat(124)}.wav`;
  const refused = await run(["say", "Сайн уу?", "-o", output]);
  assertEquals([refused.code, emulator.requests.length], [2, 0]);
  assertStringIncludes(refused.stderr, "is too long a name for a folder: give one by --state");
  assertEquals((await run(["say", "Сайн уу?", "-o", output, "--state", "kept"])).code, 0);
  assertEquals((await Deno.stat(path(output))).isFile, true);
});
