/**
 * The npm package: `deno run -A .ci/pack.ts sdk.tgz`. It is what `deno pack` makes, with a complete `package.json`, the command
 * `tsetsen`, and declarations that compile with older `lib` settings.
 *
 * @module
 */

import { deno } from "./command.ts";
import { MANIFEST } from "./manifest.ts";

/** What npm links as `tsetsen`. It is a file of its own because Node below 24.2 has no `import.meta.main`. */
const PROGRAM = `#!/usr/bin/env node
import { run } from "../src/cli/main.js";

await run();
`;

/** `Disposable` and its symbols are in no `lib` up to ES2024. The reference adds them to the user's program. */
const DISPOSABLE_LIB = '/// <reference lib="esnext.disposable" />\n';

/** Makes the tarball. */
export async function pack(output: string): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const tarball = `${folder}/plain.tgz`;
    // Source maps would hold the absolute paths of this machine.
    const options = ["--allow-dirty", "--quiet", "--no-source-maps"];
    const { ok, output: said } = await deno(["pack", ...options, "--output", tarball]);
    if (!ok) throw new Error(`deno pack failed:\n${said}`);
    await tar("-xzf", tarball, "-C", folder);
    await complete(`${folder}/package/package.json`);
    await referenceLibs(`${folder}/package`);
    await Deno.mkdir(`${folder}/package/bin`);
    await Deno.writeTextFile(`${folder}/package/bin/tsetsen.js`, PROGRAM, { mode: 0o755 });
    await tar("-czf", output, "-C", folder, "package");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes the fields that `deno pack` leaves out or gets wrong. */
async function complete(path: string): Promise<void> {
  const { name, version, exports, ...rest } = JSON.parse(await Deno.readTextFile(path));
  const { description, ...more } = MANIFEST;
  const all = { ...exports, "./package.json": "./package.json" };
  const manifest = {
    name,
    version,
    description,
    ...rest,
    ...more,
    exports: all,
    typesVersions: { "*": typesOf(exports) },
  };
  await Deno.writeTextFile(path, `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The declarations of each subpath, for `moduleResolution: "node10"`, which does not read `exports`. */
function typesOf(exports: Readonly<Record<string, { readonly types: string }>>): object {
  const subpaths = Object.entries(exports).filter(([name]) => name !== ".");
  return Object.fromEntries(subpaths.map(([name, { types }]) => [name.slice(2), [types]]));
}

/** Adds the reference to each declaration file that needs it. */
async function referenceLibs(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) await referenceLibs(path);
    else if (name.endsWith(".d.ts")) {
      const text = await Deno.readTextFile(path);
      if (/\b(Async)?Disposable\b|Symbol\.(asyncD|d)ispose/.test(text)) {
        await Deno.writeTextFile(path, DISPOSABLE_LIB + text);
      }
    }
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
