import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const cli = (name: string) => new URL(`../../src/cli/${name}`, import.meta.url).href;

/** The modules that are loaded with a module, those of a dynamic import left out. */
async function loadedWith(root: string): Promise<Set<string>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", fileURLToPath(root)],
    env: { NO_COLOR: "1" },
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout));
  const loaded = new Set<string>();
  const visit = (specifier: string) => {
    if (loaded.has(specifier)) return;
    loaded.add(specifier);
    // deno-lint-ignore no-explicit-any -- the report of deno info
    const found = modules.find((module: any) => module.specifier === specifier);
    for (const { code, isDynamic } of found?.dependencies ?? []) {
      if (isDynamic !== true && code?.specifier !== undefined) visit(code.specifier);
    }
  };
  visit(root);
  return loaded;
}

const packagesOf = (loaded: Set<string>) =>
  [...loaded].filter((specifier) => specifier.startsWith("npm:"))
    .map((specifier) => specifier.replace(/^npm:\/?(@?[^@]+).*/, "$1")).sort();

Deno.test("tsetsen starts with the parser of the command line and colours, and loads no SDK before a command needs it", async () => {
  const loaded = await loadedWith(cli("main.ts"));
  assertEquals(packagesOf(loaded), ["commander", "picocolors"]);
  for (const folder of ["transport", "call", "audio", "emulator", "narration", "grpc", "text"]) {
    assert(![...loaded].some((file) => file.includes(`/src/${folder}/`)), folder);
  }
});

Deno.test("tsetsen check loads what looks at a text, and no SDK", async () => {
  const loaded = await loadedWith(cli("commands/check.ts"));
  // What draws a table is loaded when there is something to list.
  assertEquals(packagesOf(loaded), []);
  const others = ["transport", "call", "audio", "emulator", "narration", "grpc", "text/sentences"];
  for (const folder of others) {
    assert(![...loaded].some((file) => file.includes(`/src/${folder}/`)), folder);
  }
});
