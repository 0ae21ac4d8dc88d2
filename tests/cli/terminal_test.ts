import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Fault, ManualClock } from "../../src/emulator/mod.ts";
import { paid, paragraphs, texts } from "../narration/setup.ts";
import { exists, holdAfter, setUp, stateOf, untilKnown } from "./setup.ts";
import { until } from "../support/until.ts";

const TEXT = paragraphs(12);
const VOICE = ["--voice", "emulator-v1-bold", "--speed", "20", "--poll-interval", "5"];
const SAY = ["say", "book.txt", "-o", "book.wav", ...VOICE];
const CTRL_C = "\x03";

// Colours, and the title of the window: what a hostile name would use.
const HOSTILE = "\x1b]0;pwned\x07\x1b[31mБолд\u009b2J\u202e";

Deno.test("tsetsen say in a terminal shows a bar, stops at Ctrl-C with 130, says how to resume, and resumes", async () => {
  await using desk = await setUp();
  const { emulator, start, path, write } = desk;
  await write("book.txt", TEXT);
  holdAfter(emulator, 3);
  const first = start(SAY, { terminal: true });
  await first.until(/█.* 3\/12 parts, \d+ credits, about/);
  await first.type(CTRL_C);
  const { code, stdout } = await first.ended;
  assertEquals(code, 130);
  assertStringIncludes(stdout, "Stopping. Ctrl-C again ends it at once.");
  assertMatch(stdout, /error:.* Stopped by Ctrl-C\./);
  assertMatch(stdout, /[3-6] of 12 parts are paid for, and kept in book\.wav\.tsetsen\./);
  assertStringIncludes(stdout, "To go on:  tsetsen resume book.wav.tsetsen\r\n");
  // What was on its way has its id: nothing is in doubt.
  const state = await stateOf(path("book.wav.tsetsen"));
  const known = state?.parts.filter(({ requestId }) => requestId).length;
  assertEquals(known, emulator.jobs.length);
  assertEquals(await exists(path("book.wav.tsetsen/lock")), false);
  const names = Array.from(Deno.readDirSync(desk.folder), ({ name }) => name).sort();
  assertEquals(names, ["book.txt", "book.wav.tsetsen"]);

  emulator.clearFaults();
  const second = await start(["resume", "book.wav.tsetsen"], { terminal: true }).ended;
  assertEquals(second.code, 0);
  assertMatch(second.stdout, /book\.wav: [\d.]+ s, .* credits\r\n$/);
  assertEquals(paid(emulator), texts(TEXT));
});

Deno.test("tsetsen say ends at once at a second Ctrl-C, while a submission that hangs keeps it", async () => {
  await using desk = await setUp();
  const { emulator, start, path, write } = desk;
  await write("book.txt", TEXT);
  emulator.addFault({
    kind: "hang",
    method: "GenerateSpeech",
    when: () => emulator.jobs.length === 2,
  });
  const process = start(SAY, { terminal: true });
  await until(
    () => emulator.requests.filter((r) => r.method === "GenerateSpeech").length === 3,
  );
  await process.type(CTRL_C);
  await process.until("Stopping.");
  await process.type(CTRL_C);
  assertEquals((await process.ended).code, 130);
  assertEquals((await stateOf(path("book.wav.tsetsen")))?.parts[2]?.status, "submitting");
});

Deno.test("tsetsen say stops at SIGTERM with 143, and keeps the id of the job that was just being submitted", async () => {
  await using desk = await setUp();
  const { emulator, start, run, path, write } = desk;
  await write("book.txt", TEXT);
  emulator.addFault({
    kind: "delay",
    delay: 700,
    charged: true,
    method: "GenerateSpeech",
    when: () => emulator.jobs.length === 3,
  });
  const process = start(SAY);
  await until(() => emulator.jobs.length === 4);
  process.kill("SIGTERM");
  const { code, stdout, stderr } = await process.ended;
  assertEquals([code, stdout], [143, ""]);
  assertStringIncludes(stderr, "Stopped by SIGTERM.");
  assertStringIncludes(stderr, "4 of 12 parts are paid for, and kept in book.wav.tsetsen.\n");
  assertStringIncludes(stderr, "To go on:  tsetsen resume book.wav.tsetsen\n");
  const fourth = (await stateOf(path("book.wav.tsetsen")))?.parts[3];
  assertEquals([fourth?.status, fourth?.requestId], ["submitted", emulator.jobs[3]?.requestId]);
  assertEquals((await run(["resume", "book.wav.tsetsen"])).code, 0);
  assertEquals(paid(emulator), texts(TEXT));
});

