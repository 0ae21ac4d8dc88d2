import { assertEquals } from "@std/assert";
import { readGraph, violations } from "./import_graph.ts";

const root = new URL("../..", import.meta.url);

Deno.test("The imports of the package point in one direction, and lead to every file of src", async () => {
  const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const files = await filesOf("src/");
  const programs = files.filter((file) => /^src\/.+\/cli\.ts$/.test(file));
  const graph = await readGraph(root, [...Object.values<string>(exports), ...programs]);
  assertEquals(violations(graph), []);
  assertEquals(files.filter((file) => !graph.has(file)), []);
});

const broken: Record<string, [graph: Record<string, string[]>, violation: string]> = {
  "a cycle": [
    { "src/a.ts": ["src/b.ts"], "src/b.ts": ["src/c.ts"], "src/c.ts": ["src/b.ts"] },
    "src/b.ts → src/c.ts → src/b.ts is a cycle",
  ],
  "a core that needs a capability": [
    { "src/a.ts": ["src/emulator/mod.ts"] },
    "src/a.ts imports src/emulator/mod.ts: the core imports no capability",
  ],
  "a core that needs Node": [
    { "src/a.ts": ["node:fs"] },
    "src/a.ts imports node:fs: the core is the same on every runtime",
  ],
  "a layer that needs a later one": [
    { "src/contract/a.ts": ["src/call/b.ts"] },
    "src/contract/a.ts imports src/call/b.ts: a layer imports only what stands before it",
  ],
  "a layer that needs the client": [
    { "src/audio/a.ts": ["src/client.ts"] },
    "src/audio/a.ts imports src/client.ts: a layer imports only what stands before it",
  ],
  "a package that needs its tests": [
    { "src/emulator/a.ts": ["tests/setup.ts"] },
    "src/emulator/a.ts imports tests/setup.ts: the package stands by itself",
  ],
};

for (const [name, [graph, violation]] of Object.entries(broken)) {
  Deno.test(`violations reports ${name}`, () => {
    assertEquals(violations(new Map(Object.entries(graph))), [violation]);
  });
}

async function filesOf(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    if (isDirectory) files.push(...await filesOf(`${folder}${name}/`));
    else if (name.endsWith(".ts")) files.push(`${folder}${name}`);
  }
  return files;
}
