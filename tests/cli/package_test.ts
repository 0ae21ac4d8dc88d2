import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { installPackage } from "../hosts/pack.ts";
import { concat, jobAudio, paid, paragraphs, texts } from "../narration/setup.ts";
import { find } from "../support/runtimes.ts";
import { holdAfter, jsonLines, setUp, untilKnown } from "./setup.ts";

const TEXT = paragraphs(6);
const SAY = ["say", "book.txt", "-o", "book.wav", "--voice", "emulator-v1-bold", "--speed", "20"];

Deno.test("The npm package brings tsetsen, which does on Node and Bun what it does on Deno", async (t) => {
  await using sdk = await installPackage();
  const bin = `${sdk.folder}/node_modules/.bin/tsetsen`;
  const programs = {
    // As npm and npx run it: by its first line.
    "Node, by the link": { program: [bin], env: { PATH: pathWith(find("node", "TSETSEN_NODE")) } },
    "Bun": { program: [find("bun", "TSETSEN_BUN"), bin], env: {} },
  };
  for (const [name, given] of Object.entries(programs)) {
    await t.step(name, async () => {
      await using desk = await setUp();
      const { emulator, run, start, path, write } = desk;
      await write("book.txt", TEXT);

      const listed = await run(["voices", "--json"], given);
      assertEquals([listed.code, jsonLines(listed.stdout)[0].voices.length], [0, 2]);
      const wrong = await run(["voices", "--loud"], given);
      assertEquals([wrong.code, wrong.stdout], [2, ""]);
      assertStringIncludes(wrong.stderr, "unknown option '--loud'");
      const lost = await run(["status", "nothing", "--json"], given);
      assertEquals([lost.code, jsonLines(lost.stdout)[0].error.exitCode], [6, 6]);
      const found = await run(["check", "-"], { ...given, input: "Монгол хїн" });
      assertEquals([found.code, found.stdout.includes("letter-substitute")], [13, true]);

      // Killed, stopped by Ctrl-C, finished.
      holdAfter(emulator, 3);
      const killed = start(SAY, given);
      await untilKnown(path("book.wav.tsetsen"), 6);
      killed.kill("SIGKILL");
      await killed.ended;
      const stopped = start(["resume", "book.wav.tsetsen"], { ...given, terminal: true });
      await stopped.until(/█.* 3\/6 parts/);
      await stopped.type("\x03");
      const { code, stdout } = await stopped.ended;
      assertEquals(code, 130);
      assertMatch(stdout, /To go on: {2}tsetsen resume book\.wav\.tsetsen\r\n/);
      emulator.clearFaults();
      const finished = await run(["resume", "book.wav.tsetsen"], given);
      assertEquals([finished.code, paid(emulator)], [0, texts(TEXT)]);
      const pause = new Uint8Array(800 / 20 * 48);
      const parts = (await jobAudio(emulator, emulator.url)).flatMap((part) => [part, pause]);
      assertEquals(
        (await Deno.readFile(path("book.wav"))).subarray(44),
        concat(parts.slice(0, -1)),
      );
    });
  }
});

/** A PATH on which a program comes first. */
function pathWith(program: string): string {
  return `${program.replace(/\/[^/]*$/, "")}:${Deno.env.get("PATH")}`;
}
