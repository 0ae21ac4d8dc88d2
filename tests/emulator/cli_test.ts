import { assertEquals, assertStringIncludes } from "@std/assert";
import { clientOf, STREAM, TEXT } from "../support/rig.ts";

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

Deno.test("emulator's command line refuses an option that is given twice, and a number in hexadecimal digits", async () => {
  const says: Readonly<Record<string, readonly string[]>> = {
    "--credits is given twice": ["--credits", "1", "--port", "0", "--credits", "2"],
    "port must be a whole number from 0 to 65535": ["--port", "0x10"],
    "credits must be a whole number": ["--credits", "1e3"],
  };
  for (const [words, args] of Object.entries(says)) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", cli, ...args],
    }).output();
    assertEquals(code, 2, words);
    assertStringIncludes(new TextDecoder().decode(stderr), words);
  }
});

Deno.test("emulator's command line switches both limits of streams on and off", async () => {
  const [long, often] = ["invalid_request", "rate_limit_exceeded"];
  const rows: [args: string[], ends: (string | undefined)[]][] = [
    [[], [undefined, undefined, long]],
    [["--max-stream-seconds", "none"], [undefined, undefined, undefined]],
    [["--max-stream-seconds", "1"], [long, long, long]],
    [["--streams-per-minute", "1"], [undefined, often, long]],
    [["--streams-per-minute", "none"], [undefined, undefined, long]],
    [
      ["--max-stream-seconds", "none", "--streams-per-minute", "2"],
      [undefined, undefined, often],
    ],
  ];
  await Promise.all(rows.map(async ([args, ends]) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", cli, "--port", "0", "--json", ...args],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let output = "";
    while (!output.includes("\n")) output += (await reader.read()).value ?? "";
    using client = clientOf(JSON.parse(output).url, { maxRetries: 0 });
    const seen = [];
    // The last one lasts for more than five minutes.
    for (const text of [TEXT, TEXT, "уншина ".repeat(1_000)]) {
      const stream = client.streamSpeech({ ...STREAM, text });
      seen.push(await stream.next().then(() => undefined, (error) => error.code));
      await stream.cancel();
    }
    child.kill("SIGINT");
    await child.status;
    await reader.cancel();
    assertEquals(seen, ends, args.join(" "));
  }));
});

Deno.test("emulator's command line refuses a limit that is neither a number of at least 1 nor none", async () => {
  for (const name of ["--max-stream-seconds", "--streams-per-minute"]) {
    for (const value of ["0", "many", ""]) {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-lock", cli, "--port", "0", `${name}=${value}`],
      }).output();
      assertEquals(code, 2, `${name}=${value}`);
      assertStringIncludes(
        new TextDecoder().decode(stderr),
        "must be a number of at least 1, or f",
      );
    }
  }
});
