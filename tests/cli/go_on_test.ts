import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Fault } from "../../src/emulator/mod.ts";
import { paid, paragraphs, texts } from "../narration/setup.ts";
import { KEY } from "../support/rig.ts";
import { type Desk, type Ended, exists, MAIN, setUp } from "./setup.ts";
import { OTHER_AUDIO } from "../fixtures/not_pcm.ts";

const TEXT = paragraphs(4);
const SPEAK = ["--voice", "emulator-v1-bold", "--speed", "20", "--poll-interval", "5"];

/** The third part is refused, once: two are paid for. */
const REFUSAL: Fault = {
  kind: "error",
  code: "RESOURCE_EXHAUSTED",
  message: "insufficient credits",
  method: "GenerateSpeech",
  when: ({ message }) => `${message?.["text"]}`.includes("бол 3 "),
};

/** The line "To go on", run by a shell in which `tsetsen` is the command line. */
async function paste(desk: Desk, { stderr }: Ended): Promise<Ended> {
  const [, line = ""] = /^To go on: {2}(.*)$/m.exec(stderr) ?? [];
  assertMatch(line, /^tsetsen resume /, stderr);
  await Deno.mkdir(desk.path("bin"), { recursive: true });
  await desk.write(
    "bin/tsetsen",
    `#!/bin/sh\nexec "${Deno.execPath()}" run -A --no-check ${MAIN} "$@"\n`,
  );
  await Deno.chmod(desk.path("bin/tsetsen"), 0o755);
  const PATH = `${desk.path("bin")}:${Deno.env.get("PATH")}`;
  // The endpoint and the key come from the line, as the variables of the first command may be gone.
  const env = { PATH, TSETSEN_API_ENDPOINT: "", TSETSEN_API_KEY: "" };
  return await desk.run([], { program: ["sh", "-c", line], env });
}

Deno.test("tsetsen say's line to go on runs as it is pasted into a shell: service, key, files and quotes", async () => {
  await using desk = await setUp();
  const { emulator, run, path, write } = desk;
  await write("book.txt", TEXT);
  await Deno.mkdir(path("the writer's key"));
  await Deno.mkdir(path("out $HOME"));
  await write("the writer's key/key", KEY);
  await write("out $HOME/it's.wav", "an old version");
  emulator.addFault(REFUSAL);
  const files = ["-o", "out $HOME/it's.wav", "--srt", "out $HOME/it's.srt", "--force"];
  const elsewhere = ["--state", "-kept; exit 3"];
  const connection = [
    "--endpoint",
    emulator.url,
    "--insecure",
    "--api-key-file",
    "the writer's key/key",
  ];
  const env = { TSETSEN_API_ENDPOINT: "", TSETSEN_API_KEY: "" };
  const failed = await run(["say", "book.txt", ...files, ...elsewhere, ...SPEAK, ...connection], {
    env,
  });
  assertEquals(failed.code, 4, failed.stderr);
  assertStringIncludes(failed.stderr, "2 of 4 parts are paid for");
  const pasted = await paste(desk, failed);
  assertEquals(pasted.code, 0, pasted.stderr);
  assertEquals(paid(emulator), texts(TEXT, { captions: "sentence" }));
  const wav = await Deno.readFile(path("out $HOME/it's.wav"));
  assertEquals(new TextDecoder().decode(wav.subarray(0, 4)), "RIFF");
  assert(await exists(path("out $HOME/it's.srt")) && !await exists(path("-kept; exit 3")));
});

Deno.test("tsetsen resume's line to go on fetches a job with the same service and into the same file", async () => {
  await using desk = await setUp();
  const { emulator, run, path } = desk;
  assertEquals((await run(["say", "Сайн уу?", "-o", "first.wav", ...SPEAK])).code, 0);
  const [{ requestId } = { requestId: "" }] = emulator.jobs;
  await Deno.writeTextFile(path("key"), KEY);
  emulator.addFault({ kind: "error", code: "UNIMPLEMENTED", method: "CheckStatus" });
  const args = ["resume", requestId, "-o", "second's.wav", "--endpoint", emulator.url];
  const failed = await run([...args, "--api-key-file", "key"]);
  assertEquals(failed.code, 12, failed.stderr);
  const pasted = await paste(desk, failed);
  assertEquals(pasted.code, 0, pasted.stderr);
  assertEquals(await Deno.readFile(path("second's.wav")), await Deno.readFile(path("first.wav")));
});

