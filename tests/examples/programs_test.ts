import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { AuthenticationError, Client } from "@tsetsen/sdk";
import { ManualClock, type RunningEmulator, startEmulator } from "@tsetsen/sdk/emulator";
import { ROOT, run } from "../hosts/tools.ts";
import { find } from "../support/runtimes.ts";
import { pcmOf } from "./tools.ts";
import { until } from "../support/until.ts";

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What it wrote, if it did. */
  readonly wav: Uint8Array | undefined;
  readonly files: readonly string[];
}

const TEXT = "Сайн байна уу? Энэ бол жишээ.";

// Node and Bun run the programs where they lie, after the one command that their first lines name.
const MODULES = `${ROOT}examples/node_modules`;
let installed: Promise<string> | undefined;
Deno.test.afterAll(async () => {
  if (await installed) await Deno.remove(MODULES, { recursive: true });
});

const runtimes: Record<string, () => readonly string[]> = {
  deno: () => [
    Deno.execPath(),
    "run",
    "-A",
    `--config=${ROOT}deno.json`,
    `${ROOT}examples/deno/main.ts`,
  ],
  bun: () => [find("bun", "TSETSEN_BUN"), `${ROOT}examples/bun/main.ts`],
  node: () => [find("node", "TSETSEN_NODE"), `${ROOT}examples/node/main.mjs`],
};

/** Runs the command once. What was installed by hand before stays. */
function install(): Promise<string> {
  return installed ??= Deno.stat(MODULES).then(
    () => "",
    () => run([find("node", "TSETSEN_NODE"), `${ROOT}examples/install.mjs`]),
  );
}

for (const runtime of Object.keys(runtimes)) {
  Deno.test(`examples/${runtime} lists voices, submits once, follows the job and writes its audio`, async () => {
    const clock = new ManualClock();
    await using emulator = await startEmulator({ clock, queueTime: 300 });
    const running = runExample(runtime, emulator);
    const isAsked = () => emulator.requests.some(({ method }) => method === "CheckStatus");
    await until(isAsked, "the program asks for the status");
    await clock.advance(60_000);
    const { code, stdout, stderr, wav, files } = await running;
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "emulator-v1-sarnai  Сарнай  FEMALE");
    const [job] = emulator.jobs;
    assertMatch(stdout, new RegExp(`Job ${job?.requestId}\nPENDING after \\d+ ms\n`));
    assertMatch(stdout, /COMPLETED after \d+ ms\n/);
    assertMatch(stdout, /speech-\d+\.wav: \d+(\.\d+)? s, 29 credits\n$/);

    const sent = emulator.requests.filter(({ method }) => method === "GenerateSpeech");
    assertEquals(sent.map(({ message }) => message?.["text"]), [TEXT]);
    assertEquals(emulator.ledger.charges.map(({ credits }) => credits), [29]);
    const audio = emulator.requests.find(({ method }) => method === "Audio");
    assertEquals(wav, await (await fetch(audio?.url ?? "")).bytes());
    assert(pcmOf(wav!).some((byte) => byte !== 0), "the audio is silent");
    assertEquals(files.length, 1);
  });

  Deno.test(`examples/${runtime} says that the key was refused, does not show it, and exits with 1`, async () => {
    await using emulator = await startEmulator();
    const apiKey = "tsetsen-development-unknown";
    const { code, stdout, stderr, files } = await runExample(runtime, emulator, apiKey);
    assertEquals(code, 1);
    assertMatch(stderr, /^AuthenticationError: authentication_failed: /);
    assertEquals((stdout + stderr).includes(apiKey), false);
    assertEquals(files, []);
  });

  Deno.test(`examples/${runtime} asks to look at the balance when it cannot know what was charged`, async () => {
    await using emulator = await startEmulator();
    emulator.addFault({ kind: "drop", method: "GenerateSpeech", charged: true });
    const { code, stderr, files } = await runExample(runtime, emulator);
    assertEquals(code, 1);
    assertMatch(stderr, /^ConnectionError: connection_error: .*\nLook at your balance/);
    assertEquals(emulator.ledger.charges.length, 1);
    assertEquals(emulator.requests.filter(({ method }) => method === "GenerateSpeech").length, 1);
    assertEquals(files, []);
  });

  Deno.test(`examples/${runtime} says why a job FAILED, and writes nothing`, async () => {
    await using emulator = await startEmulator({
      queueTime: 0,
      pace: 0,
      failWhen: () => "no voice",
    });
    const { code, stderr, files } = await runExample(runtime, emulator);
    assertEquals(code, 1);
    const [job] = emulator.jobs;
    assertStringIncludes(stderr, "JobFailedError: job_failed: ");
    assertStringIncludes(stderr, `no voice (Request ID: ${job?.requestId})`);
    assertEquals(files, []);
  });
}

for (const [runtime, file] of [["bun", "bun/serve.ts"], ["node", "node/serve.mjs"]] as const) {
  Deno.test(`examples/${file} keeps the key, and speaks for those who show the token`, async () => {
    await install();
    await using emulator = await startEmulator({ queueTime: 0, pace: 0 });
    const program = find(runtime, runtime === "bun" ? "TSETSEN_BUN" : "TSETSEN_NODE");
    const child = new Deno.Command(program, {
      args: [`${ROOT}examples/${file}`],
      env: {
        NO_COLOR: "1",
        PORT: "0",
        VISITOR_TOKEN: "open sesame",
        TSETSEN_API_KEY: emulator.apiKey,
        TSETSEN_API_ENDPOINT: emulator.url,
      },
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    try {
      const { value = "" } = await reader.read();
      const endpoint = value.trim().replace(/\/$/, "");
      const open = (token: string) =>
        new Client({
          apiKey: null,
          endpoint,
          maxRetries: 0,
          headers: { authorization: `Bearer ${token}` },
        });
      using visitor = open("open sesame");
      const job = await visitor.submit({ text: TEXT, voiceId: "emulator-v1-bold" });
      assert((await (await job.audio()).bytes()).length > 44);
      using stranger = open("open sesam");
      const call = () => stranger.generateSpeech({ text: TEXT, voiceId: "emulator-v1-bold" });
      await assertRejects(call, AuthenticationError);
      assertEquals(emulator.ledger.charges.length, 1);
    } finally {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    }
  });
}

async function runExample(
  runtime: string,
  emulator: RunningEmulator,
  apiKey = emulator.apiKey,
): Promise<Ended> {
  if (runtime !== "deno") await install();
  const folder = await Deno.makeTempDir();
  try {
    const [program = "", ...args] = runtimes[runtime]!();
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args, TEXT],
      cwd: folder,
      env: { NO_COLOR: "1", TSETSEN_API_KEY: apiKey, TSETSEN_API_ENDPOINT: emulator.url },
      signal: AbortSignal.timeout(60_000),
    }).output();
    const decoder = new TextDecoder();
    const files = await list(folder);
    return {
      code,
      stdout: decoder.decode(stdout),
      stderr: decoder.decode(stderr),
      wav: files[0] === undefined ? undefined : await Deno.readFile(`${folder}/${files[0]}`),
      files,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function list(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  return names.sort();
}
