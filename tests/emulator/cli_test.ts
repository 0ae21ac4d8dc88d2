import { assertEquals, assertStringIncludes } from "@std/assert";

const cli = new URL("../../src/emulator/cli.ts", import.meta.url).href;

Deno.test("emulator's command line says where it is, and stops on Ctrl-C", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "--allow-net", "--allow-env", cli, "--port", "0"],
    stdout: "piped",
  });
  const child = command.spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let output = "";
  while (!output.includes("Ctrl-C")) output += (await reader.read()).value ?? "";
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
  assertStringIncludes(output, "tsetsen-development-emulator");
  assertStringIncludes(output, "no real voice");
  const preview = await fetch(`${url}/audio/voice-emulator-v2-bold.wav`);
  assertEquals((await preview.arrayBuffer()).byteLength > 44, true);
  child.kill("SIGINT");
  assertEquals((await child.status).code, 0);
  await reader.cancel();
});

Deno.test("emulator's command line refuses what it does not know", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "--allow-net", "--allow-env", cli, "--volume", "11"],
  });
  const { code, stderr } = await command.output();
  assertEquals(code, 2);
  assertStringIncludes(new TextDecoder().decode(stderr), "--volume");
});
