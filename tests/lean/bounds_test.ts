// The tests of promise 8 once more, with the client of `@tsetsen/sdk/lean`.
// Runs alone: it measures the memory of the process.

import { runAgain } from "../support/again.ts";
import { mode } from "../support/rig.ts";

mode.speak = "lean";
await runAgain(["bounds_test.ts"], "with the lean client");
