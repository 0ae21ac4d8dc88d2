// Runs the suite in the runtime that this file is started with, and prints the results as JSON.

import { runSuite } from "./suite.ts";

console.log(JSON.stringify(await runSuite()));
