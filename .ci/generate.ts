/**
 * Generates gen/ from proto/; with `--check` only compares the two.
 *
 * @module
 */

import { buf, finish, type Outcome, ROOT } from "./command.ts";

/** Generates into `gen` under `folder`. */
function generate(folder: string): Promise<Outcome> {
  return buf(["generate", "--output", folder]);
}

async function compare(): Promise<Outcome> {
  const folder = await Deno.makeTempDir();
  try {
    const generated = await generate(folder);
    if (!generated.ok) return generated;
    const [expected, actual] = [await read(`${folder}/gen`), await read(`${ROOT}/gen`)];
    const names = new Set([...expected.keys(), ...actual.keys()]);
    const wrong = [...names].filter((name) => expected.get(name) !== actual.get(name));
    const output = `These files are not what proto/ generates: ${wrong.join(", ")}\n` +
      "Run `deno task generate`, and never edit them by hand.";
    return { ok: expected.size > 0 && wrong.length === 0, output };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function read(folder: string, under = ""): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${under}`)) {
    const path = `${under}${name}`;
    if (!isDirectory) files.set(path, await Deno.readTextFile(`${folder}/${path}`));
    else for (const [file, text] of await read(folder, `${path}/`)) files.set(file, text);
  }
  return files;
}

finish(await (Deno.args.includes("--check") ? compare() : generate(".")));
