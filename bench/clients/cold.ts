/**
 * Import plus first call, in a fresh process.
 *
 * @module
 */

import process from "node:process";
import type { ColdTask } from "../types.ts";

const { base, module }: ColdTask = JSON.parse(process.argv[2]!);
const start = performance.now();
const { firstCall } = await import(module);
const status = await firstCall(base);
const time = performance.now() - start;
if (status !== 3) throw new Error("a wrong answer");
console.log(JSON.stringify({ time }));
process.exit();
