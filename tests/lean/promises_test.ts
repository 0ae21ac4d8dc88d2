// The tests of the nine promises once more, with the client of `@tsetsen/sdk/lean`.

import { promiseFiles, runAgain } from "../support/again.ts";
import { mode } from "../support/rig.ts";

mode.speak = "lean";
await runAgain(
  promiseFiles().filter((file) => file !== "bounds_test.ts"), // see tests/lean/bounds_test.ts
  "with the lean client",
  { "differences reports": "tests the table" },
);
