// Both SDKs, side by side: over plaintext and over TLS.

import type { Case } from "../../hosts/context.ts";
import type { HostRun } from "../../hosts/report.ts";
import { type Result, runOne } from "../../hosts/runner.ts";
import type { Certificates } from "../certificates.ts";
import type { Venv } from "../venv.ts";
import { calls } from "./calls.ts";
import { failures } from "./failures.ts";
import { jobs } from "./jobs.ts";
import { money } from "./money.ts";
import type { PythonContext } from "./scenario.ts";
import { startPython } from "./sdk.ts";
import { streams } from "./streams.ts";

const suite: readonly Case<PythonContext>[] = [
  ...calls,
  ...jobs,
  ...streams,
  ...failures,
  ...money,
];

/** What the two lanes are called by `--host`. */
export const PYTHON = "Python SDK";

/** Scenarios at once: the Python SDK waits for seconds in many of them. */
const AT_ONCE = 6;

/** Runs all whose names contain `filter`. */
export async function runPython(
  venv: Venv,
  certificates: Certificates,
  filter: string,
): Promise<HostRun[]> {
  await using python = startPython(venv, certificates);
  const { ca, cert, key } = certificates;
  const [authority, chain, secret] = await Promise.all([ca, cert, key].map(read));
  const tls = { ca: authority!, cert: chain!, key: secret! };
  return [
    { name: `${PYTHON}, http`, results: await run({ python }, filter) },
    { name: `${PYTHON}, https`, results: await run({ python, tls }, filter) },
  ];
}

async function run(context: PythonContext, filter: string): Promise<Result[]> {
  const wanted = suite.filter(({ name }) => name.includes(filter));
  const results: Result[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (next < wanted.length) {
      const at = next++;
      results[at] = await runOne(wanted[at]!, context);
    }
  }));
  return results;
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(path);
}
