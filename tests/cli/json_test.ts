import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { checkText } from "../../src/text/mod.ts";
import { Client, VERSION } from "../../mod.ts";
import { grpcTransport } from "../../src/grpc/mod.ts";
import { jsonLines, setUp } from "./setup.ts";

const VOICE = ["--voice", "emulator-v1-bold"];

Deno.test("tsetsen --json prints lines of JSON, the last one the result, for every command", async () => {
  await using desk = await setUp();
  const { emulator, run, path } = desk;
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await run([...args, "--json"]);
    assertEquals([code, stderr], [0, ""], stdout);
    return jsonLines(stdout);
  };

  const [{ model, voices }] = await json("voices", "--model", "beta-v0.2", "--refresh");
  assertEquals([model, voices.length, voices[0].gender], ["beta-v0.2", 4, "FEMALE"]);
  assertEquals(emulator.requests.at(-1)?.message?.["skipCache"], true);

  const said = await json("say", "Нэг.\n\nХоёр.", "-o", "x.wav", "--vtt", "x.vtt", ...VOICE);
  const done = said.map(({ progress }) => progress?.partsDone);
  assertEquals([done[0], done.at(-2), done.at(-1)], [0, 2, undefined]);
  const { size } = await Deno.stat(path("x.wav"));
  assertEquals(said.at(-1), {
    output: `${await Deno.realPath(desk.folder)}/x.wav`,
    vtt: `${await Deno.realPath(desk.folder)}/x.vtt`,
    bytes: size,
    seconds: (size - 44) / 48_000,
    parts: 2,
    creditsUsed: 9,
  });

  const [streamed] = await json("stream", "Сайн уу?", "-o", "y.wav", "--voice", "emulator-v2-bold");
  const bytes = (await Deno.stat(path("y.wav"))).size;
  assertEquals(streamed, { output: "y.wav", bytes, seconds: (bytes - 44) / 48_000 });

  const [{ requestId } = { requestId: "" }] = emulator.jobs;
  const [status] = await json("status", requestId);
  assertEquals([status.status, status.metrics.creditsUsed], ["COMPLETED", 4]);
  const waited = await json("wait", requestId);
  assertEquals(waited.map(({ progress }) => progress?.status), ["COMPLETED", undefined]);
  assertEquals(waited.at(-1), status);

  const fetched = (await json("resume", requestId, "-o", "z.wav")).at(-1);
  const { format, output, bytes: length } = fetched;
  assertEquals([format, output, length], ["wav", "z.wav", (await Deno.stat(path("z.wav"))).size]);

  const [{ credits }] = await json("balance");
  assertEquals(credits, emulator.ledger.balance(emulator.apiKey));
  assertEquals(await json("check", "Сайн байна уу?"), [{ findings: [] }]);
});

Deno.test("tsetsen say --json prints to standard error when standard output is the audio", async () => {
  await using desk = await setUp();
  const { run } = desk;
  const { code, bytes, stderr } = await run(["say", "Нэг.", "-o", "-", "--json", ...VOICE]);
  const result = jsonLines(stderr).at(-1);
  assertEquals([code, result.output, result.bytes], [0, "-", bytes.length]);
  const failed = await run(["say", "Нэг.", "-o", "-", "--json", "--voice", "nobody"]);
  assertEquals([failed.code, failed.bytes.length], [6, 0]);
  assertEquals(jsonLines(failed.stderr).at(-1).error.code, "resource_not_found");
});

Deno.test("tsetsen resume --json goes on with a state", async () => {
  await using desk = await setUp();
  const { emulator, run } = desk;
  emulator.addFault({ kind: "http", status: 404, method: "Audio", times: Infinity });
  const failed = await run(["say", "Нэг.", "-o", "x.wav", "--json", ...VOICE]);
  const { error } = jsonLines(failed.stdout).at(-1);
  assertEquals([failed.code, error.exitCode], [6, 6]);
  assertEquals(error.resume, "tsetsen resume x.wav.tsetsen");
  assertStringIncludes(error.kept, "1 of 1 parts are paid for");
  emulator.clearFaults();
  const { code, stdout } = await run(["resume", "x.wav.tsetsen", "--json"]);
  assertEquals([code, jsonLines(stdout).at(-1).parts, emulator.jobs.length], [0, 1, 1]);
});

Deno.test("tsetsen check takes time that grows with the text, however many findings a line has", async () => {
  await using desk = await setUp();
  // What is linear takes a second; what looks through the line for each finding takes minutes.
  const [line, count] = ["Монгол хїн ".repeat(20_000), 20_000];
  const before = performance.now();
  const { stdout } = await desk.run(["check", "-", "--json"], { input: `Сайн.\n${line}` });
  const [{ findings }] = jsonLines(stdout);
  assertEquals(findings.length, count);
  const { line: last, column } = findings.at(-1);
  assertEquals([last, column], [2, 11 * (count - 1) + 8]);
  assert(performance.now() - before < 30_000);
});

