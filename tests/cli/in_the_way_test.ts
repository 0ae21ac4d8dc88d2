// Files that other programs make and remove while a command is under way.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { exists, setUp } from "./setup.ts";
import { until } from "../support/until.ts";

const SPEAK = ["--speed", "20", "--poll-interval", "2"];

Deno.test("tsetsen stream names --force when the file appeared after it had looked", async () => {
  await using desk = await setUp();
  const { emulator, run, path } = desk;
  for (const json of [false, true]) {
    await Deno.remove(path("x.wav")).catch(() => {});
    emulator.addFault({
      kind: "delay",
      delay: 1,
      method: "ListVoices",
      when: () => {
        Deno.writeTextFileSync(path("x.wav"), "other");
        return true;
      },
    });
    const args = ["stream", "Сайн уу?", "-o", "x.wav", ...(json ? ["--json"] : [])];
    const { code, stdout, stderr } = await run(args);
    const said = json ? JSON.parse(stdout.trim().split("\n").at(-1)!).error.message : stderr;
    assertEquals(code, 1);
    assertStringIncludes(said, "x.wav exists already: choose another name, or give --force.");
    assertEquals(said.includes("overwrite"), false);
    assertEquals(await Deno.readTextFile(path("x.wav")), "other");
  }
  assertEquals(emulator.ledger.charges.length, 0);
});

Deno.test("tsetsen say leaves the state of another say alone when their long names begin with the same characters", async () => {
  await using desk = await setUp();
  const { emulator, start, run, folder, path } = desk;
  const name = "Монголын нууц товчоо, нэгдүгээр бүлэг, ".repeat(2).slice(0, 70);
  const [first, second] = [`${name} 1.wav`, `${name} 2.wav`];
  const say = (text: string, file: string, state: string) => [
    ...["say", text, "-o", file, "--state", state],
    ...SPEAK,
  ];
  // The first job does not end for now.
  emulator.addFault({
    kind: "unknown-enum",
    method: "CheckStatus",
    times: Infinity,
    when: ({ message }) => message?.["requestId"] === emulator.jobs[0]?.requestId,
  });
  const held = start(say("Нэг.", first, "a"));
  await until(async () => {
    for await (const { name } of Deno.readDir(folder)) if (name.endsWith(".part")) return true;
    return false;
  });
  const other = await run(say("Хоёр.", second, "b"));
  assertEquals([other.code, await exists(path(second))], [0, true], other.stderr);
  emulator.clearFaults();
  const { code, stderr } = await held.ended;
  assertEquals([code, await exists(path(first))], [0, true], stderr);
});
