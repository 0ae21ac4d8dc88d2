/**
 * Checks the core with the types of browsers only: no `Deno`, no `process`, no `Buffer`. Unused names are errors here.
 *
 * @module
 */

import { checkTypes } from "./check_types.ts";
import { finish, type Outcome } from "./command.ts";

/** Type-checks files with the types of browsers only. */
export function checkWithBrowserTypes(files: readonly string[]): Promise<Outcome> {
  return checkTypes(files, {
    lib: ["dom", "dom.iterable", "dom.asynciterable", "esnext"],
    // Not in deno.json: the examples in the docs declare functions that nobody calls.
    noUnusedLocals: true,
    noUnusedParameters: true,
  });
}

if (import.meta.main) finish(await checkWithBrowserTypes(["mod.ts"]));
