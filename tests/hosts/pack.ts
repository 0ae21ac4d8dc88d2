// The package as it is published, and programs on top of it.

import type { PluginBuild } from "esbuild";
import { CONNECT_VERSIONS } from "../../.ci/manifest.ts";
import { pack } from "../../.ci/pack.ts";
import { ROOT, run } from "./tools.ts";

/** The package, installed from its tarball into a folder that was empty. */
export interface InstalledPackage extends AsyncDisposable {
  /** The folder with `node_modules`. */
  readonly folder: string;
  readonly tarball: string;
}

/** Installs the package. `TSETSEN_TEST_PACKAGE` names a folder where that is done already: its packages are shared. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await Deno.makeTempDir({ prefix: "tsetsen-hosts-" });
  const shared = Deno.env.get("TSETSEN_TEST_PACKAGE");
  const tarball = `${shared ?? folder}/sdk.tgz`;
  await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true, "type": "module" }');
  if (shared === undefined) {
    await pack(tarball);
    // Users of native gRPC install the second one.
    const packages = [tarball, `@connectrpc/connect-node@${CONNECT_VERSIONS.highest}`];
    await run(
      ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", ...packages],
      folder,
    );
  } else await Deno.symlink(`${shared}/node_modules`, `${folder}/node_modules`);
  return {
    folder,
    tarball,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Bundles an entry of a folder. Bun and Node find the package beside the bundle; for the others it is a part of it. */
export async function bundle(
  { folder }: InstalledPackage,
  entry: "grpc" | "lean" | "page" | "page_lean" | "process" | "worker" | "worker_lean",
  from = "tests/hosts/entries",
): Promise<string> {
  const esbuild = await import("esbuild");
  const outfile = `${folder}/${entry}.js`;
  const inline = /^(page|worker)/.test(entry);
  await esbuild.build({
    entryPoints: [`${ROOT}${from}/${entry}.ts`],
    outfile,
    bundle: true,
    format: "esm",
    platform: inline ? "browser" : "neutral",
    // `await using` is not known to Node 20 and 22.
    target: "es2022",
    // Native gRPC loads what it needs where there is HTTP/2; elsewhere it never comes to that.
    external: inline ? ["@connectrpc/connect-node"] : ["@tsetsen/sdk", "@bufbuild/*"],
    logLevel: "warning",
    plugins: [{
      name: "published-package",
      setup({ onResolve, resolve }: PluginBuild) {
        const fromPackage = (path: string) =>
          resolve(path, { kind: "import-statement", resolveDir: folder, pluginData: "seen" });
        onResolve(
          { filter: /^@/ },
          ({ path, pluginData }) => pluginData === "seen" ? undefined : fromPackage(path),
        );
        // The tables of the promise tests import the source.
        onResolve({ filter: /\/mod\.ts$/ }, () => fromPackage("@tsetsen/sdk"));
      },
    }],
  });
  return outfile;
}
