// Standard output that cannot be written: a reader that leaves, and a disk that is full.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { paragraphs } from "../narration/setup.ts";
import { until } from "../support/until.ts";
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

Deno.test("tsetsen stream and say --method stream say nothing when their reader leaves: there is no job to fetch", async () => {
  await using table = await setUpShell();
  for (const command of [SAY.replace("v1", "v2") + " --method stream", "stream book.txt -o -"]) {
    const { code, stderr } = await table.shell(`"$0" "$@" ${command} | head -c 10 > head.wav`);
    assertEquals([code, stderr], [141, ""], command);
  }
  await until(() => table.emulator.activeStreams === 0);
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

/** A file system of a size in kB, for one command line; without the right to mount there is none. */
const SMALL_DISK = [
  ...["unshare", "-rm", "bash", "-c"],
  'mount -t tmpfs -o size=$1k tmpfs "$2" && cd "$2" && cp ../book.txt . || exit 99; line=$3; shift 3; eval "$line"',
  "small",
];
const canMount = await new Deno.Command("unshare", {
  args: ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
}).output().then(({ success }) => success, () => false);

Deno.test({
  name: "tsetsen say keeps the id of every paid job when the disk is full, and pays each part once",
  ignore: !canMount,
  fn: async () => {
    const line = `"$@" ${SAY.replace("-o -", "-o book.wav")}`;
    const command = [Deno.execPath(), "run", "-A", "--no-check", MAIN];
    for (const size of [24, 32, 84, 88, 92, 96, 100, 300, 500]) {
      await using desk = await setUp();
      const { emulator } = desk;
      await desk.write("book.txt", TEXT);
      await Deno.mkdir(desk.path("disk"));
      const again =
        `${line}; first=$?; mount -o remount,size=10m "$PWD"; ${line}; echo "$first $?"`;
      const program = [...SMALL_DISK, `${size}`, desk.path("disk"), again, ...command];
      const { code, stdout, stderr } = await desk.run([], { program });
      assertEquals(code, 0, stderr);
      assert(stdout.endsWith("1 0\n"), `${size} kB: ${stdout}${stderr}`);
      const texts = emulator.jobs.map(({ text }) => text);
      assertEquals([texts.length, new Set(texts).size], [6, 6], `${size} kB`);
      // No message names a file that is gone.
      assert(!stderr.includes("What had come"), stderr);
    }
  },
});

Deno.test({
  name: "tsetsen stream says that it is charged when not one byte fits on the disk",
  ignore: !canMount,
  fn: async () => {
    await using table = await setUpShell();
    const { desk, emulator } = table;
    await Deno.mkdir(desk.path("disk"));
    const line = "\"$@\" stream 'Сайн уу?' -o x.wav; echo $?; ls";
    const command = [Deno.execPath(), "run", "-A", "--no-check", MAIN];
    const program = [...SMALL_DISK, "4", desk.path("disk"), line, ...command];
    const { stdout, stderr } = await desk.run([], { program });
    assertEquals([stdout, emulator.ledger.charges.length], ["1\nbook.txt\n", 1]);
    assertStringIncludes(stderr, "It is charged.");
  },
});

Deno.test("tsetsen say names a paid job whose id the folder of its state does not take", async () => {
  await using desk = await setUp();
  const { emulator, path, run } = desk;
  await desk.write("book.txt", TEXT);
  emulator.addFault({
    kind: "delay",
    method: "GenerateSpeech",
    delay: 0,
    when: () => {
      if (emulator.jobs.length < 1) return false;
      // The folder of the records is gone, and no other can be made.
      Deno.renameSync(path("book.wav.tsetsen/.parts"), path("moved"));
      Deno.writeTextFileSync(path("book.wav.tsetsen/.parts"), "");
      return true;
    },
  });
  const args = SAY.replace("-o -", "-o book.wav").split(" ");
  const people = await run(args);
  assertEquals([people.code, emulator.jobs.length], [1, 2]);
  assertStringIncludes(people.stderr, `  ${emulator.jobs[1]!.requestId}  charged: yes\n`);
  assertStringIncludes(people.stderr, "tsetsen resume ID -o FILE.wav");
});
