// The proxy as a process on Node and Bun, bundled from the source, with adapters that are installed into .cache.

import { fileURLToPath } from "node:url";
import type { PluginBuild } from "esbuild";
import { installOnce, ROOT } from "../hosts/tools.ts";
import { find } from "../support/runtimes.ts";

/** How a fetch handler is served. */
export const ADAPTERS = ["bun", "@whatwg-node/server", "@hono/node-server"] as const;
export type Adapter = typeof ADAPTERS[number];

/** What hands the proxy a request that is less than a `Request`. */
export const AZURE = "@azure/functions";

/** What aborts the signal of a request as soon as its body is read. */
export const SRVX = "srvx/node";

const FOLDER = `${ROOT}.cache/proxy`;
/** The newest that run on Node 20. */
const PACKAGES = {
  "@azure/functions": "4.16.5",
  "@whatwg-node/server": "0.10.18",
  "@hono/node-server": "2.1.9",
  "hono": "4.13.19",
  "srvx": "0.8.16",
};

/** A running proxy. */
export interface ProxyProcess extends AsyncDisposable {
  readonly url: string;
  /** The events that it has reported. */
  readonly events: { readonly type: string; readonly requestId?: string }[];
  /** What it wrote to its standard error. */
  readonly stderr: () => string;
}

/** Starts it. */
export async function startProcess(
  adapter: Adapter | typeof AZURE | typeof SRVX,
  env: Readonly<Record<string, string>>,
): Promise<ProxyProcess> {
  const file = await bundle();
  const program = adapter === "bun" ? find("bun", "TSETSEN_BUN") : find("node", "TSETSEN_NODE");
  const child = new Deno.Command(program, {
    args: [file],
    env: { NO_COLOR: "1", ADAPTER: adapter, TIMEOUT: "30000", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const events: ProxyProcess["events"] = [];
  let stderr = "";
  const port = Promise.withResolvers<string>();
  const reading = Promise.all([
    (async () => {
      let rest = "";
      for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + piece).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (line.startsWith("port ")) port.resolve(line.slice(5));
          else if (line.startsWith("{")) events.push(JSON.parse(line));
        }
      }
      port.reject(new Error(`The process ended: ${stderr}`));
    })(),
    (async () => {
      for await (const piece of child.stderr.pipeThrough(new TextDecoderStream())) stderr += piece;
    })(),
  ]);
  return {
    url: `http://127.0.0.1:${await port.promise}/tts`,
    events,
    stderr: () => stderr,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await reading;
    },
  };
}

let bundled: Promise<string> | undefined;

/** Bundles the program once, beside the adapters. */
function bundle(): Promise<string> {
  return bundled ??= (async () => {
    await installOnce(FOLDER, PACKAGES);
    // Of its own for each test file: they run side by side.
    const outfile = `${FOLDER}/serve_${crypto.randomUUID()}.mjs`;
    globalThis.addEventListener("unload", () => Deno.removeSync(outfile));
    const esbuild = await import("esbuild");
    try {
      await esbuild.build({
        entryPoints: [fileURLToPath(new URL("./programs/serve.ts", import.meta.url))],
        outfile,
        bundle: true,
        format: "esm",
        platform: "neutral",
        target: "es2022",
        absWorkingDir: ROOT,
        external: ["node:*"],
        logLevel: "silent",
        plugins: [{
          name: "deno-imports",
          setup(build: PluginBuild) {
            build.onResolve({ filter: /^@(bufbuild|connectrpc)/ }, ({ path }) => ({
              path: fileURLToPath(import.meta.resolve(path)),
            }));
          },
        }],
      });
    } finally {
      await esbuild.stop();
      // Its process ends a little later, which the sanitizers would take for a leak.
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return outfile;
  })();
}
