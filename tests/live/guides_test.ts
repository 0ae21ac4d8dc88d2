import { assertEquals, assertStringIncludes } from "@std/assert";
import { startEmulator } from "../../src/emulator/mod.ts";
import { installPackage } from "../hosts/pack.ts";
import { ROOT, run } from "../hosts/tools.ts";
import { find } from "../support/runtimes.ts";

const decoder = new TextDecoder();

/** The program of a guide, as a reader would save it. */
async function programOf(guide: string): Promise<string> {
  const text = await Deno.readTextFile(`${ROOT}docs/${guide}.md`);
  return /<!-- program: .* -->\s*```js\n([\s\S]*?)```/.exec(text)![1]!;
}

Deno.test("The programs of docs/live.md and docs/ai.md run in an empty folder, on Node, Bun and Deno", async () => {
  await using sdk = await installPackage();
  await using emulator = await startEmulator({ queueTime: 0, pace: 0 });
  const folder = `${sdk.folder}/guide`;
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true, "type": "module" }');
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const ai: string = imports.ai.replace("npm:", "");
  await run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", ai], folder);
  const runtimes = {
    node: [find("node", "TSETSEN_NODE")],
    bun: [find("bun", "TSETSEN_BUN")],
    // The packages stand in two folders here, of which Deno by itself sees one.
    deno: [Deno.execPath(), "run", "-A", "--node-modules-dir=manual"],
  };
  for (
    const [guide, said] of [["live", "А. Амар хаана байна?"], ["ai", "23 characters"]] as const
  ) {
    await Deno.writeTextFile(`${folder}/${guide}.mjs`, await programOf(guide));
    for (const [name, [program, ...args]] of Object.entries(runtimes)) {
      emulator.reset();
      const { code, stdout, stderr } = await new Deno.Command(program!, {
        args: [...args, `${folder}/${guide}.mjs`],
        cwd: folder,
        env: { TSETSEN_API_KEY: emulator.apiKey, TSETSEN_API_ENDPOINT: emulator.url },
      }).output();
      assertEquals([code, name], [0, name], decoder.decode(stderr));
      assertStringIncludes(decoder.decode(stdout), said);
      assertEquals(emulator.ledger.charges.length, 3, name);
    }
  }
});
