// Runs the tests of the nine promises once more, with another client or over another transport.

const promises = new URL("../promises/", import.meta.url);

/** The files with the tests of the promises. */
export function promiseFiles(): string[] {
  return Array.from(Deno.readDirSync(promises), ({ name }) => name)
    .filter((name) => name.endsWith("_test.ts")).sort();
}

/**
 * Registers the tests of these files once more, with `suffix` behind their names. `except` holds the beginnings of the names of
 * those that are not run again, and why; one more test looks whether they still exist.
 */
export async function runAgain(
  files: readonly string[],
  suffix: string,
  except: Readonly<Record<string, string>> = {},
): Promise<void> {
  const register = Deno.test;
  const skipped = new Set<string>();
  const api = Deno as { test: unknown };
  api.test = (name: string, fn: () => Promise<void>) => {
    const beginning = Object.keys(except).find((beginning) => name.startsWith(beginning));
    if (beginning === undefined) register(`${name}, ${suffix}`, fn);
    else skipped.add(beginning);
  };
  for (const file of files) await import(new URL(file, promises).href);
  api.test = register;

  Deno.test(`Every test of the promises that is not run ${suffix} still exists`, () => {
    const gone = Object.keys(except).filter((beginning) => !skipped.has(beginning));
    if (gone.length > 0) throw new Error(`no test begins with ${gone.join(", ")}`);
    for (const why of Object.values(except)) {
      const [file] = /tests\/\w+\/\w+\.ts/.exec(why) ?? [];
      if (file !== undefined) Deno.statSync(new URL(`../../${file}`, import.meta.url));
    }
  });
}
