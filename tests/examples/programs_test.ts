import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type RunningEmulator, startEmulator } from "@tsetsen/sdk/emulator";
import { type InstalledPackage, installPackage } from "../hosts/pack.ts";
import { ROOT } from "../hosts/tools.ts";
import { find } from "../support/runtimes.ts";
import { pcmOf } from "./tools.ts";

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What it wrote, if it did. */
  readonly wav: Uint8Array | undefined;
  readonly files: readonly string[];
}

const TEXT = "Сайн байна уу? Энэ бол жишээ.";
let sdk: Promise<InstalledPackage> | undefined;
Deno.test.afterAll(async () => void await (await sdk)?.[Symbol.asyncDispose]());

// Node and Bun run a copy of the program beside the installed package, as users do; Deno runs the package's own source.
const runtimes: Record<string, (folder: string) => Promise<string[]>> = {
  deno: (_folder) =>
    Promise.resolve([
      Deno.execPath(),
      "run",
      "-A",
      `--config=${ROOT}deno.json`,
      `${ROOT}examples/deno/main.ts`,
    ]),
  bun: async (folder) => {
    await install(folder, "bun/main.ts");
    return [find("bun", "TSETSEN_BUN"), "main.ts"];
  },
  node: async (folder) => {
    await install(folder, "node/main.mjs");
    return [Deno.env.get("TSETSEN_NODE") ?? "node", "main.mjs"];
  },
};

for (const runtime of Object.keys(runtimes)) {
  Deno.test(`examples/${runtime} lists voices, submits once, follows the job and writes its audio`, async () => {
    await using emulator = await startEmulator({ queueTime: 300 });
    const { code, stdout, stderr, wav, files } = await runExample(runtime, emulator);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "emulator-v1-sarnai  Сарнай  FEMALE");
    const [job] = emulator.jobs;
    assertMatch(stdout, new RegExp(`Job ${job?.requestId}\nPENDING after \\d+ ms\n`));
    assertMatch(stdout, /COMPLETED after \d+ ms\n/);
    assertMatch(stdout, /speech\.wav: \d+(\.\d+)? s, 29 credits\n$/);

    const sent = emulator.requests.filter(({ method }) => method === "GenerateSpeech");
    assertEquals(sent.map(({ message }) => message?.["text"]), [TEXT]);
    assertEquals(emulator.ledger.charges.map(({ credits }) => credits), [29]);
    const audio = emulator.requests.find(({ method }) => method === "Audio");
    assertEquals(wav, await (await fetch(audio?.url ?? "")).bytes());
    assert(pcmOf(wav!).some((byte) => byte !== 0), "the audio is silent");
    assertEquals(files, ["speech.wav"]);
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

async function runExample(
  runtime: string,
  emulator: RunningEmulator,
  apiKey = emulator.apiKey,
): Promise<Ended> {
  const folder = await Deno.makeTempDir();
  try {
    const [program = "", ...args] = await runtimes[runtime]!(folder);
    const before = await list(folder);
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args, TEXT],
      cwd: folder,
      env: { NO_COLOR: "1", TSETSEN_API_KEY: apiKey, TSETSEN_API_ENDPOINT: emulator.url },
      signal: AbortSignal.timeout(60_000),
    }).output();
    const decoder = new TextDecoder();
    return {
      code,
      stdout: decoder.decode(stdout),
      stderr: decoder.decode(stderr),
      wav: await Deno.readFile(`${folder}/speech.wav`).catch(() => undefined),
      files: (await list(folder)).filter((name) => !before.includes(name)),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function install(folder: string, example: string): Promise<void> {
  const installed = await (sdk ??= installPackage());
  await Deno.symlink(`${installed.folder}/node_modules`, `${folder}/node_modules`);
  await Deno.copyFile(`${installed.folder}/package.json`, `${folder}/package.json`);
  await Deno.copyFile(`${ROOT}examples/${example}`, `${folder}/${example.split("/")[1]}`);
}

async function list(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  return names.sort();
}
