// The proxy on Node or Bun, as a process: prints its port.

import { createProxy } from "../../../src/proxy/mod.ts";

interface BunServer {
  readonly port: number;
}

const { env } = (globalThis as unknown as { process: { env: Record<string, string> } }).process;
const proxy = createProxy({
  apiKey: env["KEY"],
  endpoint: env["ENDPOINT"],
  timeout: Number(env["TIMEOUT"]),
  methods: ["ListVoices", "GenerateSpeech", "StreamSpeech", "CheckStatus"],
  log: (event) => console.log(JSON.stringify(event)),
  authorize: env["HOLD"] === undefined ? undefined : hold,
});

/** Says that it is asked, and decides when the visitor has left. */
async function hold({ signal }: Request): Promise<boolean> {
  console.log(JSON.stringify({ type: "asked" }));
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  return true;
}

if (env["ADAPTER"] === "bun") {
  const { Bun } = globalThis as unknown as { Bun: { serve(options: object): BunServer } };
  // One second stands for Bun's ten.
  const idleTimeout = Number(env["IDLE"] ?? 1);
  const { port } = Bun.serve({ port: 0, hostname: "127.0.0.1", idleTimeout, fetch: proxy });
  console.log(`port ${port}`);
} else {
  const { createServer } = await import("node:http");
  const handler = await adapt(env["ADAPTER"] ?? "");
  const server = createServer(handler as never).listen(0, "127.0.0.1", () => {
    console.log(`port ${(server.address() as { port: number }).port}`);
  });
}

async function adapt(adapter: string): Promise<unknown> {
  const name = adapter;
  const module = await import(name);
  return adapter === "@whatwg-node/server"
    ? module.createServerAdapter(proxy)
    : module.getRequestListener(proxy);
}
