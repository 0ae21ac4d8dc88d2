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
  // A look into a database, say, that ends after the visitor has left.
  authorize: env["HOLD"] === undefined ? undefined : ({ signal }) =>
    new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve(true));
      console.log('{"type":"held"}');
    }),
});

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
  if (adapter === "@azure/functions") return azure(module.default.HttpRequest);
  if (adapter === "srvx/node") return module.toNodeHandler(proxy);
  return adapter === "@whatwg-node/server"
    ? module.createServerAdapter(proxy)
    : module.getRequestListener(proxy);
}

interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface NodeResponse {
  writeHead(status: number, headers: Record<string, string>): void;
  write(chunk: Uint8Array): void;
  end(): void;
}

/** The host of Azure Functions: it reads the request, and makes one of its own class, which has no signal. */
function azure(HttpRequest: new (init: object) => Request): unknown {
  return async (request: NodeRequest, response: NodeResponse) => {
    const { method, headers } = request;
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const bytes = new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
    const url = `http://${headers["host"]}${request.url}`;
    const body = method === "POST" ? { bytes } : undefined;
    const answer = await proxy(new HttpRequest({ url, method, headers, body }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    for await (const chunk of answer.body ?? []) response.write(chunk);
    response.end();
  };
}
