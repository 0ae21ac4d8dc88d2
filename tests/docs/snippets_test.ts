import { assert, assertEquals } from "@std/assert";
import { startEmulator } from "../../src/emulator/mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";
import { fileOf } from "../checks/run_program.ts";
import { installPackage } from "../hosts/pack.ts";
import { find, type Runtime, RUNTIMES } from "../support/runtimes.ts";
import { documents, fileName, runsOn, type Snippet, snippetsOf } from "./snippets.ts";

const snippets = (await Promise.all((await documents()).map(snippetsOf))).flat();

const COMMANDS: Readonly<Record<Runtime, () => readonly string[]>> = {
  deno: () => [Deno.execPath(), "run", "-A", "--no-lock"],
  bun: () => [find("bun", "TSETSEN_BUN")],
  node: () => [find("node", "TSETSEN_NODE")],
};

/** Runs a program in `folder`, with an emulator that the environment alone names. */
async function run(runtime: Runtime, folder: string, args: readonly string[]) {
  await using emulator = await startEmulator({ queueTime: 0, pace: 0, streamPace: 0 });
  await using native = await serveGrpc(emulator);
  const [program = "", ...flags] = COMMANDS[runtime]();
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...flags, ...args],
    cwd: folder,
    env: {
      NO_COLOR: "1",
      TSETSEN_API_ENDPOINT: emulator.url,
      TSETSEN_API_KEY: emulator.apiKey,
      NATIVE_ENDPOINT: native.url,
    },
    stdin: "null",
    signal: AbortSignal.timeout(120_000),
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
    charges: emulator.ledger.charges.map(({ credits }) => credits),
  };
}

async function write(folder: string, some: readonly Snippet[]): Promise<string[]> {
  await Deno.mkdir(folder);
  for (const snippet of some) {
    await Deno.writeTextFile(`${folder}/${fileName(snippet)}`, snippet.code);
  }
  return some.map(fileName);
}

Deno.test("Snippets of the README and the guides compile under the repository's strict options", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--doc-only", ...await documents()],
    cwd: fileOf("."),
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  assert(snippets.length > 20);
});

Deno.test("Snippets of the README and the guides run unchanged on the installed package", async (t) => {
  await using sdk = await installPackage();
  for (const runtime of RUNTIMES) {
    await t.step(`${runtime}: all of them`, async () => {
      const folder = `${sdk.folder}/${runtime}`;
      const files = await write(folder, snippets.filter((snippet) => runsOn(snippet, runtime)));
      await Deno.copyFile(fileOf("tests/docs/run_all.mjs"), `${folder}/run_all.mjs`);
      const { code, stdout, stderr } = await run(runtime, folder, ["run_all.mjs", ...files]);
      const done = [...stdout.matchAll(/^done: (.*)$/gm)].map(([, file]) => file);
      assertEquals([code, done], [0, files], stderr);
    });
  }

  await t.step(
    "the README's ten lines do the same on each runtime, and end by themselves",
    async () => {
      const tenLines = snippets.find(({ place }) => place.startsWith("README.md:"))!;
      assertEquals(tenLines.code.trim().split("\n").length, 10);
      for (const runtime of RUNTIMES) {
        const folder = `${sdk.folder}/ten_lines_${runtime}`;
        await Deno.mkdir(folder);
        await Deno.writeTextFile(`${folder}/speak.mjs`, tenLines.code);
        const { code, stdout, stderr, charges } = await run(runtime, folder, ["speak.mjs"]);
        const wav = await Deno.readFile(`${folder}/speech.wav`).catch(() => new Uint8Array());
        const about = `${runtime}: ${stderr}`;
        assertEquals([code, stdout], [0, `speech.wav: ${wav.length} bytes\n`], about);
        assertEquals(charges, [[..."Сайн байна уу?"].length], about);
        assert(new TextDecoder("latin1").decode(wav.subarray(0, 12)).startsWith("RIFF"), about);
      }
    },
  );
});

Deno.test("The README's ten lines run on Deno with the checkout under links, as the README installs it", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(fileOf("deno.json")));
  const [tenLines] = await snippetsOf("README.md");
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/speak.mjs`, tenLines!.code);
    const imports = { "@tsetsen/sdk": `jsr:@tsetsen/sdk@${version}` };
    const config = JSON.stringify({ links: [fileOf(".")], imports });
    await Deno.writeTextFile(`${folder}/deno.json`, config);
    const { code, stdout, stderr, charges } = await run("deno", folder, ["speak.mjs"]);
    assertEquals([code, charges.length], [0, 1], stderr);
    assert(stdout.startsWith("speech.wav: "));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
