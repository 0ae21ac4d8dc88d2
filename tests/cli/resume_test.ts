import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { jobAudio, paid, paragraphs, texts, UDHR } from "../narration/setup.ts";
import { assertSpoken, FILES, SPEED } from "./proof.ts";
import { type Desk, exists, holdAfter, setUp, stateOf, untilKnown } from "./setup.ts";
import { until } from "../support/until.ts";
import { concat } from "../support/hex.ts";

const TEXT = paragraphs(12);
const VOICE = ["--voice", "emulator-v1-bold", "--speed", "20", "--poll-interval", "5"];
const SAY = ["say", "book.txt", "-o", "book.wav", "--srt", "book.srt", ...VOICE];
const RESUME = ["resume", "book.wav.tsetsen", "--poll-interval", "5"];

/** What must be true in the end, whatever happened on the way. */
async function assertWhole({ emulator, path, folder }: Desk): Promise<void> {
  const audio = await jobAudio(emulator, emulator.url);
  // 800 ms after each paragraph but the last, at speed 20.
  const pause = new Uint8Array(800 / 20 * 48);
  const parts = audio.flatMap((part, i) => i < audio.length - 1 ? [part, pause] : [part]);
  assertEquals((await Deno.readFile(path("book.wav"))).subarray(44), concat(...parts));
  // At twenty times the speed some sentences share a caption.
  const srt = await Deno.readTextFile(path("book.srt"));
  assertEquals(srt.match(/дүгээр\s+хэсэг\./g)?.length, 12);
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  assertEquals(names, ["book.srt", "book.txt", "book.wav"]);
}

Deno.test("tsetsen resume goes on after a SIGKILL, and each part is paid once", async () => {
  await using desk = await setUp();
  const { emulator, run, start, path, write } = desk;
  await write("book.txt", TEXT);
  holdAfter(emulator, 3);
  const process = start(SAY);
  const known = await untilKnown(path("book.wav.tsetsen"), 6);
  process.kill("SIGKILL");
  await process.ended;
  const statuses = known.parts.map(({ status }) => status);
  assertEquals(statuses.slice(0, 7), [
    ...["done", "done", "done"],
    ...["submitted", "submitted", "submitted"],
    "pending",
  ]);
  assertEquals((await stateOf(path("book.wav.tsetsen")))?.parts, known.parts);
  assertEquals(emulator.jobs.length, 6);
  assertEquals(await exists(path("book.wav")), false);

  emulator.clearFaults();
  // The text that was begun is what is finished, whatever became of its file.
  await write("book.txt", "Өөр зүйл.");
  const { code, stdout } = await run(RESUME);
  assertEquals([code, paid(emulator)], [0, texts(TEXT, { captions: "sentence" })]);
  assertMatch(stdout, /book\.wav, .*book\.srt: .+ credits/);
  await assertWhole(desk);
});

Deno.test("tsetsen say, killed in the middle of 10,900 characters and resumed, is exact to the sample, and each part is paid once", async () => {
  await using desk = await setUp();
  const { emulator, run, start, path, write } = desk;
  await write("udhr.txt", UDHR);
  const voice = ["--voice", "emulator-v1-bold", "--speed", `${SPEED}`, "--poll-interval", "2"];
  holdAfter(emulator, 60);
  const process = start(["say", "udhr.txt", ...FILES, ...voice]);
  await untilKnown(path("out.wav.tsetsen"), 63);
  // The WAV is on its way, and so are three jobs.
  const names = Array.from(Deno.readDirSync(desk.folder), ({ name }) => name);
  assertEquals(names.filter((name) => /^out\.wav\..+\.part$/.test(name)).length, 1);
  process.kill("SIGKILL");
  await process.ended;
  const parts = texts(UDHR, { captions: "sentence", speed: SPEED });
  assertEquals(paid(emulator), parts.slice(0, 63));
  for (const name of ["out.wav", "out.srt", "out.vtt"]) {
    assertEquals(await exists(path(name)), false, name);
  }

  emulator.clearFaults();
  assertEquals((await run(["resume", "out.wav", "--poll-interval", "2"])).code, 0);
  await assertSpoken(desk);
  assertEquals(
    emulator.requests.filter(({ method }) => method === "GenerateSpeech").length,
    parts.length,
  );
  const left = Array.from(Deno.readDirSync(desk.folder), ({ name }) => name).sort();
  assertEquals(left, ["out.srt", "out.vtt", "out.wav", "udhr.txt"]);
});

