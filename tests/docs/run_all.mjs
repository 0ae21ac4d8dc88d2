// Runs snippets in one process, one after the other: node run_all.mjs FILE…
// Those with native gRPC find its address where the others find that of gRPC-Web.

import { readFileSync } from "node:fs";
import process from "node:process";

const web = process.env.TSETSEN_API_ENDPOINT;
const native = process.env.NATIVE_ENDPOINT;
for (const file of process.argv.slice(2)) {
  const isNative = readFileSync(file, "utf8").includes("grpcTransport");
  process.env.TSETSEN_API_ENDPOINT = isNative ? native : web;
  try {
    await import(new URL(file, `file://${process.cwd()}/`).href);
    console.log(`done: ${file}`);
  } catch (error) {
    console.error(`failed: ${file}`, error);
    process.exitCode = 1;
  }
}
