// The npm package beside the encoders from npm, on each runtime that has files.

import { assertEquals, assertMatch } from "@std/assert";
import { startEmulator } from "../../src/emulator/mod.ts";
import { must, project, ROOT } from "../package/lab.ts";
import { PACKAGES } from "./support.ts";
import { find } from "../support/runtimes.ts";

const PROGRAM = `
import { Client } from "@tsetsen/sdk";
import { saveAudio } from "@tsetsen/sdk/file";
import { readFileSync } from "node:fs";
const [endpoint, apiKey] = process.argv.slice(2);
const client = new Client({ endpoint, apiKey, secure: false });
const said = [];
for (const format of ["mp3", "flac", "aac"]) {
  const path = import.meta.url.replace(/[^/]*$/, process.pid + "." + format);
  const speech = client.streamSpeech({ text: "Сайн уу?", voiceId: "emulator-v2-bold" });
  try {
    await saveAudio(new URL(path), speech);
    said.push(format + " " + readFileSync(new URL(path)).length);
  } catch (error) {
    said.push(format + " " + error.code + " " + error.charged);
    if (error.code === "encoder_missing") said.push(/npm install mediabunny@\\S+ @mediabunny\\S+/.exec(error.message)[0]);
  }
}
console.log(said.join("\\n"));
client.close();
`;

const COMMANDS: Readonly<Record<string, () => string[]>> = {
  deno: () => [Deno.execPath(), "run", "-A"],
  node: () => [find("node", "TSETSEN_NODE")],
  bun: () => [find("bun", "TSETSEN_BUN")],
};

async function run(
  versions: Readonly<Record<string, string>>,
  expected: Readonly<Record<string, readonly string[]>>,
) {
  await using lab = await project(versions);
  const file = `${lab.folder}/program.mjs`;
  await Deno.writeTextFile(file, `import process from "node:process";${PROGRAM}`);
  for (const [runtime, lines] of Object.entries(expected)) {
    await using emulator = await startEmulator();
    const command = [...COMMANDS[runtime]!(), file, emulator.url, emulator.apiKey];
    const said = (await must(command, lab.folder)).trim().split("\n");
    assertEquals(said, lines, runtime);
    // What cannot be encoded is not bought.
    const saved = lines.filter((line) => /^\w+ \d+$/.test(line)).length;
    assertEquals(emulator.ledger.charges.length, saved, runtime);
  }
}

Deno.test("saveAudio says which packages are missing on Deno, Node and Bun, and buys nothing", async () => {
  const versions = { mp3: "1.61", flac: "1.58", aac: "1.59" };
  const lines = Object.entries(versions).flatMap(([format, version]) => [
    `${format} encoder_missing no`,
    `npm install mediabunny@1.61 @mediabunny/${format}-encoder@${version}`,
  ]);
  await run({}, { deno: lines, node: lines, bun: lines });
});

Deno.test("saveAudio encodes MP3, FLAC and AAC on Deno and Node, and MP3 on Bun, with the packages of npm", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const versions = PACKAGES.map((name) => [name, imports[name].replace(/^npm:.*@/, "")]);
  const all = ["mp3 7488", "flac 4300", "aac 4222"];
  await run(Object.fromEntries(versions), {
    deno: all,
    node: all,
    bun: [all[0]!, "flac encoder_failed no", "aac encoder_failed no"],
  });
});

Deno.test("The program of docs/encode.md runs with what its guide installs, on Node, Bun and Deno", async () => {
  const guide = await Deno.readTextFile(`${ROOT}docs/encode.md`);
  const [, packages = ""] = /npm install \.\/sdk\.tgz (.*?) {2,}#/.exec(guide) ?? [];
  const versions = packages.split(" ").map((name) => /^(.+)@([\d.]+)$/.exec(name)!.slice(1));
  const [, program = ""] = /<!-- program: .* -->\s*```js\n([\s\S]*?)```/.exec(guide) ?? [];
  await using lab = await project(Object.fromEntries(versions));
  await Deno.writeTextFile(`${lab.folder}/book.mjs`, program);
  for (const command of Object.values(COMMANDS)) {
    await using emulator = await startEmulator({ queueTime: 0, pace: 0 });
    const env = { TSETSEN_API_KEY: emulator.apiKey, TSETSEN_API_ENDPOINT: emulator.url };
    const said = await must([...command(), "book.mjs"], lab.folder, env);
    assertMatch(said, /^book\.mp3: \d{5,} bytes, \d+\.\d s\n$/);
    assertEquals(emulator.ledger.charges.length, 4);
    const head = (await Deno.readFile(`${lab.folder}/book.mp3`)).subarray(0, 400);
    assertEquals(new TextDecoder("latin1").decode(head).match(/CHAP/g)?.length, 2);
  }
});
