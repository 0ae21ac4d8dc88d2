import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { audioFormat } from "../../mod.ts";
import { encode } from "../../src/encode/mod.ts";
import { jobAudio, paid, paragraphs, texts } from "../narration/setup.ts";
import { setUp } from "./setup.ts";
import { concat } from "../support/hex.ts";

const VOICE = ["--voice", "emulator-v1-bold", "--poll-interval", "2", "--pause-scale", "0"];

Deno.test("tsetsen say encodes by the ending of the name, and says the length of the audio", async () => {
  await using desk = await setUp();
  const { emulator, run, path } = desk;
  const text = paragraphs(2);
  const { code, stdout, stderr } = await run(["say", text, "-o", "book.mp3", ...VOICE, "--json"]);
  assertEquals([code, stderr], [0, ""]);
  const pcm = concat(...await jobAudio(emulator, emulator.url));
  const file = await Deno.readFile(path("book.mp3"));
  assertEquals(file, await encode(pcm, { format: "mp3" }).bytes());
  const { bytes, seconds } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  assertEquals([bytes, seconds], [file.length, pcm.length / 48_000]);
  assertEquals([...Deno.readDirSync(desk.folder)].map(({ name }) => name), ["book.mp3"]);
  assertEquals(paid(emulator), texts(text));
});

Deno.test("tsetsen stream and tsetsen resume encode by the ending of the name", async () => {
  await using desk = await setUp();
  const { emulator, run, path } = desk;
  const streamed = await run(["stream", "Сайн уу?", "-o", "a.flac", "-v", "emulator-v2-bold"]);
  assertEquals([streamed.code, streamed.stderr], [0, ""]);
  assertEquals(audioFormat(await Deno.readFile(path("a.flac"))), "flac");
  await run(["say", "Сайн уу?", "-o", "a.wav", ...VOICE]);
  const id = emulator.jobs.at(-1)?.requestId ?? "";
  const resumed = await run(["resume", id, "-o", "b.aac", "--json"]);
  assertEquals(resumed.code, 0, resumed.stderr);
  assertStringIncludes(resumed.stdout, '"format":"aac"');
  assertEquals(audioFormat(await Deno.readFile(path("b.aac"))), "aac");
});

Deno.test("tsetsen say refuses a name of another format before anything is sent", async () => {
  await using desk = await setUp();
  const { code, stderr } = await desk.run(["say", "Сайн уу?", "-o", "a.ogg", ...VOICE]);
  assertEquals(code, 2);
  assertMatch(
    stderr,
    /The audio is WAV, MP3, FLAC or AAC: give a name that ends in .* instead of \.ogg/,
  );
  assertEquals(desk.emulator.requests.length, 0);
});
