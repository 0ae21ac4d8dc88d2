import { assert, assertEquals } from "@std/assert";
import { fileOf } from "./run_program.ts";

const readme = await Deno.readTextFile(fileOf("README.md"));

Deno.test("README.md has at most 12,000 bytes", () => {
  const { length } = new TextEncoder().encode(readme);
  assert(length <= 12_000, `${length} bytes`);
});

Deno.test("README.md and the guides name tasks and subpaths that exist", async () => {
  const { tasks, exports } = JSON.parse(await Deno.readTextFile(fileOf("deno.json")));
  const paths = ["README.md", "README.mn.md", "CONTRIBUTING.md"];
  for await (const { name } of Deno.readDir(fileOf("docs/guides"))) {
    paths.push(`docs/guides/${name}`);
  }
  for (const path of paths) {
    const text = await Deno.readTextFile(fileOf(path));
    for (const [, task = ""] of text.matchAll(/deno(?:@[\d.]+)? task ([\w:-]+)/g)) {
      assertEquals(typeof tasks[task]?.command, "string", `${path}: there is no task ${task}`);
    }
    for (const [, subpath = ""] of text.matchAll(/[`"](?:@tsetsen\/sdk|…)((?:\/[a-z]+)+)[`"]/g)) {
      assert(exports[`.${subpath}`], `${path}: there is no subpath ${subpath}`);
    }
  }
});

Deno.test("README.md names each subpath of the package", async () => {
  const { exports } = JSON.parse(await Deno.readTextFile(fileOf("deno.json")));
  for (const subpath of Object.keys(exports).filter((name) => name !== ".")) {
    assert(readme.includes(`\`…${subpath.slice(1)}\``), subpath);
  }
});
