/**
 * Type-checking with other settings than those of deno.json.
 *
 * @module
 */

import { deno, type Outcome, readConfig, ROOT } from "./command.ts";

/** Type-checks files with the settings of deno.json and these. */
export async function checkTypes(
  files: readonly string[],
  settings: Readonly<Record<string, unknown>>,
): Promise<Outcome> {
  const { imports, compilerOptions, allowScripts } = await readConfig();
  const config = { imports, allowScripts, compilerOptions: { ...compilerOptions, ...settings } };
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
