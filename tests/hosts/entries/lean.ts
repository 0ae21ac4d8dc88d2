// Deno, Bun and Node with the lean client: the suite in a process of its own. Prints the results as JSON.

import { Client } from "@tsetsen/sdk/lean";
import { runSuite } from "../suite.ts";
import { collector, process } from "./globals.ts";

const [, , control = "", filter = ""] = process.argv;
process.stdout.write(JSON.stringify(await runSuite({ control, Client, ...collector }, filter)));