Deno.test("tsetsen say stops in order at SIGHUP with 129, by a signal and by a terminal that is closed", async () => {
  await using desk = await setUp();
  const { emulator, start, run, path, write } = desk;
  await write("book.txt", TEXT);
  holdAfter(emulator, 3);
  const first = start(SAY);
  await untilKnown(path("book.wav.tsetsen"), 6);
  first.kill("SIGHUP");
  const { code, stdout, stderr } = await first.ended;
  assertEquals([code, stdout], [129, ""]);
  assertStringIncludes(stderr, "Stopped because the terminal was closed (SIGHUP).");
  assertStringIncludes(stderr, "6 of 12 parts are paid for, and kept in book.wav.tsetsen.\n");
  assertEquals(await exists(path("book.wav.tsetsen/lock")), false);

  const second = start(["resume", "book.wav.tsetsen"], { terminal: true });
  await second.until(/█.* 3\/12 parts/);
  assert(await exists(path("book.wav.tsetsen/lock")));
  // The terminal's own process: nobody reads or writes it any more.
  second.kill("SIGKILL");
  await second.ended;
  await until(async () => !await exists(path("book.wav.tsetsen/lock")));
  const names = Array.from(Deno.readDirSync(desk.folder), ({ name }) => name).sort();
  assertEquals(names, ["book.txt", "book.wav.tsetsen"]);
  emulator.clearFaults();
  assertEquals((await run(["resume", "book.wav.tsetsen"])).code, 0);
  assertEquals(paid(emulator), texts(TEXT));
});

Deno.test("tsetsen stops at Ctrl-C while it waits for a job, and names the job", async () => {
  await using desk = await setUp({ queueTime: 60_000 });
  const { emulator, start } = desk;
  const said = start(["say", "Сайн уу?", "-o", "x.wav", ...VOICE]);
  await until(() => emulator.jobs.length === 1);
  said.kill("SIGTERM");
  await said.ended;
  const [{ requestId } = { requestId: "" }] = emulator.jobs;
  const process = start(["wait", requestId], { terminal: true });
  await process.until("PENDING, ");
  await process.type(CTRL_C);
  const { code, stdout } = await process.ended;
  assertEquals(code, 130);
  assertStringIncludes(stdout, `To go on:  tsetsen resume ${requestId} -o FILE.wav`);
});

Deno.test("tsetsen stops at Ctrl-C while it reads standard input and while it streams", async () => {
  // The stream gives its first chunk, and pauses until the test is over.
  await using desk = await setUp({ clock: new ManualClock(), streamPace: 200 });
  const { emulator, start, folder } = desk;
  const reading = start(["say", "-", "-o", "x.wav", ...VOICE], { terminal: true });
  await reading.until("end it with Ctrl-D on a line of its own.");
  await reading.type("Сайн");
  await reading.type(CTRL_C);
  assertEquals((await reading.ended).code, 130);

  const args = ["stream", paragraphs(4), "-o", "y.wav", "--voice", "emulator-v2-bold"];
  const streaming = start(args, { terminal: true });
  await streaming.until(/[\d.]+ s received/);
  await streaming.type(CTRL_C);
  const { code, stdout } = await streaming.ended;
  assertEquals(code, 130);
  assertStringIncludes(stdout, "It is charged.");
  await until(() => emulator.activeStreams === 0);
  // It is paid for, so what had come stays, and is named.
  const [kept = "", ...more] = Array.from(Deno.readDirSync(folder), ({ name }) => name);
  assertStringIncludes(stdout, `What had come is in ${kept}.`);
  assertEquals(more, []);
  assert((await Deno.readFile(`${folder}/${kept}`)).length > 44);
});

Deno.test("tsetsen say stops at Ctrl-C at each stage, keeps what is paid for, and pays for nothing after it", async (t) => {
  const stages: Record<string, readonly [fault: Fault, args: readonly string[], paid: number]> = {
    "while it asks for the voices": [
      { kind: "hang", method: "ListVoices" },
      ["say", "book.txt", "-o", "book.wav", "--speed", "20"],
      0,
    ],
    "while it asks for the balance": [
      { kind: "hang", method: "GetUserBalance" },
      [...SAY, "--min-balance", "1"],
      0,
    ],
    "while it waits for a rate limit": [
      {
        kind: "error",
        method: "GenerateSpeech",
        code: "RESOURCE_EXHAUSTED",
        trailers: { "retry-after": "600" },
        when: ({ message }) => `${message?.["text"]}`.includes("бол 3 "),
      },
      SAY,
      2,
    ],
    "while it waits for a job": [
      { kind: "hang", method: "CheckStatus", times: Infinity },
      [...SAY, "--concurrency", "2"],
      2,
    ],
    "while it fetches the audio": [
      { kind: "hang", method: "Audio", afterBytes: 100, times: Infinity },
      [...SAY, "--concurrency", "2"],
      2,
    ],
  };
  for (const [stage, [fault, args, count]] of Object.entries(stages)) {
    await t.step(stage, async () => {
      await using desk = await setUp();
      const { emulator, start, run, write, folder } = desk;
      await write("book.txt", TEXT);
      emulator.addFault(fault);
      const process = start(args, { terminal: true });
      const { method } = fault;
      await until(
        () =>
          emulator.jobs.length === count && emulator.requests.some((r) => r.method === method) &&
          (method !== "GenerateSpeech" || emulator.requests.at(-1)?.done === true),
      );
      if (method === "GenerateSpeech") {
        await process.until("2/12 parts, waiting 10 min 0 s for the rate limit");
      }
      const stopped = performance.now();
      await process.type(CTRL_C);
      const { code, stdout } = await process.ended;
      assertEquals(code, 130);
      // The shortest of these waits would last for 30 seconds.
      assert(performance.now() - stopped < 20_000);
      assertStringIncludes(stdout, "Stopped by Ctrl-C.");
      assertEquals(emulator.jobs.length, count);
      const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
      assertEquals(names, count === 0 ? ["book.txt"] : ["book.txt", "book.wav.tsetsen"]);
      if (count === 0) return;
      assertStringIncludes(stdout, "To go on:  tsetsen resume book.wav.tsetsen\r\n");
      emulator.clearFaults();
      assertEquals((await run(["resume", "book.wav.tsetsen"])).code, 0);
      assertEquals(paid(emulator), texts(TEXT));
    });
  }
});

