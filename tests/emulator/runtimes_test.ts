import { fileURLToPath } from "node:url";
import { assertEquals } from "@std/assert";
import type { PluginBuild } from "esbuild";
import { find } from "../support/runtimes.ts";
import { type Result, runSuite } from "./suite.ts";

// Here the sanitizers look for leaks.
Deno.test("startEmulator leaks nothing in a process with others", async () => {
  assertEquals(failures(await runSuite(false)), []);
});

// A process of its own: the memory of this one grows with the tests of other files.
Deno.test("startEmulator does the same on Deno", async () => {
  const host = fileURLToPath(new URL("suite_host.ts", import.meta.url));
  assertEquals(failures(await runHost(Deno.execPath(), ["run", "-A", "--no-check", host])), []);
});

// esbuild's process ends a little after stop(): the sanitizers would take it for a leak.
const bundling = { sanitizeOps: false, sanitizeResources: false };

Deno.test("startEmulator does the same on Node", bundling, async () => {
  assertEquals(failures(await runBundle(find("node", "TSETSEN_NODE"))), []);
});

Deno.test("startEmulator does the same on Bun", bundling, async () => {
  assertEquals(failures(await runBundle(find("bun", "TSETSEN_BUN"))), []);
});

Deno.test(
  "createEmulator bundles for a browser, with nothing of Node in it",
  bundling,
  async () => {
    const { outputFiles } = await bundle("browser", {
      contents: 'export { createEmulator } from "./src/emulator/mod.ts";',
      resolveDir: root,
    });
    assertEquals(/\b(import|require)\s*\(?["']node:/.test(outputFiles[0]?.text ?? "node:"), false);
  },
);

const root = fileURLToPath(new URL("../..", import.meta.url));

async function bundle(
  platform: "browser" | "node",
  stdin: { contents: string; resolveDir: string },
) {
  const esbuild = await import("esbuild");
  try {
    return await esbuild.build({
      stdin: { ...stdin, loader: "ts" },
      bundle: true,
      format: "esm",
      platform,
      write: false,
      logLevel: "silent",
      plugins: [denoImports],
    });
  } finally {
    await esbuild.stop();
  }
}

// Deno keeps packages where no other bundler looks: this asks Deno where they are.
const denoImports = {
  name: "deno-imports",
  setup(build: PluginBuild) {
    build.onResolve({ filter: /^@/ }, ({ path }) => ({
      path: fileURLToPath(import.meta.resolve(path)),
    }));
  },
};

async function runBundle(runtime: string): Promise<Result[]> {
  const { outputFiles } = await bundle("node", {
    contents: 'import "./tests/emulator/suite_host.ts";',
    resolveDir: root,
  });
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/host.mjs`;
    await Deno.writeFile(file, outputFiles[0]?.contents ?? new Uint8Array());
    return await runHost(runtime, [file]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runHost(runtime: string, args: string[]): Promise<Result[]> {
  const command = new Deno.Command(runtime, { args, signal: AbortSignal.timeout(300_000) });
  const { stdout, stderr, success } = await command.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

function failures(results: readonly Result[]): string[] {
  return results.filter(({ error }) => error !== undefined).map(({ name, error }) =>
    `${name}: ${error}`
  );
}
