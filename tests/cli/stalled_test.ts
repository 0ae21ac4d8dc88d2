// A reader of standard output that takes nothing any more: a player that was paused, a network that stands still.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { Client, type GenerateSpeechRequest } from "../../mod.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { until } from "../support/until.ts";
import { DENO } from "./setup.ts";

/** Long enough to fill every pipe many times over. */
const TEXT = "Би маш хурдан явлаа. ".repeat(60);

for (const command of ["stream", "say", "resume"]) {
  Deno.test(`tsetsen ${command} -o - ends at SIGTERM while nobody reads, and names what is paid`, async () => {
    await using emulator = await startEmulator({ queueTime: 0, pace: 0 });
    const { apiKey } = emulator;
    const env = {
      TSETSEN_API_KEY: apiKey,
      TSETSEN_API_ENDPOINT: emulator.url,
      NO_COLOR: "1",
    };
    const start = (args: readonly string[]) => {
      const [program = "", ...rest] = [...DENO, ...args];
      const piped = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
      return new Deno.Command(program, { args: rest, env, ...piped }).spawn();
    };
    let target = TEXT;
    if (command === "resume") {
      const request = { text: TEXT, voiceId: "emulator-v1-bold" };
      target = (await submitted(emulator.url, apiKey, request)).requestId;
    }
    const process = start([command, target, "-o", "-"]);
    const reader = process.stdout.getReader();
    let late: ReturnType<typeof setTimeout> | undefined;
    try {
      assertEquals((await reader.read()).done, false);
      await untilItWaits(process.pid);
      process.kill("SIGTERM");
      // One that hangs fails its test.
      late = setTimeout(() => process.kill("SIGKILL"), 20_000);
      const said = new Response(process.stderr).text();
      assertEquals((await process.status).code, 143);
      assertStringIncludes(await said, "Stopped by SIGTERM.");
      if (command !== "resume") assertStringIncludes(await said, "It is charged.");
      if (command === "say") {
        for (const { requestId } of emulator.jobs) assertStringIncludes(await said, requestId);
      }
    } finally {
      clearTimeout(late);
      try {
        process.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await reader.cancel();
    }
  });
}

Deno.test("tsetsen say --json names what is paid at SIGTERM while nobody reads its lines", async () => {
  const folder = await Deno.makeTempDir();
  await using emulator = await startEmulator({ queueTime: 600_000 });
  const [program = "", ...rest] = [...DENO, "--json", "say", "Сайн уу?", "-o", `${folder}/o.wav`];
  // Another writer has filled the pipe: the command's lines find no room.
  const line = 'head -c 1000000 /dev/zero 2>/dev/null & exec "$0" "$@"';
  const process = new Deno.Command("bash", {
    args: ["-c", line, program, ...rest],
    env: { TSETSEN_API_KEY: emulator.apiKey, TSETSEN_API_ENDPOINT: emulator.url, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const late = setTimeout(() => process.kill("SIGKILL"), 60_000);
  try {
    await until(() => emulator.requests.some(({ method }) => method === "CheckStatus"));
    process.kill("SIGTERM");
    const said = new Response(process.stderr).text();
    assertEquals((await process.status).code, 143);
    assertStringIncludes(await said, "Stopped by SIGTERM.");
    assertStringIncludes(await said, "tsetsen resume");
  } finally {
    clearTimeout(late);
    await process.stdout.cancel();
    await Deno.remove(folder, { recursive: true });
  }
});

/** Waits until a thread of the process waits for the reader of a pipe; two seconds where the system does not tell. */
async function untilItWaits(pid: number): Promise<void> {
  const tasks = `/proc/${pid}/task`;
  for (let tries = 0; tries < 400; tries++) {
    try {
      for (const { name } of Deno.readDirSync(tasks)) {
        if (Deno.readTextFileSync(`${tasks}/${name}/wchan`).includes("pipe_w")) return;
      }
    } catch {
      // A thread has ended, or this is not Linux.
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function submitted(endpoint: string, apiKey: string, request: GenerateSpeechRequest) {
  using client = new Client({ endpoint, apiKey });
  return await client.generateSpeech(request);
}