Deno.test("tsetsen say, the same command again, goes on after a SIGKILL", async () => {
  await using desk = await setUp();
  const { emulator, run, start, path, write } = desk;
  await write("book.txt", TEXT);
  holdAfter(emulator, 3);
  const process = start(SAY);
  await untilKnown(path("book.wav.tsetsen"), 6);
  process.kill("SIGKILL");
  await process.ended;
  emulator.clearFaults();

  // Another text is not what was begun.
  await write("other.txt", paragraphs(3));
  const sent = emulator.requests.length;
  const other = await run(["say", "other.txt", ...SAY.slice(2)]);
  assertEquals([other.code, emulator.requests.length], [2, sent]);
  assertStringIncludes(other.stderr, "tsetsen resume book.wav.tsetsen");

  assertEquals((await run(SAY)).code, 0);
  assertEquals(paid(emulator), texts(TEXT, { captions: "sentence" }));
  await Deno.remove(path("other.txt"));
  await assertWhole(desk);
});

Deno.test("tsetsen resume does not repeat a submission whose outcome is not known, unless told so", async () => {
  await using desk = await setUp();
  const { emulator, run, start, path, write } = desk;
  await write("book.txt", TEXT);
  const third = texts(TEXT)[2];
  const when = ({ message }: { message?: Readonly<Record<string, unknown>> | undefined }) =>
    message?.["text"] === third;
  emulator.addFault({ kind: "hang", charged: true, method: "GenerateSpeech", when });
  const process = start(SAY);
  await until(() => emulator.jobs.length === 3);
  process.kill("SIGKILL");
  await process.ended;
  assertEquals((await stateOf(path("book.wav.tsetsen")))?.parts[2]?.status, "submitting");

  const sent = emulator.requests.length;
  const refused = await run(RESUME);
  assertEquals([refused.code, emulator.requests.length], [8, sent]);
  assertStringIncludes(refused.stderr, "--retry-unknown submits it again. Nothing was sent.");
  assertStringIncludes(refused.stderr, "tsetsen balance");
  assertEquals((await run([...RESUME, "--retry-unknown"])).code, 0);
  assertEquals(paid(emulator).sort(), [...texts(TEXT), third].sort());
});

Deno.test("tsetsen say keeps what is paid for after a failure, and says how to go on", async () => {
  await using desk = await setUp();
  const { emulator, run, path, write } = desk;
  await write("book.txt", TEXT);
  let jobs = 0;
  emulator.addFault({
    kind: "error",
    code: "RESOURCE_EXHAUSTED",
    message: "insufficient credits",
    method: "GenerateSpeech",
    when: () => ++jobs > 4,
  });
  const failed = await run(SAY);
  assertEquals([failed.code, failed.stdout], [4, ""]);
  assertStringIncludes(failed.stderr, "error: insufficient_credits:");
  assertStringIncludes(failed.stderr, "4 of 12 parts are paid for, and kept in book.wav.tsetsen.");
  assertStringIncludes(failed.stderr, "To go on:  tsetsen resume book.wav.tsetsen\n");
  assertEquals(emulator.jobs.length, 4);
  const order = await Deno.readTextFile(path("book.wav.tsetsen/order.json"));
  assertEquals(order.includes("tsetsen-development"), false);
  assertEquals((await Deno.stat(path("book.wav.tsetsen/order.json"))).mode! & 0o777, 0o600);

  assertEquals((await run(RESUME)).code, 0);
  assertEquals(paid(emulator), texts(TEXT));
  await assertWhole(desk);
});

Deno.test("tsetsen say removes what a process left that was killed while it wrote the order", async () => {
  await using desk = await setUp();
  const { run, path, write } = desk;
  await write("book.txt", TEXT);
  await Deno.mkdir(path("book.wav.tsetsen"));
  await write(`book.wav.tsetsen/order.json.${crypto.randomUUID()}.new`, '{"format":1');
  const { code, stderr } = await run(SAY);
  assertEquals(code, 0, stderr);
  await assertWhole(desk);
});

Deno.test("tsetsen say leaves nothing behind when nothing was bought", async () => {
  await using desk = await setUp();
  const { emulator, run, folder, write } = desk;
  await write("book.txt", TEXT);
  emulator.addFault({ kind: "error", code: "UNAUTHENTICATED", method: "GenerateSpeech" });
  const { code, stderr } = await run(SAY);
  assertEquals([code, stderr.includes("resume")], [3, false]);
  assertEquals((await run(SAY, { env: { TSETSEN_API_KEY: "no key" } })).code, 3);
  assertEquals(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["book.txt"]);
});

