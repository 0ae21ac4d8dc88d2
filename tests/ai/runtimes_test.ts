import { assertEquals } from "@std/assert";
import { installPackage } from "../hosts/pack.ts";
import { ROOT, run } from "../hosts/tools.ts";
import { find } from "../support/runtimes.ts";

Deno.test("generateSpeech and speakLive pay once under every fault on Node and Bun, with the npm package", async () => {
  await using sdk = await installPackage();
  const folder = `${sdk.folder}/app`;
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true, "type": "module" }');
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const options = ["--no-package-lock", "--no-audit", "--no-fund"];
  await run(["npm", "install", ...options, imports.ai.replace("npm:", "")], folder);
  const outfile = `${folder}/program.mjs`;
  const esbuild = await import("esbuild");
  await esbuild.build({
    entryPoints: [`${ROOT}tests/ai/program.ts`],
    outfile,
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    external: ["@tsetsen/sdk", "@bufbuild/*", "ai"],
    logLevel: "warning",
  });
  await esbuild.stop();
  // Its process ends a little later, which the sanitizers would take for a leak.
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (const program of ["node", "bun"] as const) {
    const command = new Deno.Command(find(program, `TSETSEN_${program.toUpperCase()}`), {
      args: [outfile],
      env: { NO_COLOR: "1" },
    });
    const { stdout, stderr } = await command.output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals(said, "no problems\n", program);
  }
});
