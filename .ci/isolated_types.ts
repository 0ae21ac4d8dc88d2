/**
 * Checks that everything exported in the library has its types written out (`isolatedDeclarations`): other tools make the
 * declarations of a file without looking at any other, and so does a reader. Tests and examples need not.
 *
 * @module
 */

import { checkTypes } from "./check_types.ts";
import { finish, readConfig } from "./command.ts";

const { exports } = await readConfig();
finish(await checkTypes(Object.values(exports), { isolatedDeclarations: true }));
