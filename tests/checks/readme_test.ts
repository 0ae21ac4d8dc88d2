import { assertEquals, assertMatch } from "@std/assert";
import { fileOf, runDeno } from "./run_program.ts";

Deno.test("README.md's examples compile, and run as they stand against the emulator", async () => {
  const readme = await Deno.readTextFile(fileOf("README.md"));
  const blocks = readme.split(/^```ts$/m).length - 1;
  const folder = await Deno.makeTempDir();
  try {
    const preload = `--preload=${fileOf("tests/checks/emulated_service.ts")}`;
    const args = ["test", "--doc", preload, fileOf("README.md")];
    const env = { TSETSEN_API_KEY: "tsetsen-development-emulator" };
    const { code, stdout, stderr } = await runDeno(args, folder, env);
    assertEquals(code, 0, stdout + stderr);
    assertMatch(stdout, new RegExp(`ok \\| ${blocks} passed \\| 0 failed`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("README.md names files and tasks that exist", async () => {
  const readme = await Deno.readTextFile(fileOf("README.md"));
  const { tasks } = JSON.parse(await Deno.readTextFile(fileOf("deno.json")));
  for (const [, task = ""] of readme.matchAll(/deno(?:@[\d.]+)? task ([\w:]+)/g)) {
    assertEquals(typeof tasks[task]?.command, "string", `there is no task ${task}`);
  }
  for (const [, path = ""] of readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
    assertEquals((await Deno.stat(fileOf(path))).isFile, true, path);
  }
});