Deno.test("tsetsen shows no bar, no colour and no notes to a pipe, and NO_COLOR takes the colours from a terminal", async () => {
  await using desk = await setUp();
  const { run, start } = desk;
  const piped = await run(["say", "Сайн уу?", "-o", "a.wav", "--speed", "20"]);
  assertEquals([piped.code, piped.stderr, piped.stdout.includes("\x1b")], [0, "", false]);
  const failed = await run(["status", "nothing"]);
  assertEquals([failed.code, failed.stderr.includes("\x1b")], [6, false]);

  const inColour = await start(["status", "nothing"], { terminal: true }).ended;
  assertStringIncludes(inColour.stdout, "\x1b[31merror:\x1b[39m");
  for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
    const plain = await start(["status", "nothing"], { terminal: true, env }).ended;
    assertEquals([plain.code, plain.stdout.includes("\x1b")], [6, false]);
  }
  const dumb = await start(["say", "Сайн уу?", "-o", "b.wav"], {
    terminal: true,
    env: { TERM: "dumb" },
  }).ended;
  assertEquals([dumb.code, dumb.stdout.includes("\x1b")], [0, false]);
  assertStringIncludes(dumb.stdout, "Voice: Сарнай (emulator-v1-sarnai)");
});

Deno.test("tsetsen passes no escape sequence of the service on, to a terminal or in JSON", async () => {
  await using desk = await setUp({
    voices: [{ id: "evil", name: HOSTILE, gender: "male", version: "beta-v0.1" }],
    failWhen: (text) => text.includes("унана") ? HOSTILE : undefined,
  });
  const { emulator, run, start, folder } = desk;
  const env = { NO_COLOR: "1" };
  const clean = (text: string) => {
    assertStringIncludes(text, "Болд");
    // deno-lint-ignore no-control-regex -- these are what must not be there
    assertEquals(text.replaceAll(/\r\n|\n/g, "").match(/[\x00-\x1f\x7f-\x9f\u202e]/g), null, text);
  };
  clean((await start(["voices"], { terminal: true, env }).ended).stdout);
  clean((await run(["voices"])).stdout);
  clean((await run(["voices", "--json"])).stdout);

  emulator.addFault({
    kind: "error",
    code: "INTERNAL",
    message: HOSTILE,
    method: "GetUserBalance",
    times: Infinity,
  });
  const failed = await start(["balance", "--retries", "0"], { terminal: true, env }).ended;
  assertEquals(failed.code, 12);
  clean(failed.stdout);
  clean((await run(["balance", "--retries", "0", "--json"])).stdout);

  const say = ["say", "Энэ унана.", "-o", "x.wav", ...VOICE.slice(2), "--voice", "evil"];
  const job = await start([...say, "--quiet"], { terminal: true, env }).ended;
  assertEquals(job.code, 7);
  clean(job.stdout);
  const [{ requestId } = { requestId: "" }] = emulator.jobs;
  clean((await run(["status", requestId])).stdout);
  assert(Array.from(Deno.readDirSync(folder)).length <= 1);
});

Deno.test("tsetsen sends no audio to a terminal, and asks for nothing then", async () => {
  await using desk = await setUp();
  const { emulator, start } = desk;
  for (const command of ["say", "stream"]) {
    const { code, stdout } = await start([command, "Сайн уу?", "-o", "-"], { terminal: true })
      .ended;
    assertEquals(code, 2);
    assertStringIncludes(stdout, "Audio does not go to a terminal");
  }
  assertEquals(emulator.requests.length, 0);
});
