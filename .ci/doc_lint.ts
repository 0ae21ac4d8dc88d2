/**
 * The comments of the public API: `deno doc --lint` on every export, and the rules of `doc_rules.ts`. What
 * `doc_allowed.ts` lists is allowed; an entry that is mended has to be removed there.
 *
 * @module
 */

import { deno, finish, readConfig } from "./command.ts";
import { ALLOWED } from "./doc_allowed.ts";
import { readExports } from "./doc_model.ts";
import { findGaps } from "./doc_rules.ts";

const { exports } = await readConfig();
const lint = await deno(["doc", "--lint", ...Object.values(exports)]);

const gaps = findGaps(await readExports(exports));
const problems = [
  ...gaps.filter((gap) => !ALLOWED.includes(gap))
    .map((gap) => `The comment of ${gap} is missing.`),
  ...ALLOWED.filter((gap) => !gaps.includes(gap))
    .map((gap) => `${gap} is there now: remove it from .ci/doc_allowed.ts.`),
];
finish({
  ok: lint.ok && problems.length === 0,
  output: `${lint.ok ? "" : lint.output}\n${problems.join("\n")}`,
});
