/**
 * `deno doc --lint` on every export of the package.
 *
 * @module
 */

import { deno, finish, readConfig } from "./command.ts";

const { exports } = await readConfig();
finish(await deno(["doc", "--lint", ...Object.values(exports)]));