Deno.test("tsetsen check tells place, kind and suggestion, and --repair prints the repaired text", async () => {
  await using desk = await setUp();
  const { emulator, run, write } = desk;
  const text = "Монгол улс.\nМонгол хїн 🎉, www.mn\n";
  await write("a.txt", text);
  const env = { TSETSEN_API_KEY: "" };
  const told = await run(["check", "a.txt", "--json"], { env });
  const [{ findings }] = jsonLines(told.stdout);
  assertEquals(told.code, 13);
  assertEquals(
    findings.map(({ kind }: { kind: string }) => kind),
    checkText(text).map(({ kind }) => kind),
  );
  assertEquals([findings[0].line, findings[0].column, findings[0].suggestion], [2, 8, "хүн"]);
  const shown = await run(["check", "a.txt"], { env });
  assertEquals(shown.code, 13);
  assertStringIncludes(shown.stdout, "2:8 ");

  const repaired = await run(["check", "a.txt", "--repair"], { env });
  assertEquals([repaired.code, repaired.stdout], [13, "Монгол улс.\nМонгол хүн , www.mn\n"]);
  assertStringIncludes(repaired.stderr, "1 finding left");
  const piped = await run(["check", "-", "--repair", "--quiet"], { env, input: "Монгол хїн" });
  assertEquals([piped.code, piped.stdout, piped.stderr], [0, "Монгол хүн\n", ""]);
  assertEquals(emulator.requests.length, 0);
});

Deno.test("tsetsen emulate serves the other commands until Ctrl-C, and takes the emulator's options", async () => {
  await using desk = await setUp();
  const { run, start } = desk;
  const key = "tsetsen-development-mine";
  const service = start(["emulate", "--port", "0", "--key", key, "--credits", "77", "--json"]);
  await service.until("\n");
  const [{ url, apiKey, credits }] = jsonLines(service.said());
  assertEquals([apiKey, credits], [key, 77]);
  const env = { TSETSEN_API_KEY: key, TSETSEN_API_ENDPOINT: url };
  assertEquals((await run(["balance"], { env })).stdout, "77 credits\n");
  service.kill("SIGINT");
  assertEquals((await service.ended).code, 0);

  const own = start(["emulate", "--port", "0", "--grpc"]);
  await own.until("Ctrl-C stops it.");
  const exports = [...own.said().matchAll(/^ {2}export (\w+)=(\S+)$/gm)];
  const named = Object.fromEntries(exports.map(([, name, value]) => [name, value]));
  assertEquals(Object.keys(named), ["TSETSEN_API_ENDPOINT", "TSETSEN_API_KEY"]);
  assertEquals((await run(["balance"], { env: named })).stdout, "100,000 credits\n");
  const [, grpcUrl = ""] = /^Native gRPC is on (\S+):/m.exec(own.said()) ?? [];
  const transport = grpcTransport({ endpoint: grpcUrl, secure: false });
  using client = new Client({ apiKey: named["TSETSEN_API_KEY"], transport });
  assertEquals(await client.getUserBalance(), { credits: 100_000 });

  const { port } = new URL(named["TSETSEN_API_ENDPOINT"] ?? "");
  const busy: [args: string[], says: string][] = [
    [["--port", port], `error: Port ${port} of 127.0.0.1 is in use: give another with --port, or`],
    [
      ["--port", "0", "--grpc-port", port],
      `error: Port ${port} of 127.0.0.1 is in use: give another with --grpc-port, or`,
    ],
    [
      ["--port", "0", "--hostname", "tsetsen.invalid"],
      "error: tsetsen.invalid is no address of this machine: give another with --hostname.",
    ],
  ];
  for (const [args, says] of busy) {
    const { code, stdout, stderr } = await run(["emulate", ...args]);
    assertEquals([code, stdout, stderr.trimEnd().split("\n").length], [1, "", 1], stderr);
    assertStringIncludes(stderr, says);
  }
  own.kill("SIGTERM");
  assertEquals((await own.ended).code, 0);

  const wrong = await run(["emulate", "--volume", "11", "--json"]);
  assertEquals([wrong.code, jsonLines(wrong.stdout)[0].error.code], [2, "usage"]);
  const help = await run(["emulate", "--help"]);
  assertEquals([help.code, help.stdout.startsWith("Usage: tsetsen emulate [options]")], [0, true]);
  assertStringIncludes(help.stdout, "--max-stream-seconds <number>");
});

Deno.test("tsetsen has a help with an example for each command, and tells its version", async () => {
  await using desk = await setUp();
  const { run } = desk;
  const help = (await run(["--help"])).stdout;
  for (const line of help.split("\n")) assert([...line].length <= 80, line);
  for (
    const name of [
      "say",
      "stream",
      "voices",
      "status",
      "wait",
      "resume",
      "balance",
      "check",
      "doctor",
      "emulate",
    ]
  ) {
    assertStringIncludes(help, `\n  ${name} `);
    const { code, stdout } = await run(["help", name]);
    assertEquals(code, 0);
    assert(stdout.includes(`  $ tsetsen ${name} `) && stdout.includes("--json"), name);
    assertEquals((await run([name, "--help"])).stdout, stdout);
    for (const line of stdout.split("\n")) assert([...line].length <= 80, line);
  }
  assertEquals((await run(["--version"])).stdout, `${VERSION}\n`);
});
