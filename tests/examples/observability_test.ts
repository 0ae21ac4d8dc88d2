// docs/observability.md feeds OpenTelemetry, on Node, Bun and Deno, with the real packages and the emulator.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type RunningEmulator, startEmulator } from "../../src/emulator/mod.ts";
import { installPackage } from "../hosts/pack.ts";
import { ROOT, run } from "../hosts/tools.ts";
import { find } from "../support/runtimes.ts";

const PACKAGES = [
  "@opentelemetry/api@1.9.0",
  "@opentelemetry/semantic-conventions@1.45.0",
  "@opentelemetry/sdk-trace-base@2.12.1",
];

const RUNTIMES: Readonly<Record<string, () => readonly [string, ...string[]]>> = {
  node: () => [find("node", "TSETSEN_NODE")],
  bun: () => [find("bun", "TSETSEN_BUN")],
  // The packages stand in two folders here, of which Deno by itself sees one.
  deno: () => [Deno.execPath(), "run", "-A", "--node-modules-dir=manual"],
};

/** The programs of the guide, as a reader would save them, and the packages beside them. */
async function prepare(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true, "type": "module" }');
  const guide = await Deno.readTextFile(`${ROOT}docs/observability.md`);
  for (
    const [, name, code] of guide.matchAll(/<!-- program: (\S+) -->\s*```js\n([\s\S]*?)```/g)
  ) await Deno.writeTextFile(`${folder}/${name}`, code!);
  await run(
    ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", ...PACKAGES],
    folder,
  );
}

async function trace(
  [program, ...args]: readonly [string, ...string[]],
  folder: string,
  emulator: RunningEmulator,
): Promise<{ code: number; out: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args, `${folder}/main.mjs`],
    cwd: folder,
    env: { NO_COLOR: "1", TSETSEN_API_KEY: emulator.apiKey, TSETSEN_API_ENDPOINT: emulator.url },
  }).output();
  const decoder = new TextDecoder();
  const out = decoder.decode(stdout) + decoder.decode(stderr);
  assert(!out.includes(emulator.apiKey) && !out.includes("Сайн"), out);
  return { code, out: out.replace(/ \d+ ms/g, "") };
}

Deno.test("The log feeds OpenTelemetry by docs/observability.md, on Node, Bun and Deno", async () => {
  await using sdk = await installPackage();
  await using emulator = await startEmulator({ queueTime: 0, pace: 0 });
  const folder = `${sdk.folder}/observability`;
  await prepare(folder);
  for (const [name, command] of Object.entries(RUNTIMES)) {
    emulator.reset();
    emulator.addFault({ kind: "error", code: "UNAVAILABLE", method: "ListVoices" });
    emulator.addFault({ kind: "http", status: 503, method: "CheckStatus" });
    const { code, out } = await trace(command(), folder, emulator);
    assertEquals([code, name], [0, name], out);
    const expected = [
      "tsetsen.api.v1.TsetsenTTS/ListVoices OK retry",
      "  attempt 1 service_unavailable",
      "  attempt 2",
      "tsetsen job yes COMPLETED",
      "  tsetsen.api.v1.TsetsenTTS/GenerateSpeech OK yes",
      "    attempt 1 yes",
      "  tsetsen WatchStatus yes poll_failed",
      "    tsetsen.api.v1.TsetsenTTS/CheckStatus service_unavailable yes",
      "      attempt 1 service_unavailable yes",
      "    tsetsen.api.v1.TsetsenTTS/CheckStatus OK yes",
      "      attempt 1 yes",
      "  tsetsen Download yes",
      "    attempt 1 yes",
    ];
    const lines = out.trimEnd().split("\n");
    // The exporter has the spans by their ends: compare each parent with its children.
    assertEquals(lines.toSorted(), expected.toSorted(), `${name}: ${out}`);
    const at = (beginning: string) => lines.findIndex((line) => line.startsWith(beginning));
    assert(at("tsetsen job") < at("  tsetsen WatchStatus"), out);
    assert(at("  tsetsen WatchStatus") < at("    tsetsen.api.v1.TsetsenTTS/CheckStatus"), out);

    emulator.addFault({ kind: "drop", method: "GenerateSpeech", charged: true });
    const failed = await trace(command(), folder, emulator);
    assertEquals(failed.code, 1);
    assertEquals(emulator.requests.filter(({ method }) => method === "GenerateSpeech").length, 2);
    assertMatch(failed.out, /ConnectionError/);
  }
});
