/**
 * Checks the core with the types of browsers only: no `Deno`, no `process`, no `Buffer`. Unused names are errors here.
 *
 * @module
 */

import { deno, finish, type Outcome, readConfig, ROOT } from "./command.ts";

/** Type-checks files with the types of browsers only. */
export async function checkWithBrowserTypes(files: readonly string[]): Promise<Outcome> {
  const { imports, compilerOptions, allowScripts } = await readConfig();
  const config = {
    imports,
    allowScripts,
    compilerOptions: {
      ...compilerOptions,
      lib: ["dom", "dom.iterable", "dom.asynciterable", "esnext"],
      // Not in deno.json: the examples in the docs declare functions that nobody calls.
      noUnusedLocals: true,
      noUnusedParameters: true,
    },
  };
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
    // Found from the folder's own place, so the versions are those of the lock file, which stays as it is.
    const lock = ["--lock", `${ROOT}/deno.lock`, "--frozen"];
    return await deno(["check", "--config", `${folder}/deno.json`, ...lock, ...files]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) finish(await checkWithBrowserTypes(["mod.ts"]));
