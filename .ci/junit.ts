/**
 * Reports of tests.
 *
 * @module
 */

/** How many tests passed and failed, by the report of `deno test --junit-path`. Ignored tests are neither. */
export function countTests(ok: boolean, report: string): { passed: number; failed: number } {
  const [totals = ""] = /<testsuites[^>]*>/.exec(report) ?? [];
  const total = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(totals)?.[1] ?? 0);
  const cases = [...report.matchAll(/<testcase\b[^>]*>/g)].length;
  const ignored = [...report.matchAll(/<skipped\b/g)].length;
  let failed = total("failures") + total("errors");
  const passed = cases - ignored - failed;
  // A file that does not compile, or an error outside of a test, is in no report.
  if (!ok && failed === 0) failed = 1;
  return { passed, failed };
}

/** Joins the reports of several runs into one. */
export function mergeReports(reports: readonly string[]): string {
  const total = (name: string) =>
    reports.reduce((sum, report) => {
      const [root = ""] = /<testsuites[^>]*>/.exec(report) ?? [];
      return sum + Number(new RegExp(` ${name}="([\\d.]+)"`).exec(root)?.[1] ?? 0);
    }, 0);
  const suites = reports.map((report) =>
    report.replace(/^[^]*?<testsuites[^>]*>/, "").replace(/<\/testsuites>\s*$/, "")
  );
  const counts = ["tests", "failures", "errors", "time"].map((name) => `${name}="${total(name)}"`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="deno test" ${
    counts.join(" ")
  }>${suites.join("")}</testsuites>\n`;
}
