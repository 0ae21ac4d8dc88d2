/**
 * The npm package: `deno run -A .ci/pack.ts sdk.tgz`. It is what `deno pack` makes, and the command `tsetsen`, which
 * `deno pack` has no place for.
 *
 * @module
 */

import { deno } from "./command.ts";

/** What npm links as `tsetsen`. It is a file of its own as Node below 24.2 has no `import.meta.main`. */
const PROGRAM = `#!/usr/bin/env node
import { run } from "../src/cli/main.js";

await run();
`;

/** What users of a subpath bring themselves, if they use it. */
const PEERS = { ai: ">=5.0.0 <8.0.0" } as const;

/** The peers as a manifest names them. */
function optionalPeers(peers: Readonly<Record<string, string>>): Record<string, unknown> {
  const meta = Object.keys(peers).map((name) => [name, { optional: true }]);
  return { peerDependencies: peers, peerDependenciesMeta: Object.fromEntries(meta) };
}

/** Makes the tarball. */
export async function pack(output: string): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const tarball = `${folder}/plain.tgz`;
    const { ok, output: said } = await deno([
      "pack",
      "--allow-dirty",
      "--quiet",
      "--output",
      tarball,
    ]);
    if (!ok) throw new Error(`deno pack failed:\n${said}`);
    await tar("-xzf", tarball, "-C", folder);
    const manifest = `${folder}/package/package.json`;
    const { name, version, ...rest } = JSON.parse(await Deno.readTextFile(manifest));
    const bin = { tsetsen: "./bin/tsetsen.js" };
    Object.assign(rest, optionalPeers(PEERS));
    await Deno.writeTextFile(manifest, JSON.stringify({ name, version, bin, ...rest }, null, 2));
    await Deno.mkdir(`${folder}/package/bin`);
    await Deno.writeTextFile(`${folder}/package/bin/tsetsen.js`, PROGRAM, { mode: 0o755 });
    await tar("-czf", output, "-C", folder, "package");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function tar(...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("tar", { args: [...args] }).output();
  if (!success) throw new Error(`tar failed:\n${new TextDecoder().decode(stderr)}`);
}

if (import.meta.main) {
  const [output = "sdk.tgz"] = Deno.args;
  await pack(output);
  console.log(`Packed ${output}.`);
}
