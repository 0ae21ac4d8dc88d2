// A page, which hands in what is wrong where it came from.

import { inside } from "../service.ts";
import { runSuites } from "./run_suites.ts";

const problems = await runSuites(inside).catch((error) => [`${error?.stack ?? error}`]);
await fetch("results", { method: "POST", body: JSON.stringify(problems) });
