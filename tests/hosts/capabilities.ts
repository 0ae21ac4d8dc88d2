// The suites of ./live and ./ai in a Worker and in a page, with the real package `ai`. The emulator runs in the same place, because
// neither can listen.

import { openPage } from "./chromium.ts";
import type { Control } from "./control.ts";
import type { InstalledPackage } from "./pack.ts";
import { findChromium, ROOT, run, tool } from "./tools.ts";
import { startWorkerd } from "./workerd.ts";

/** Runs both suites on both. @returns What is wrong, a line each. */
export async function checkCapabilities(
  { control, sdk }: { readonly control: Control; readonly sdk: InstalledPackage },
): Promise<string[]> {
  const folder = await installBeside(sdk);
  return [...await onWorkerd(folder), ...await inChromium(folder, control)];
}

/** A folder in which both the SDK and the package `ai` are found. */
async function installBeside({ folder }: InstalledPackage): Promise<string> {
  const app = `${folder}/app`;
  await Deno.mkdir(app);
  await Deno.writeTextFile(`${app}/package.json`, '{ "private": true, "type": "module" }');
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const options = ["--no-package-lock", "--no-audit", "--no-fund"];
  await run(["npm", "install", ...options, imports.ai.replace("npm:", "")], app);
  return app;
}

async function onWorkerd(folder: string): Promise<string[]> {
  const script = await bundle(folder, "suites_worker");
  await using worker = await startWorkerd(tool(".bin/workerd"), script, {});
  const problems: string[] = await (await fetch(worker.url)).json();
  return problems.map((problem) => `workerd: ${problem}`);
}

async function inChromium(folder: string, control: Control): Promise<string[]> {
  try {
    findChromium();
  } catch (error) {
    // On a developer's machine a runtime may be missing; the checks of the project must have them all.
    return Deno.env.has("CI") ? [`Chromium: ${error}`] : [];
  }
  const script = await Deno.readTextFile(await bundle(folder, "suites_page"));
  const { url, results } = control.page(script, {});
  const problems: string[] = JSON.parse(await openPage(url, results, []));
  return problems.map((problem) => `Chromium: ${problem}`);
}

async function bundle(folder: string, entry: "suites_page" | "suites_worker"): Promise<string> {
  const esbuild = await import("esbuild");
  const outfile = `${folder}/${entry}.js`;
  await esbuild.build({
    entryPoints: [`${ROOT}tests/ai/entries/${entry}.ts`],
    outfile,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    // Neither runtime has them, and nothing calls what needs them.
    external: ["node:*", "@connectrpc/connect-node"],
    logLevel: "warning",
    plugins: [{
      name: "installed-packages",
      setup({ onResolve, resolve }) {
        onResolve(
          { filter: /^(?:@tsetsen\/|@bufbuild\/|ai$)/ },
          ({ path, pluginData, resolveDir }) =>
            pluginData === "seen" || !resolveDir.startsWith(ROOT)
              ? undefined
              : resolve(path, { kind: "import-statement", resolveDir: folder, pluginData: "seen" }),
        );
      },
    }],
  });
  return outfile;
}
