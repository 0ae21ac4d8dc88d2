/**
 * Prepares a release: `deno task release 0.2.0` sets the version in one go, dates the CHANGELOG's section, and checks
 * that what would be published can be. It publishes nothing and commits nothing.
 *
 * @module
 */

import { deno } from "./command.ts";
import { pack } from "./pack.ts";

const [version = ""] = Deno.args;
if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
  fail(`Give the new version, like 0.2.0: got ${JSON.stringify(version)}.`);
}

const changelog = await Deno.readTextFile("CHANGELOG.md");
const heading = new RegExp(`^## \\[${version.replaceAll(".", "\\.")}\\] - .*$`, "m");
const section = changelog.split(heading)[1]?.split(/^## /m)[0]?.trim();
if (section === undefined || section === "") {
  fail(`CHANGELOG.md needs a section "## [${version}] - Unreleased" that says what changed.`);
}

const today = new Date().toISOString().slice(0, 10);
await Deno.writeTextFile("CHANGELOG.md", changelog.replace(heading, `## [${version}] - ${today}`));
await replace("deno.json", /("version": ")[^"]+/, `$1${version}`);
await replace("src/contract/version.ts", /(VERSION = ")[^"]+/, `$1${version}`);

const folder = await Deno.makeTempDir();
try {
  await run("publish, as a dry run", ["publish", "--dry-run", "--allow-dirty"]);
  await pack(`${folder}/sdk.tgz`);
  console.log("ok     the npm tarball");
  const { size } = await Deno.stat(`${folder}/sdk.tgz`);
  console.log(
    `${version} is ready: ${Math.round(size / 1024)} kB packed. Run deno task ok, commit, tag.`,
  );
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function replace(path: string, pattern: RegExp, by: string): Promise<void> {
  const text = await Deno.readTextFile(path);
  if (!pattern.test(text)) fail(`${path} has no version.`);
  await Deno.writeTextFile(path, text.replace(pattern, by));
}

async function run(what: string, args: readonly string[]): Promise<void> {
  const { ok, output } = await deno(args);
  console.log(`${ok ? "ok    " : "FAILED"} ${what}`);
  if (!ok) fail(output);
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}
