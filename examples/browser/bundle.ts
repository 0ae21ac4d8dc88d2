/**
 * Bundles a module for the browser: `deno run -A bundle.ts main.ts > main.js`.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";

/**
 * Bundles an entry with all that it imports: one ES module, minified.
 *
 * @param entry The path or file URL of the module.
 */
export async function bundleForBrowser(entry: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const esbuild = await import("esbuild");
  try {
    const { outputFiles: [output] } = await esbuild.build({
      entryPoints: [`${entry}`.startsWith("file:") ? fileURLToPath(entry) : `${entry}`],
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      write: false,
      logLevel: "silent",
      plugins: [denoImports],
    });
    return new Uint8Array(output!.contents);
  } finally {
    await esbuild.stop();
  }
}

/** Deno keeps packages where no other bundler looks: this asks Deno where they are. */
const denoImports: Plugin = {
  name: "deno-imports",
  setup(build) {
    build.onResolve({ filter: /^[@\w]/ }, ({ path, kind }) => {
      if (kind === "entry-point") return undefined;
      const url = import.meta.resolve(path);
      if (url.startsWith("file:")) return { path: fileURLToPath(url) };
      return { errors: [{ text: `${path} is not installed: run "deno install"` }] };
    });
  },
};

if (import.meta.main) {
  const [entry = fileURLToPath(import.meta.resolve("./main.ts"))] = Deno.args;
  await Deno.stdout.write(await bundleForBrowser(entry));
}
