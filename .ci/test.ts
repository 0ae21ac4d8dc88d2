/**
 * The tests: `deno task test`, or `deno task test FILE…` for some of them. Options of `deno test` pass through.
 *
 * All tests run in two groups. The files of the first run side by side in one process. Those of the second run alone, because
 * they change that process, or measure it.
 *
 * @module
 */

import { showDeno } from "./command.ts";
import { mergeReports } from "./junit.ts";
import { installPackage } from "../tests/hosts/pack.ts";

const FLAGS = ["-A", "--doc", "--sanitize-ops", "--sanitize-resources", "--trace-leaks"];

/**
 * Where tests are: files in `tests`, documentation in `src` and `mod.ts`. `tests` comes first, because Deno 2.9.6 heeds
 * `--ignore` for the first path only.
 */
const EVERYWHERE = ["tests", "mod.ts", "src"];

/** The line by which a file asks to run alone. It gives the reason. */
const RUNS_ALONE = /^\/\/ Runs alone: \w/m;

/** Calls that reach other files, too, because Deno's parallel tests share one process. */
const CHANGES_THE_PROCESS = /\bDeno\.(env\.(set|delete)|chdir|memoryUsage)\(/;

/** Finds the test files that run alone. */
async function findAlone(folder = "tests"): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await findAlone(path));
    else if (name.endsWith("_test.ts")) {
      const text = await Deno.readTextFile(path);
      if (RUNS_ALONE.test(text)) found.push(path);
      else if (CHANGES_THE_PROCESS.test(text)) {
        throw new Error(
          `${path} changes or measures the process. Give the reason: // Runs alone: …`,
        );
      }
    }
  }
  return found.sort();
}

/** Deno and Bun would ask the proxy of the environment for the servers of the tests, too. */
const NO_PROXY = [Deno.env.get("NO_PROXY"), "localhost,127.0.0.1,[::1]"].filter(Boolean).join();

/** Many files wait for a process or a timer: one more than there are cores keeps the machine busy. */
const JOBS = Deno.env.get("DENO_JOBS") ?? `${navigator.hardwareConcurrency + 1}`;

/** Runs `deno test` without the key: tests cost nothing. */
function test(args: readonly string[], env: Record<string, string> = {}): Promise<boolean> {
  return showDeno(["test", ...FLAGS, ...args], {
    TSETSEN_API_KEY: "",
    TSETSEN_API_ENDPOINT: "",
    DENO_JOBS: JOBS,
    NO_PROXY,
    no_proxy: NO_PROXY,
    ...env,
  });
}

/** Runs all tests. The package is made and installed once for all files that need it. */
async function testAll(options: readonly string[]): Promise<boolean> {
  await using sdk = await installPackage();
  const env = { TSETSEN_TEST_PACKAGE: sdk.folder };
  const alone = await findAlone();
  const [wanted, report] = takeReport(options);
  const folder = await Deno.makeTempDir();
  const reports = [`${folder}/side_by_side.xml`, `${folder}/one_by_one.xml`] as const;
  const junit = (path: string) => report === undefined ? [] : [`--junit-path=${path}`];
  try {
    const sideBySide = await test([
      "--parallel",
      `--ignore=${alone.join(",")}`,
      ...junit(reports[0]),
      ...wanted,
      ...EVERYWHERE,
    ], env);
    const oneByOne = await test([...junit(reports[1]), ...wanted, ...alone], env);
    if (report !== undefined) {
      const texts = await Promise.all(reports.map((path) => Deno.readTextFile(path)));
      await Deno.writeTextFile(report, mergeReports(texts));
    }
    return sideBySide && oneByOne;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Takes `--junit-path=FILE` out of the options. */
function takeReport(options: readonly string[]): [rest: string[], path: string | undefined] {
  const name = "--junit-path=";
  const path = options.find((option) => option.startsWith(name))?.slice(name.length);
  return [options.filter((option) => !option.startsWith(name)), path];
}

async function isPath(argument: string): Promise<boolean> {
  return !argument.startsWith("-") &&
    await Deno.stat(argument).then(() => true, () => false);
}

const named = await Promise.all(Deno.args.map(isPath));
const ok = named.includes(true) ? await test(Deno.args) : await testAll(Deno.args);
Deno.exit(ok ? 0 : 1);