Deno.test("tsetsen resume writes beside the folder only, unless the command line names the files", async (t) => {
  await using desk = await setUp();
  const { emulator, run, path, write } = desk;
  await write("book.txt", TEXT);
  await Deno.mkdir(path("elsewhere"));
  await write("elsewhere/precious", "mine");
  emulator.addFault(REFUSAL);
  const say = ["say", "book.txt", "-o", "book.wav", "--srt", "book.srt", ...SPEAK];
  assertEquals((await run(say)).code, 4);
  const file = "book.wav.tsetsen/order.json";
  const order = JSON.parse(await Deno.readTextFile(path(file)));
  const sent = emulator.requests.length;
  await Deno.symlink(path("elsewhere/precious"), path("link.wav"));

  const elsewhere = path("elsewhere/precious");
  const orders: Record<string, [order: object, flag: string]> = {
    "the audio elsewhere": [{ ...order, output: elsewhere }, "-o"],
    "captions elsewhere": [{ ...order, srt: elsewhere }, "--srt"],
    "other captions elsewhere": [{ ...order, vtt: elsewhere }, "--vtt"],
    "a way out by dots": [{ ...order, output: `${path("x")}/../elsewhere/precious` }, "-o"],
    "a link beside the folder": [{ ...order, output: path("link.wav") }, "-o"],
    "a file in the folder itself": [{ ...order, output: path("book.wav.tsetsen/x.wav") }, "-o"],
  };
  for (const [what, [changed, flag]] of Object.entries(orders)) {
    await t.step(what, async () => {
      await write(file, JSON.stringify(changed));
      const { code, stderr } = await run(["resume", "book.wav.tsetsen", "--force"]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, `give ${flag} FILE to say where to write.`);
    });
  }
  const broken: Record<string, unknown> = {
    "no JSON": "{",
    "a relative path": { ...order, output: "../precious" },
    "a text that is none": { ...order, request: { ...order.request, text: 5 } },
    "an unknown field": { ...order, hooks: ["rm"] },
    "an unknown field of the request": { ...order, request: { ...order.request, apiKey: KEY } },
    "a speed of 0": { ...order, request: { ...order.request, speed: 0 } },
    "a pause without end": { ...order, parts: { ...order.parts, pauses: { comma: 1e300 } } },
    "a part without a character": { ...order, parts: { ...order.parts, maxCharacters: 0 } },
    "another version": { ...order, format: 2 },
  };
  for (const [what, changed] of Object.entries(broken)) {
    await t.step(what, async () => {
      await write(file, typeof changed === "string" ? changed : JSON.stringify(changed));
      const { code, stderr } = await run(["resume", "book.wav.tsetsen", "--force"]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, "order.json is not what this version of tsetsen wrote.");
    });
  }
  assertEquals(emulator.requests.length, sent);
  assertEquals(await Deno.readTextFile(elsewhere), "mine");

  await write(file, JSON.stringify({ ...order, output: elsewhere, srt: elsewhere }));
  const named = ["-o", "here.wav", "--srt", "here.srt"];
  assertEquals((await run(["resume", "book.wav.tsetsen", ...named])).code, 0);
  assert(await exists(path("here.wav")) && await exists(path("here.srt")));
  assertEquals(await Deno.readTextFile(elsewhere), "mine");
  assertEquals(paid(emulator), texts(TEXT, { captions: "sentence" }));
});

