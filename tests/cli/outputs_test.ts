// Standard output that cannot be written: a reader that leaves, and a disk that is full.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { paragraphs } from "../narration/setup.ts";
import { jsonLines, MAIN, setUp } from "./setup.ts";

const SAY = "say book.txt -o - --voice emulator-v1-bold --max-characters 40 --poll-interval 5";
const TEXT = paragraphs(6);

async function setUpShell() {
  const desk = await setUp();
  await desk.write("book.txt", TEXT);
  const command = [Deno.execPath(), "run", "-A", "--no-check", MAIN];
  return {
    desk,
    emulator: desk.emulator,
    shell: (line: string) =>
      desk.run([], { program: ["bash", "-o", "pipefail", "-c", line, ...command] }),
    [Symbol.asyncDispose]: () => desk[Symbol.asyncDispose](),
  };
}

Deno.test("tsetsen say names the paid jobs when the reader of its audio leaves, and each can be fetched", async () => {
  await using table = await setUpShell();
  const { desk, emulator, shell } = table;
  const left = await shell(`"$0" "$@" ${SAY} | head -c 10 > head.wav`);
  assertEquals(left.code, 141);
  const ids = emulator.jobs.map(({ requestId }) => requestId);
  assert(ids.length > 1);
  for (const id of ids) assertStringIncludes(left.stderr, `  ${id}  charged: yes\n`);
  assertStringIncludes(left.stderr, "tsetsen resume ID -o FILE.wav");
  const fetched = await desk.run(["resume", ids[0]!, "-o", "part.wav"]);
  assertEquals([fetched.code, emulator.jobs.length], [0, ids.length]);
});

Deno.test("tsetsen say names the paid jobs when its audio does not fit on the disk, to people and as JSON", async () => {
  for (const json of ["", " --json"]) {
    await using table = await setUpShell();
    const { emulator, shell } = table;
    const full = await shell(`"$0" "$@" ${SAY}${json} > /dev/full`);
    assertEquals(full.code, 1);
    assertStringIncludes(full.stderr, "space left");
    for (const { requestId } of emulator.jobs) assertStringIncludes(full.stderr, requestId);
    if (json === "") continue;
    const { error } = jsonLines(full.stderr).at(-1);
    assertEquals(error.charged, "yes");
    assertEquals(error.jobs.length, emulator.jobs.length);
  }
});

Deno.test("tsetsen say names no job whose audio has gone to standard output", async () => {
  await using table = await setUpShell();
  const { emulator, shell } = table;
  emulator.addFault({
    kind: "error",
    method: "GenerateSpeech",
    code: "INVALID_ARGUMENT",
    times: Infinity,
    when: () => emulator.jobs.length === 3,
  });
  const failed = await shell(`"$0" "$@" ${SAY} > all.wav`);
  assertEquals([failed.code, emulator.jobs.length], [2, 3]);
  assert(!failed.stderr.includes("job-"), failed.stderr);
});

Deno.test("tsetsen ends with 1 when its JSON does not fit on the disk, and says so on standard error", async () => {
  await using table = await setUpShell();
  const commands = [
    "balance",
    "stream 'Сайн уу?' -o x.wav",
    "say 'Сайн уу?' -o y.wav",
    "status no",
  ];
  for (const command of commands) {
    const { code, stderr } = await table.shell(`"$0" "$@" ${command} --json > /dev/full`);
    const isFailed = command === "status no";
    assertEquals(code, isFailed ? 6 : 1, command);
    assertStringIncludes(stderr, isFailed ? "request not found" : "space left");
  }
});

Deno.test("tsetsen stream says that it is charged when its audio does not fit on the disk", async () => {
  await using table = await setUpShell();
  const { code, stderr } = await table.shell('"$0" "$@" stream "Сайн уу?" -o - > /dev/full');
  assertEquals([code, table.emulator.ledger.charges.length], [1, 1]);
  assertStringIncludes(stderr, "space left");
  assertStringIncludes(stderr, "It is charged.");
});

Deno.test("tsetsen say --method stream --json tells no credits, because the service does not tell them", async () => {
  await using desk = await setUp();
  const said = await desk.run(["say", "Сайн уу?", "-o", "x.wav", "--method", "stream", "--json"]);
  assertEquals([said.code, desk.emulator.ledger.charges.length], [0, 1]);
  const lines = jsonLines(said.stdout);
  assert(lines.length > 1);
  for (const { progress, ...result } of lines) {
    assertEquals((progress ?? result).creditsUsed, undefined);
  }
});
