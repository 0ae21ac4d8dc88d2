import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { installPackage } from "../hosts/pack.ts";
import { jobAudio, paid, paragraphs, texts } from "../narration/setup.ts";
import { concat } from "../support/hex.ts";
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
  // Node alone names the file behind a handle.
  await t.step("the order of a say is on the disk before anything is bought", async () => {
    await assertSynced([find("node", "TSETSEN_NODE"), bin]);
  });
  for (const [name, given] of Object.entries(programs)) {
    await t.step(name, async () => {
      await using desk = await setUp();
      const { emulator, run, start, path, write } = desk;
      await write("book.txt", TEXT);

      const listed = await run(["voices", "--json"], given);
      assertEquals([listed.code, jsonLines(listed.stdout)[0].voices.length], [0, 2]);
      const service = start(["emulate", "--port", "0", "--json"], given);
      await service.until("\n");
      const { port } = new URL(jsonLines(service.said())[0].url);
      const busy = await run(["emulate", "--port", port], given);
      assertEquals([busy.code, busy.stdout], [1, ""]);
      assertStringIncludes(busy.stderr, `Port ${port} of 127.0.0.1 is in use`);
      service.kill("SIGINT");
      assertEquals((await service.ended).code, 0);

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
        concat(...parts.slice(0, -1)),
      );

      // The reader of the audio leaves, and the disk is full.
      for (const end of ["| head -c 10 > head.wav", "> /dev/full"]) {
        const before = emulator.jobs.length;
        const line = `"$@" ${SAY.slice(0, 2).join(" ")} -o - ${SAY.slice(4).join(" ")} ${end}`;
        const program = ["bash", "-o", "pipefail", "-c", line, "bash", ...given.program];
        const left = await run([], { ...given, program });
        assertEquals(left.code, end.startsWith("|") ? 141 : 1, left.stderr);
        for (const { requestId } of emulator.jobs.slice(before)) {
          assertStringIncludes(left.stderr, `  ${requestId}  charged: yes`);
        }
      }
    });
  }
});

// The process of esbuild ends a little after stop().
const ESBUILD = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "main and run of ./cli, bundled with the program that imports them, run once",
  ESBUILD,
  async () => {
    await using sdk = await installPackage();
    await using desk = await setUp();
    const bundled = async (name: string, source: string) => {
      await Deno.writeTextFile(`${sdk.folder}/${name}.mjs`, source);
      const esbuild = await import("esbuild");
      try {
        await esbuild.build({
          entryPoints: [`${sdk.folder}/${name}.mjs`],
          outfile: `${sdk.folder}/${name}.bundle.mjs`,
          bundle: true,
          format: "esm",
          platform: "node",
          external: ["mediabunny", "@mediabunny/*"],
          // commander is CommonJS.
          banner: {
            js: 'import { createRequire as of } from "node:module"; const require = of("/");',
          },
          logLevel: "silent",
        });
      } finally {
        await esbuild.stop();
      }
      return [`${sdk.folder}/${name}.bundle.mjs`];
    };
    const command = await bundled(
      "command",
      'import { run } from "@tsetsen/sdk/cli"; await run();',
    );
    const library = await bundled(
      "library",
      `import { main } from "@tsetsen/sdk/cli";
    import { main as emulate } from "@tsetsen/sdk/emulator/cli";
    if (typeof emulate === "function") await main(["check", "Сайн уу?"]);`,
    );
    // Each has import.meta.main, which is true in every module of a bundle.
    for (const runtime of [[Deno.execPath(), "run", "-A"], [find("bun", "TSETSEN_BUN")]]) {
      const args = ["say", "Сайн уу?", "-o", "-"];
      const said = await desk.run(args, { program: [...runtime, ...command] });
      assertEquals([said.code, desk.emulator.ledger.charges.length], [0, 1], said.stderr);
      desk.emulator.reset();
      const { stdout, stderr } = await desk.run(args, { program: [...runtime, ...library] });
      assertEquals([stdout, stderr], ["No likely mistakes found.\n", ""]);
      assertEquals(desk.emulator.ledger.charges.length, 0);
    }
  },
);

// Notes the files and folders whose content a program orders onto the disk.
const NOTE_SYNCS = `
import { appendFileSync, readlinkSync } from "node:fs";
import { open } from "node:fs/promises";
const handle = await open("/dev/null");
const { sync } = Object.getPrototypeOf(handle);
Object.getPrototypeOf(handle).sync = async function () {
  await sync.call(this);
  appendFileSync(process.env.SYNCS, readlinkSync("/proc/self/fd/" + this.fd) + "\\n");
};
await handle.close();
`;

async function assertSynced(program: readonly string[]): Promise<void> {
  await using desk = await setUp();
  const { run, path, write } = desk;
  await write("note.mjs", NOTE_SYNCS);
  const env = { SYNCS: path("syncs"), NODE_OPTIONS: `--import=${path("note.mjs")}` };
  const ended = await run(["say", "Сайн уу?", ...SAY.slice(2)], { program, env });
  assertEquals(ended.code, 0, ended.stderr);
  const folder = await Deno.realPath(desk.folder);
  const synced = (await Deno.readTextFile(path("syncs"))).trim().split("\n").map((file) =>
    file.replace(folder, "").replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/, "ID")
  );
  const state = "/book.wav.tsetsen";
  const order = [
    "", // the folder's own name, in the folder above
    `${state}/lock.ID.new`,
    state,
    `${state}/lock.reserve`,
    `${state}/order.json.ID.new`,
    state,
  ];
  assertEquals(synced.slice(0, order.length), order);
}

/** A PATH on which a program comes first. */
function pathWith(program: string): string {
  return `${program.replace(/\/[^/]*$/, "")}:${Deno.env.get("PATH")}`;
}
