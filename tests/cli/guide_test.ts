import { assert, assertEquals } from "@std/assert";
import { EXIT } from "../../src/cli/errors/exit_codes.ts";
import { paid, paragraphs, texts } from "../narration/setup.ts";
import { holdAfter, MAIN, setUp, untilKnown } from "./setup.ts";

const guide = await Deno.readTextFile(
  new URL("../../docs/guides/command-line.md", import.meta.url),
);

/** The commands that the guide shows first, without the comments behind them. */
function commands(): string[] {
  const [, block = ""] = /```sh\n([^]*?)```/.exec(guide) ?? [];
  return block.trim().split("\n").map((line) => line.replace(/ +# .*/, ""));
}

Deno.test("docs/guides/command-line.md's command lines do what it says, as a shell runs them", async () => {
  await using desk = await setUp();
  const { emulator, run, start, path, write, folder } = desk;
  const script = async (name: string, body: string) => {
    await write(`bin/${name}`, `#!/bin/sh\n${body}\n`);
    await Deno.chmod(path(`bin/${name}`), 0o755);
  };
  await Deno.mkdir(path("bin"));
  await script("tsetsen", `exec "${Deno.execPath()}" run -A --no-check ${MAIN} "$@"`);
  await script("ffplay", "cat > played.wav");
  const text = paragraphs(12);
  await write("book.txt", text.replaceAll("о", "o"));
  const env = { PATH: `${path("bin")}:${Deno.env.get("PATH")}` };
  const shell = (line: string) => ({ env, program: ["sh", "-c", line] });

  const [key, voices, say, resume, pipe, doctor, ...more] = commands();
  assertEquals([key, more], ["export TSETSEN_API_KEY=…", []]);
  const listed = await run([], shell(voices!));
  assertEquals([listed.code, listed.stdout.includes("emulator-v1-sarnai")], [0, true]);

  const diagnosed = await run([], shell(doctor!));
  assertEquals([diagnosed.code, diagnosed.stdout.includes("latency")], [0, true], diagnosed.stdout);

  holdAfter(emulator, 3);
  const killed = start([], shell(`exec ${say}`));
  await untilKnown(path("book.wav.tsetsen"), 6);
  killed.kill("SIGKILL");
  await killed.ended;
  emulator.clearFaults();
  const resumed = await run([], shell(resume!));
  assertEquals(resumed.code, 0, resumed.stderr);
  const looks = text.replaceAll("о", "o");
  assertEquals(paid(emulator), texts(looks, { captions: "sentence" }));
  for (const name of ["book.wav", "book.srt"]) assert((await Deno.stat(path(name))).size > 100);

  // What it repairs is what is bought.
  const piped = await run([], shell(pipe!));
  assertEquals([piped.code, piped.stderr], [0, ""]);
  assertEquals(paid(emulator).slice(12), texts(text));
  const wav = await Deno.readFile(`${folder}/played.wav`);
  assertEquals(new TextDecoder().decode(wav.subarray(0, 4)), "RIFF");
});

Deno.test("docs/guides/command-line.md lists every exit code", () => {
  const listed = [...guide.matchAll(/^\| (\d+) /gm)].map(([, code]) => Number(code));
  assertEquals(listed, Object.values(EXIT));
});
