// What a program needs leave for on Deno: without it nothing is sent, and the errors say so.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { setUp } from "../support/rig.ts";

const ROOT = new URL("../../", import.meta.url);

const PROGRAM = `
  import { Client } from "$ROOT/mod.ts";
  import { Client as LeanClient } from "$ROOT/src/lean/mod.ts";
  import { grpcTransport } from "$ROOT/src/grpc/mod.ts";
  const [endpoint = "", speak] = Deno.args;
  const options = { apiKey: "tsetsen-development-emulator", maxRetries: 0 };
  const client = speak === "lean"
    ? new LeanClient({ ...options, endpoint })
    : new Client(speak === "grpc" ? { ...options, transport: grpcTransport({ endpoint }) } : { ...options, endpoint });
  const speech = { text: "Сайн байна уу?", voiceId: "emulator-v2-bold" };
  const calls = { submit: () => client.submit(speech), stream: () => client.streamSpeech(speech).next() };
  for (const [name, call] of Object.entries(calls)) {
    const { code, charged, cause } = await call().catch((error) => error);
    console.log(JSON.stringify({ name, code, charged, cause: cause?.message ?? "" }));
  }
  // docs/limits.md says why.
  Deno.exit();
`;

async function run(args: readonly string[]): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/main.ts`;
    await Deno.writeTextFile(file, PROGRAM.replaceAll("$ROOT/", ROOT.href));
    const config = new URL("deno.json", ROOT).pathname;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--quiet",
        "--no-check",
        "--config",
        config,
        file,
        ...args,
      ],
      env: { NO_COLOR: "1" },
      stdin: "null",
      signal: AbortSignal.timeout(60_000),
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const speak of ["default", "lean", "grpc"] as const) {
  Deno.test(`Client says charged: no, and why, where Deno may not use the network, with ${speak}`, async () => {
    await using rig = await setUp();
    const lines = (await run([rig.endpoint, speak])).trim().split("\n");
    const told = lines.map((line) => JSON.parse(line));
    assertEquals(told.map(({ name, code, charged }) => [name, code, charged]), [
      ["submit", "connection_error", "no"],
      ["stream", "connection_error", "no"],
    ]);
    for (const { cause } of told) assertStringIncludes(cause, "--allow-net");
    assertEquals(rig.emulator.requests.length, 0);
  });
}
