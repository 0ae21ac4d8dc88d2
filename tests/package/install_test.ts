// Installing the package: without a warning on every Node that it names, by npm and by the strictest of the others; by
// require() as by import; and without what only native gRPC needs.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { MANIFEST } from "../../.ci/manifest.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { INSTALL_COMMAND } from "../../src/grpc/connect_node.ts";
import { find } from "../support/runtimes.ts";
import { must, node, packed, project, ROOT, run, tools } from "./lab.ts";

const SUBPATHS = Object.keys(JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`)).exports)
  .map((name) => `@tsetsen/sdk${name.slice(1)}`)
  // Programs: they run when they are loaded.
  .filter((name) => name !== "@tsetsen/sdk/emulator/cli");

/** The oldest Node 20 that has require() of modules without a flag, and the two after it. */
const NODES = ["20.19.0", "22.23.3", "24.21.0"];

async function emptyProject(): Promise<string> {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true, "license": "MIT" }');
  return folder;
}

Deno.test("The package installs by npm without a warning, engine-strict included", async () => {
  const folder = await emptyProject();
  try {
    const options = ["--engine-strict", "--no-package-lock", "--no-audit", "--no-fund"];
    const { code, stderr } = await run(["npm", "install", ...options, await packed()], folder);
    assertEquals([stderr, code], ["", 0]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("The package installs by Yarn 1, which refuses a package for another Node", async () => {
  const folder = await emptyProject();
  try {
    const yarn = `${await tools("yarn", { yarn: "1.22.22" })}/node_modules/yarn/bin/yarn.js`;
    const registry = (await must(["npm", "config", "get", "registry"], folder)).trim();
    const options = ["--no-lockfile", "--non-interactive", "--registry", registry];
    const cache = ["--cache-folder", `${folder}/cache`];
    const command = [find("node", "TSETSEN_NODE"), yarn, "add", ...options, ...cache];
    const { code, stderr } = await run([...command, `file:${await packed()}`], folder);
    assertEquals([stderr.match(/^(warning|error).*/gm), code], [null, 0]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("saveAudio and tsetsen say keep what they buy in Yarn 4's Plug'n'Play, whose file handles cannot sync", async () => {
  await using emulator = await startEmulator({ queueTime: 0, pace: 0 });
  const folder = await Deno.makeTempDir();
  try {
    const version = "4.18.1";
    const cli = { "@yarnpkg/cli-dist": version };
    const yarn = `${await tools("yarn-4", cli)}/node_modules/@yarnpkg/cli-dist/bin/yarn.js`;
    const registry = (await must(["npm", "config", "get", "registry"], folder)).trim();
    const settings = { enableGlobalCache: false, enableTelemetry: false, nodeLinker: "pnp" };
    await Deno.writeTextFile(
      `${folder}/.yarnrc.yml`,
      JSON.stringify({ ...settings, npmRegistryServer: registry }),
    );
    await Deno.writeTextFile(`${folder}/yarn.lock`, "");
    const dependencies = { "@tsetsen/sdk": `file:${await packed()}` };
    const manifest = { private: true, type: "module", dependencies };
    await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify(manifest));
    await Deno.writeTextFile(
      `${folder}/save.mjs`,
      `import { Client } from "@tsetsen/sdk";
      import { saveAudio } from "@tsetsen/sdk/file";
      const client = new Client();
      const request = { text: "Сайн уу?", voiceId: "emulator-v2-bold" };
      await saveAudio("saved.wav", client.streamSpeech(request));
      client.close();`,
    );
    const env = { TSETSEN_API_ENDPOINT: emulator.url, TSETSEN_API_KEY: emulator.apiKey };
    const command = [find("node", "TSETSEN_NODE"), yarn];
    await must([...command, "install", "--no-immutable"], folder);
    await must([...command, "node", "save.mjs"], folder, env);
    await must([...command, "tsetsen", "say", "Сайн уу?", "-o", "said.wav"], folder, env);
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assertEquals(files.filter((name) => /wav/.test(name)).sort(), ["said.wav", "saved.wav"]);
    assertEquals(emulator.ledger.charges.length, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("No package that is installed with it asks for a newer Node than it does", async () => {
  await using lab = await project();
  const lowest = /^>=(\d+)\.(\d+)$/.exec(MANIFEST.engines.node)!.slice(1).map(Number);
  const modules = `${lab.folder}/node_modules`;
  for await (const path of manifests(modules)) {
    const { name, engines } = JSON.parse(await Deno.readTextFile(path));
    const asked = /^>=\s*(\d+)(?:\.(\d+))?/.exec(engines?.node ?? ">=0") ?? [];
    const [major = 0, minor = 0] = asked.slice(1).map((part) => Number(part ?? 0));
    assert(
      major < lowest[0]! || (major === lowest[0] && minor <= lowest[1]!),
      `${name} ${engines?.node}`,
    );
  }
});

async function* manifests(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory || name.startsWith(".")) continue;
    if (name.startsWith("@")) yield* manifests(`${folder}/${name}`);
    else yield `${folder}/${name}/package.json`;
  }
}

Deno.test("Every subpath loads by require(), on Node 20, 22 and 24", async () => {
  await using lab = await project();
  await Deno.copyFile(`${ROOT}tests/package/programs/require.cjs`, `${lab.folder}/require.cjs`);
  for (const version of NODES) {
    const program = [await node(version), "require.cjs", ...SUBPATHS];
    const { stdout, stderr, code } = await run(program, lab.folder);
    assertEquals([stdout, stderr, code], [`v${version} true\n`, "", 0]);
  }
});

Deno.test("grpcTransport names the command that installs connect-node where it is missing", async () => {
  await using lab = await project();
  const program = `
    import { Client } from "@tsetsen/sdk";
    import { grpcTransport } from "@tsetsen/sdk/grpc";
    const transport = grpcTransport({ endpoint: "http://127.0.0.1:9" });
    const client = new Client({ transport, apiKey: "tsetsen-development-emulator" });
    const error = await client.generateSpeech({ text: "а", voiceId: "v" }).catch((error) => error);
    console.log(JSON.stringify([error.name, error.charged, error.message]));
  `;
  await Deno.writeTextFile(`${lab.folder}/missing.mjs`, program);
  for (const runtime of ["node", "bun"] as const) {
    const command = [find(runtime, `TSETSEN_${runtime.toUpperCase()}`), "missing.mjs"];
    const [name, charged, message] = JSON.parse(await must(command, lab.folder));
    assertEquals([name, charged], ["TsetsenError", "no"]);
    assertMatch(message, new RegExp(`${INSTALL_COMMAND.replaceAll(".", "\\.")}$`));
  }
});

Deno.test("An error class of the package costs at most 2,100 bytes in a bundle", async () => {
  await using lab = await project();
  const file = `${lab.folder}/one.js`;
  await Deno.writeTextFile(file, 'export { TimeoutError } from "@tsetsen/sdk";');
  const esbuild = await import("esbuild");
  try {
    const { outputFiles: [output] } = await esbuild.build({
      entryPoints: [file],
      bundle: true,
      minify: true,
      format: "esm",
      write: false,
    });
    assert(output!.contents.length <= 2_100, `${output!.contents.length} bytes`);
  } finally {
    await esbuild.stop();
  }
});
