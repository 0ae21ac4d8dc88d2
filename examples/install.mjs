// @ts-check
// Installs what the examples for Node, Bun and Cloudflare Workers need beside them, into examples/node_modules: the package as
// it would be published, and an adapter of Node's server. It takes a minute.
//
//   node examples/install.mjs            for examples/node and examples/bun
//   node examples/install.mjs worker     also wrangler, for examples/worker

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tsetsen-"));
try {
  const tarball = join(folder, "sdk.tgz");
  run("npx", "-y", "deno@2.9.6", "run", "-A", join(here, "..", ".ci", "pack.ts"), tarball);
  const more = process.argv.includes("worker") ? ["wrangler@4"] : [];
  const options = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund"];
  // 0.10 is the last that runs on Node 20.
  const packages = [tarball, "@whatwg-node/server@0.10.18", ...more];
  run("npm", "install", "--prefix", here, ...options, ...packages);
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * Runs a program to its end, and ends with it when it fails.
 *
 * @param {string} program
 * @param {...string} args
 */
function run(program, ...args) {
  const { status } = spawnSync(program, args, { stdio: "inherit", cwd: join(here, "..") });
  if (status !== 0) throw new Error(`${program} failed`);
}
