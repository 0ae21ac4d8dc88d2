// How each bundler builds a program, and how the built program is run.

import { must } from "../lab.ts";
import { buildNext } from "./next.ts";

/** What a build is given. */
export interface Setting {
  /** A folder of its own, with what the program imports. */
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

/** How a bundler builds `main.js` of a folder by a command. */
export interface Recipe {
  /** The path of the bundler's program in `node_modules`. */
  readonly program: string;
  readonly args: readonly string[];
  /** The files beside `main.js`. */
  readonly files?: Readonly<Record<string, string>>;
  /** The built program; `dist/main.js` without. */
  readonly output?: string;
  /** Whether the program is an executable, and no script. */
  readonly isBinary?: boolean;
}

export interface Bundler {
  readonly name: string;
  /** The npm package. */
  readonly tool: string;
  /** For those that build pages. */
  readonly recipe?: Recipe;
  build(setting: Setting): Promise<Built>;
}

const MAIN = `import { credits } from "./credits.js";
// Not process.env: Vite replaces it.
console.log(await credits(Reflect.get(globalThis, "process").env.ENDPOINT));
`;

/** Builds `main.js` by a command. @returns The built program. */
export async function make(
  { program, args, files = {}, output = "dist/main.js", isBinary = false }: Recipe,
  main: string,
  { app, modules, node }: Setting,
): Promise<string> {
  const all = { "package.json": '{ "type": "module" }', "main.js": main, ...files };
  for (const [name, text] of Object.entries(all)) await Deno.writeTextFile(`${app}/${name}`, text);
  const command = isBinary ? [] : [node];
  await must([...command, `${modules}/${program}`, ...args], app, { NODE_ENV: "production" });
  return `${app}/${output}`;
}

/** A bundler that builds for pages. What it built of {@linkcode MAIN} is run on Node. */
function forPages(name: string, tool: string, recipe: Recipe): Bundler {
  return {
    name,
    tool,
    recipe,
    async build(setting) {
      const file = await make(recipe, MAIN, setting);
      const env = { ENDPOINT: setting.endpoint };
      return { files: [file], answer: await must([setting.node, file], setting.app, env) };
    },
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
  output: { dir: "dist", format: "es" },
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
  forPages("esbuild", "esbuild", {
    program: ".bin/esbuild",
    isBinary: true,
    args: [
      "main.js",
      "--bundle",
      "--splitting",
      "--minify",
      "--format=esm",
      "--platform=browser",
      "--outdir=dist",
    ],
  }),
  forPages("Vite", "vite", {
    program: "vite/bin/vite.js",
    args: ["build"],
    files: { "vite.config.js": VITE },
  }),
  forPages("webpack", "webpack", {
    program: "webpack-cli/bin/cli.js",
    args: ["build"],
    files: { "webpack.config.js": WEBPACK },
  }),
  forPages("Rollup", "rollup", {
    program: "rollup/dist/bin/rollup",
    args: ["-c"],
    files: { "rollup.config.js": ROLLUP },
  }),
  forPages("Rspack", "@rspack/core", {
    program: "@rspack/cli/bin/rspack.js",
    args: ["build"],
    files: { "rspack.config.js": WEBPACK },
  }),
  forPages("Parcel", "parcel", {
    program: "parcel/lib/bin.js",
    args: ["build", "--cache-dir", ".parcel-cache", "--no-source-maps", "--dist-dir", "dist"],
    // It reads the settings of the folder that has the lock file.
    files: { "package.json": PARCEL, "package-lock.json": "{}" },
  }),
  { name: "wrangler", tool: "wrangler", build: buildWorker },
  { name: "Next, Node route", tool: "next", build: buildNext("nodejs") },
  { name: "Next, edge route", tool: "next", build: buildNext("edge") },
];
