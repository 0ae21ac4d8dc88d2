// Runs the suite in the runtime that this file is started with, and prints the results as JSON.

import process from "node:process";
import { runSuite } from "./suite.ts";

process.stdout.write(JSON.stringify(await runSuite()));
