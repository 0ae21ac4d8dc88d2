// The packed package in the bundlers that its users have: each builds a program, and the built program makes a call.
//
//   deno run -A tests/package/bundlers/run.ts [--md FILE] [--only NAME]...

import { parseArgs } from "node:util";
import { startEmulator } from "../../../src/emulator/mod.ts";
import { must, node, packed, ROOT, tools } from "../lab.ts";
import { type Bundler, BUNDLERS } from "./bundlers.ts";

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

const folder = await tools("bundlers", PACKAGES);
const install = ["npm", "install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"];
await must([...install, await packed()], folder);
const program = await node(NODE);
await using emulator = await startEmulator();
const rows: string[] = [];
let failed = 0;
for (const bundler of BUNDLERS) {
  if (values.only.length > 0 && !values.only.includes(bundler.name)) continue;
  for (const entry of bundler.entries) rows.push(await measure(bundler, entry));
}
const today = new Date().toISOString().slice(0, 10);
const markdown = `# Bundlers

Each bundler builds a program that makes one call, from the packed package; the built program then makes it, on Node ${NODE}
or in the bundler's own server. Written by \`deno task test:bundlers --md docs/bundlers.md\` on ${today}. Sizes are bytes of
the minified output; Next adds its own code to a route.

| bundler | version | entry | bytes | gzip | |
| --- | --- | --- | --: | --: | --- |
${rows.join("\n")}

No bundler needs a setting for this package, except Parcel: it reads \`exports\` only with
\`"@parcel/resolver-default": { "packageExports": true }\` in \`package.json\`. A bundle that has \`./grpc\` in it needs
\`@connectrpc/connect-node\` installed, or named as external.
`;
console.log(markdown);
if (values.md !== undefined) {
  await Deno.writeTextFile(values.md, markdown);
  await must([Deno.execPath(), "fmt", "-q", values.md], ROOT);
}
if (failed > 0) Deno.exitCode = 1;

async function measure({ name, tool, build }: Bundler, entry: string): Promise<string> {
  const app = `${folder}/app-${name.replaceAll(/\W+/g, "-").toLowerCase()}-${
    entry.split("/").at(-1)
  }`;
  await Deno.remove(app, { recursive: true }).catch(() => {});
  await Deno.mkdir(app);
  const manifest = await Deno.readTextFile(`${folder}/node_modules/${tool}/package.json`);
  const { version } = JSON.parse(manifest);
  const source = `import { Client } from "${entry}";
export async function credits(endpoint) {
  const client = new Client({ apiKey: "tsetsen-development-emulator", endpoint });
  return (await client.getUserBalance()).credits;
}
`;
  await Deno.writeTextFile(`${app}/credits.js`, source);
  try {
    const setting = {
      app,
      modules: `${folder}/node_modules`,
      node: program,
      endpoint: emulator.url,
    };
    const { files, answer } = await build(setting);
    if (!answer.includes("100000")) throw new Error(`the program answered ${answer}`);
    let [bytes, gzip] = [0, 0];
    for (const file of files) {
      const content = await Deno.readFile(file);
      bytes += content.length;
      const stream = new Blob([content]).stream().pipeThrough(new CompressionStream("gzip"));
      gzip += (await new Response(stream).arrayBuffer()).byteLength;
    }
    return `| ${name} | ${version} | \`${entry}\` | ${bytes} | ${gzip} | works |`;
  } catch (error) {
    failed++;
    console.error(`${name}, ${entry}: ${error instanceof Error ? error.message : error}`);
    return `| ${name} | ${version} | \`${entry}\` | | | **fails** |`;
  }
}