Deno.test("tsetsen resume takes nothing that is no audio for audio, no AAC for a WAV, and leaves no file", async (t) => {
  await using desk = await setUp();
  const { emulator, run, path } = desk;
  await run(["say", "Сайн уу?", "-o", "first.wav", ...SPEAK]);
  const [{ requestId } = { requestId: "" }] = emulator.jobs;
  const utf8 = (text: string) => new TextEncoder().encode(text);
  const [aac] = OTHER_AUDIO["AAC in ADTS"]!;
  const bodies: Record<string, readonly [body: Uint8Array<ArrayBuffer>, type: string]> = {
    "nothing": [utf8(""), ""],
    "a page": [utf8("<!doctype html><title>Not found</title>"), ""],
    "a page with a byte order mark, called audio": [utf8("\ufeff<html>Алдаа</html>"), "audio/wav"],
    "JSON": [utf8('{"error":"түлхүүр буруу"}'), "application/json"],
    "nine bytes of text": [utf8("Not found"), "text/plain"],
    // As it is, it is audio: no WAV.
    "AAC": [aac, "audio/wav"],
  };
  for (const [what, [body, type]] of Object.entries(bodies)) {
    for (const output of what === "AAC" ? ["second.wav"] : ["second.wav", "second.aac", "-"]) {
      await t.step(`${what}, to ${output}`, async () => {
        emulator.addFault({
          kind: "http",
          method: "Audio",
          status: 200,
          body,
          headers: type === "" ? {} : { "content-type": type },
          times: 9,
        });
        const { code, bytes, stderr } = await run(["resume", requestId, "-o", output]);
        emulator.clearFaults();
        assertEquals([code, bytes.length], [12, 0], stderr);
        assertStringIncludes(stderr, "The job is paid for");
        if (what === "AAC") {
          assertStringIncludes(stderr, "The audio is aac: expected WAV or PCM.");
          assertStringIncludes(stderr, "--method stream gives PCM.");
          assertStringIncludes(stderr, `\`tsetsen resume ${requestId} -o FILE\` fetches the audio`);
        }
        assertStringIncludes(stderr, `To go on:  tsetsen resume ${requestId} -o ${output}\n`);
        if (output !== "-") assertEquals(await exists(path(output)), false);
      });
    }
  }
});

Deno.test("tsetsen say names what came in place of PCM, and the job whose audio it is", async () => {
  await using desk = await setUp();
  const { emulator, run, path } = desk;
  for (const [name, says] of [["AAC in ADTS", "AAC (ADTS)"], ["AMR", "AMR"], ["AU", "AU"]]) {
    const [body] = OTHER_AUDIO[name!]!;
    const headers = { "content-type": "audio/wav" };
    emulator.addFault({ kind: "http", method: "Audio", status: 200, body, headers, times: 9 });
    const output = `${name}.wav`;
    const { code, stderr } = await run(["say", "Сайн уу?", "-o", output, ...SPEAK]);
    assertEquals([code, await exists(path(output))], [12, false], stderr);
    const { requestId } = emulator.jobs.at(-1)!;
    assertStringIncludes(stderr, `The audio is ${says}: parts can be joined only as PCM`);
    assertStringIncludes(stderr, `\`tsetsen resume ${requestId} -o FILE\` fetches the audio`);
    const again = await run(["resume", requestId, "-o", `${name}.bin`]);
    emulator.clearFaults();
    assertEquals([again.code, await Deno.readFile(path(`${name}.bin`))], [0, body], again.stderr);
  }
});

Deno.test("tsetsen resume shows the name of a file that a folder gives without its escape sequences", async () => {
  await using desk = await setUp();
  const { emulator, run, path, write } = desk;
  emulator.addFault(REFUSAL);
  await write("book.txt", TEXT);
  assertEquals((await run(["say", "book.txt", "-o", "book.wav", ...SPEAK])).code, 4);
  const file = "book.wav.tsetsen/order.json";
  const order = JSON.parse(await Deno.readTextFile(path(file)));
  await write(file, JSON.stringify({ ...order, output: path("\x1b]0;pwned\x07.wav") }));
  emulator.clearFaults();
  const { code, stdout } = await run(["resume", "book.wav.tsetsen"]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "\ufffd]0;pwned\ufffd.wav: ");
});
