import { assertEquals } from "@std/assert";

Deno.test("checkStore takes the store of Deno KV that docs/stores.md shows", async () => {
  const docs = await Deno.readTextFile(new URL("../../docs/stores.md", import.meta.url));
  const [, recipe = ""] = /## Deno KV\n[^]*?```ts\n([^]*?)```/.exec(docs) ?? [];
  const folder = await Deno.makeTempDir();
  try {
    const module = new URL("../../src/narration/mod.ts", import.meta.url).href;
    const program = `
      import { checkStore } from ${JSON.stringify(module)};
      // A local database refuses a second writer at once: "database is locked".
      using kv = await Deno.openKv(${JSON.stringify(`${folder}/store.db`)});
      ${recipe}
      await checkStore(() => ({ load, save }));
      console.log("all rules hold");`;
    await Deno.writeTextFile(`${folder}/check.ts`, program);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const args = [
      "run",
      "-A",
      "--unstable-kv",
      "--check",
      "--config",
      config,
      `${folder}/check.ts`,
    ];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    const said = new TextDecoder().decode(stdout);
    assertEquals(said, "all rules hold\n", new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
