// Deno, Bun and Node: the suite in a process of its own. Prints the results as JSON.

import { runSuite } from "../suite.ts";
import { collector, process } from "./globals.ts";

const [, , control = "", filter = ""] = process.argv;
process.stdout.write(JSON.stringify(await runSuite({ control, ...collector }, filter)));