Deno.test("tsetsen resume keeps what is paid for when it fails before it begins", async () => {
  await using desk = await setUp();
  const { emulator, run, write } = desk;
  await write("book.txt", TEXT);
  let jobs = 0;
  const when = () => ++jobs > 4;
  emulator.addFault({ kind: "error", code: "INTERNAL", method: "GenerateSpeech", when });
  assertEquals((await run(SAY)).code, 8);
  const refused = await run(RESUME, { env: { TSETSEN_API_KEY: "" } });
  assertEquals(refused.code, 3);
  assertStringIncludes(
    refused.stderr,
    "To go on:  tsetsen resume book.wav.tsetsen --retry-unknown",
  );
  assertEquals((await run([...RESUME, "--retry-unknown"])).code, 0);
  assertEquals(paid(emulator), texts(TEXT));
});

Deno.test("tsetsen resume refuses while another process works on the same narration, and after its end does not", async () => {
  await using desk = await setUp();
  const { emulator, run, start, path, write } = desk;
  await write("book.txt", TEXT);
  holdAfter(emulator, 3);
  const process = start(SAY);
  await untilKnown(path("book.wav.tsetsen"), 6);
  const refused = await run(RESUME);
  assertEquals(refused.code, 2);
  assertMatch(
    refused.stderr,
    /Process \d+.* holds the lock of this narration\..*delete book\.wav\.tsetsen\/lock, and run/,
  );
  process.kill("SIGKILL");
  await process.ended;
  assertEquals(await exists(path("book.wav.tsetsen/lock")), true);
  emulator.clearFaults();
  assertEquals((await run(RESUME)).code, 0);
  assertEquals(paid(emulator), texts(TEXT));
  await assertWhole(desk);
});

Deno.test("tsetsen resume fetches the audio of a job by its id", async () => {
  await using desk = await setUp();
  const { emulator, run, path } = desk;
  await run(["say", "Сайн уу?", "-o", "first.wav", ...VOICE]);
  const [{ requestId } = { requestId: "" }] = emulator.jobs;
  const ended = await run(["resume", requestId, "-o", "again.wav"]);
  assertEquals([ended.code, emulator.jobs.length], [0, 1]);
  assertEquals(await Deno.readFile(path("again.wav")), await Deno.readFile(path("first.wav")));
  assertEquals(
    (await run(["resume", requestId, "-o", "-"])).bytes,
    await Deno.readFile(path("first.wav")),
  );

  // Bare samples become a WAV.
  const length = (await Deno.stat(path("first.wav"))).size - 44;
  const body = new Uint8Array(length).map((_, i) => i % 7);
  const headers = { "content-type": "application/octet-stream" };
  emulator.addFault({ kind: "http", method: "Audio", status: 200, body, headers });
  const pcm = await run(["resume", requestId, "-o", "pcm.wav"]);
  assertEquals([pcm.code, pcm.stderr], [0, ""]);
  const wav = await Deno.readFile(path("pcm.wav"));
  assertEquals([wav.subarray(44), wav.length], [body, 44 + length]);

  const mistyped = await run(["resume", "nobody.wav.tsetsen"]);
  assertEquals(mistyped.code, 2);
  assertStringIncludes(mistyped.stderr, "There is no folder nobody.wav.tsetsen");
  for (const finished of ["first.wav", "first.wav.tsetsen"]) {
    const { code, stderr } = await run(["resume", finished]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "first.wav exists without a state of a narration next to it");
  }
  assertEquals((await run(["resume", requestId])).code, 2);
});

Deno.test("tsetsen say refuses a folder for its state that holds other files, and removes none", async () => {
  await using desk = await setUp();
  const { run, path, write } = desk;
  await Deno.mkdir(path("notes"));
  await write("notes/mine.txt", "mine");
  const args = ["say", "Сайн уу?", "-o", "x.wav", ...VOICE];
  const refused = await run([...args, "--state", "notes"]);
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, "notes holds other files");
  assertEquals((await run([...args, "--state", "kept"])).code, 0);
  assert(await exists(path("notes/mine.txt")) && !await exists(path("kept")));
});
