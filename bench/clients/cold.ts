/**
 * Import plus first call, in a fresh process.
 *
 * @module
 */

import process from "node:process";
import type { Open } from "../contenders/contender.ts";
import type { ColdTask } from "../types.ts";

const { base, contender }: ColdTask = JSON.parse(process.argv[2]!);
const start = performance.now();
const { open } = await import(contender) as { open: Open };
const imported = performance.now() - start;
const status = await open(base).check("job");
const time = performance.now() - start;
if (status !== 3) throw new Error("a wrong answer");
console.log(JSON.stringify({ imported, time }));
process.exit();
