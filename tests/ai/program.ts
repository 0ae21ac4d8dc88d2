// The suites on the runtime that runs this: prints what is wrong, a line each.

import { runSuites } from "./entries/run_suites.ts";

const problems = await runSuites();
console.log(problems.length === 0 ? "no problems" : problems.join("\n"));
