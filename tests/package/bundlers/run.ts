// The packed package in the bundlers that its users have: each builds a program, and the built program makes a call. Those for
// pages also build one that plays and encodes, and Chromium runs it.
//
//   deno run -A tests/package/bundlers/run.ts [--md FILE] [--only NAME]...

import { parseArgs } from "node:util";
import { startEmulator } from "../../../src/emulator/mod.ts";
import { must, node, packed, ROOT, tools } from "../lab.ts";
import { PACKAGES as ENCODERS } from "../../encode/support.ts";
import { type Bundler, BUNDLERS, type Setting } from "./bundlers.ts";
import { Pages } from "./pages.ts";

const ENTRIES = ["@tsetsen/sdk", "@tsetsen/sdk/lean"];

const PACKAGES = {
  "@rollup/plugin-node-resolve": "16.0.3",
  "@rollup/plugin-terser": "1.0.2",
  "@rspack/cli": "2.2.8",
  "@rspack/core": "2.3.3",
  esbuild: "0.28.2",
  next: "16.4.6",
  parcel: "2.16.4",
  react: "19.3.1",
  "react-dom": "19.3.1",
  rollup: "4.68.8",
  vite: "8.3.8",
  webpack: "5.113.0",
  "webpack-cli": "7.3.1",
  wrangler: "4.164.0",
};

/** wrangler wants Node 22. */
const NODE = "24.21.0";

const { values } = parseArgs({
  args: Deno.args,
  options: { md: { type: "string" }, only: { type: "string", multiple: true, default: [] } },
});

const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
const encoders = ENCODERS.map((name) => [name, imports[name].replace(/^npm:.*@/, "")]);
const folder = await tools("bundlers", { ...PACKAGES, ...Object.fromEntries(encoders) });
const install = ["npm", "install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"];
await must([...install, await packed()], folder);
const program = await node(NODE);
await using emulator = await startEmulator();
await using pages = await Pages.open();
const rows: string[] = [];
let failed = 0;
for (const bundler of BUNDLERS) {
  if (values.only.length > 0 && !values.only.includes(bundler.name)) continue;
  for (const entry of ENTRIES) {
    rows.push(await row(bundler, `\`${entry}\``, (setting) => call(bundler, entry, setting)));
  }
  const { recipe } = bundler;
  if (recipe === undefined) continue;
  rows.push(await row(bundler, "`player` and `encode`", (setting) => pages.run(recipe, setting)));
}
const today = new Date().toISOString().slice(0, 10);
const markdown = `# Bundlers

Each bundler builds a program that makes one call, from the packed package; the built program then makes it, on Node ${NODE}
or in the bundler's own server. Those for pages also build one that plays audio and makes an MP3; Chromium runs it. Written by
\`deno task test:bundlers --md docs/bundlers.md\` on ${today}. Sizes are bytes of the minified program; Next adds its own code to a
route. The encoders are files of their own, which a page loads when it encodes.

| bundler | version | entry | bytes | gzip | |
| --- | --- | --- | --: | --: | --- |
${rows.join("\n")}

No bundler needs a setting for this package, except Parcel: it reads \`exports\` only with
\`"@parcel/resolver-default": { "packageExports": true }\` in the \`package.json\` beside the lock file. A bundle that has \`./grpc\` in it
needs \`@connectrpc/connect-node\` installed, or named as external. A program that imports \`./encode\` or \`./file\` builds without the
encoders, too: webpack, Rspack and Rollup warn that they are missing. Parcel fails: install all four.
`;
console.log(markdown);
if (values.md !== undefined) {
  await Deno.writeTextFile(values.md, markdown);
  await must([Deno.execPath(), "fmt", "-q", values.md], ROOT);
}
if (failed > 0) Deno.exitCode = 1;

/** Builds and runs a program in a folder of its own. @returns The row of the table. */
async function row(
  { name, tool }: Bundler,
  what: string,
  build: (setting: Setting) => Promise<readonly string[]>,
): Promise<string> {
  const app = `${folder}/app-${`${name} ${what}`.replaceAll(/\W+/g, "-").toLowerCase()}`;
  await Deno.remove(app, { recursive: true }).catch(() => {});
  await Deno.mkdir(app);
  const manifest = await Deno.readTextFile(`${folder}/node_modules/${tool}/package.json`);
  const { version } = JSON.parse(manifest);
  try {
    const modules = `${folder}/node_modules`;
    const files = await build({ app, modules, node: program, endpoint: emulator.url });
    let [bytes, gzip] = [0, 0];
    for (const file of files) {
      const content = await Deno.readFile(file);
      bytes += content.length;
      const stream = new Blob([content]).stream().pipeThrough(new CompressionStream("gzip"));
      gzip += (await new Response(stream).arrayBuffer()).byteLength;
    }
    return `| ${name} | ${version} | ${what} | ${bytes} | ${gzip} | works |`;
  } catch (error) {
    failed++;
    console.error(`${name}, ${what}: ${error instanceof Error ? error.message : error}`);
    return `| ${name} | ${version} | ${what} | | | **fails** |`;
  }
}

/** A program that makes one call. */
async function call(
  { build }: Bundler,
  entry: string,
  setting: Setting,
): Promise<readonly string[]> {
  const source = `import { Client } from "${entry}";
export async function credits(endpoint) {
  const client = new Client({ apiKey: "tsetsen-development-emulator", endpoint });
  return (await client.getUserBalance()).credits;
}
`;
  await Deno.writeTextFile(`${setting.app}/credits.js`, source);
  const { files, answer } = await build(setting);
  if (!answer.includes("100000")) throw new Error(`the program answered ${answer}`);
  return files;
}
