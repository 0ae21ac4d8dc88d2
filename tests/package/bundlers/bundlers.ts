// How each bundler builds a program, and how the built program is run.

import { must } from "../lab.ts";
import { buildNext } from "./next.ts";

/** What a build is given. */
export interface Setting {
  /** A folder of its own, with `credits.js` in it. */
  readonly app: string;
  /** The `node_modules` with the bundlers and the package. */
  readonly modules: string;
  /** A Node that every bundler accepts. */
  readonly node: string;
  /** The emulator. */
  readonly endpoint: string;
}

/** What a build made. */
export interface Built {
  readonly files: readonly string[];
  /** What the built program printed or answered. */
  readonly answer: string;
}

export interface Bundler {
  readonly name: string;
  /** The npm package. */
  readonly tool: string;
  readonly entries: readonly string[];
  build(setting: Setting): Promise<Built>;
}

const BOTH = ["@tsetsen/sdk", "@tsetsen/sdk/lean"];
const MAIN = `import { credits } from "./credits.js";
// Not process.env: Vite replaces it.
console.log(await credits(Reflect.get(globalThis, "process").env.ENDPOINT));
`;

/** Builds `main.js` into one file by a command, and runs that file. */
function byCommand(
  script: string,
  args: (setting: Setting) => readonly string[],
  files: Readonly<Record<string, string>> = {},
  output = "dist/main.js",
): Bundler["build"] {
  return async (setting) => {
    const { app, modules, node, endpoint } = setting;
    await Deno.writeTextFile(`${app}/main.js`, MAIN);
    await Deno.writeTextFile(`${app}/package.json`, '{ "type": "module" }');
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${app}/${name}`, text);
    }
    const env = { NODE_ENV: "production", WRANGLER_SEND_METRICS: "false" };
    await must([node, `${modules}/${script}`, ...args(setting)], app, env);
    const file = `${app}/${output}`;
    return { files: [file], answer: await must([node, file], app, { ENDPOINT: endpoint }) };
  };
}

const WEBPACK = `export default {
  mode: "production",
  entry: "./main.js",
  target: ["web", "es2022"],
  experiments: { outputModule: true },
  output: { path: import.meta.dirname + "/dist", filename: "main.js", module: true },
};
`;

const ROLLUP = `import resolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
export default {
  input: "main.js",
  output: { file: "dist/main.js", format: "es" },
  plugins: [resolve({ browser: true }), terser()],
};
`;

const VITE = `export default {
  build: {
    target: "es2022",
    minify: true,
    rollupOptions: { input: "main.js", output: { entryFileNames: "main.js" } },
    modulePreload: false,
  },
};
`;

const PARCEL = JSON.stringify({
  type: "module",
  "@parcel/resolver-default": { packageExports: true },
  targets: { app: { source: "main.js", outputFormat: "esmodule", context: "browser" } },
});

/** A Worker: wrangler bundles it, and its handler is called as workerd would. */
const buildWorker: Bundler["build"] = async ({ app, modules, node, endpoint }) => {
  const worker = `import { credits } from "./credits.js";
export default {
  fetch: async (_request, env) => new Response(String(await credits(env.ENDPOINT))),
};
`;
  await Deno.writeTextFile(`${app}/main.js`, worker);
  await Deno.writeTextFile(`${app}/package.json`, '{ "type": "module" }');
  const settings = { name: "app", main: "main.js", compatibility_date: "2026-05-01" };
  await Deno.writeTextFile(`${app}/wrangler.json`, JSON.stringify(settings));
  const options = ["deploy", "--dry-run", "--minify", "--outdir", "dist"];
  const env = { WRANGLER_SEND_METRICS: "false" };
  await must([node, `${modules}/wrangler/bin/wrangler.js`, ...options], app, env);
  const file = `${app}/dist/main.js`;
  const call = `const { default: worker } = await import(${JSON.stringify(file)});
const response = await worker.fetch(undefined, { ENDPOINT: ${JSON.stringify(endpoint)} });
console.log(await response.text());
`;
  const answer = await must([node, "--input-type=module", "--eval", call], app);
  return { files: [file], answer };
};

export const BUNDLERS: readonly Bundler[] = [
  {
    name: "esbuild",
    tool: "esbuild",
    entries: BOTH,
    async build({ app, modules, node, endpoint }) {
      await Deno.writeTextFile(`${app}/main.js`, MAIN);
      const options = ["--bundle", "--minify", "--format=esm", "--platform=browser"];
      // The command of the package is a program of its own, not a script.
      await must(
        [`${modules}/.bin/esbuild`, "main.js", ...options, "--outfile=dist/main.mjs"],
        app,
      );
      const file = `${app}/dist/main.mjs`;
      return { files: [file], answer: await must([node, file], app, { ENDPOINT: endpoint }) };
    },
  },
  {
    name: "Vite",
    tool: "vite",
    entries: BOTH,
    build: byCommand("vite/bin/vite.js", () => ["build"], { "vite.config.js": VITE }),
  },
  {
    name: "webpack",
    tool: "webpack",
    entries: BOTH,
    build: byCommand("webpack-cli/bin/cli.js", () => ["build"], { "webpack.config.js": WEBPACK }),
  },
  {
    name: "Rollup",
    tool: "rollup",
    entries: BOTH,
    build: byCommand("rollup/dist/bin/rollup", () => ["-c"], { "rollup.config.js": ROLLUP }),
  },
  {
    name: "Rspack",
    tool: "@rspack/core",
    entries: BOTH,
    build: byCommand("@rspack/cli/bin/rspack.js", () => ["build"], { "rspack.config.js": WEBPACK }),
  },
  {
    name: "Parcel",
    tool: "parcel",
    entries: BOTH,
    async build({ app, modules, node, endpoint }) {
      await Deno.writeTextFile(`${app}/main.js`, MAIN);
      await Deno.writeTextFile(`${app}/package.json`, PARCEL);
      const options = [
        "build",
        "--cache-dir",
        ".parcel-cache",
        "--no-source-maps",
        "--dist-dir",
        "dist",
      ];
      await must([node, `${modules}/parcel/lib/bin.js`, ...options], app);
      const file = `${app}/dist/main.js`;
      return { files: [file], answer: await must([node, file], app, { ENDPOINT: endpoint }) };
    },
  },
  { name: "wrangler", tool: "wrangler", entries: BOTH, build: buildWorker },
  { name: "Next, Node route", tool: "next", entries: BOTH, build: buildNext("nodejs") },
  { name: "Next, edge route", tool: "next", entries: BOTH, build: buildNext("edge") },
];
