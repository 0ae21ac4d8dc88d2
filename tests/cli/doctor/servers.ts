// The servers that the doctor is shown: real ones, each with something about it.

import { createServer } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo, Server } from "node:net";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { TsetsenTTS } from "../../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { listen, type RunningEmulator } from "../../../src/emulator/http/serve.ts";
import type { Leaf } from "../../support/certificates.ts";
import { type RawServer, rawServer } from "../../support/raw_server.ts";
import { bytesOf } from "../../support/wire.ts";

/** A server that listens on this machine. */
export interface Served extends AsyncDisposable {
  readonly port: number;
}

type Handler = (request: Request) => Response | Promise<Response>;

/** A handler over HTTP/1.1; with a certificate over TLS, and HTTP/2 then, too. */
export function handled(handler: Handler, tls?: Leaf): Served {
  const options = { hostname: "127.0.0.1", port: 0, onListen() {}, ...tls };
  const server = Deno.serve(options, handler);
  const { port } = server.addr as Deno.NetAddr;
  return { port, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** A page for everyone who asks. */
export function page(status: number, type = "text/html"): Served {
  const headers = { "content-type": type };
  return handled(() => new Response("<h1>Hello</h1>", { status, headers }));
}

/** The emulator behind something that changes its answers. */
export function behind(
  emulator: RunningEmulator,
  change: (answer: Response, request: Request) => Response,
): Served {
  return handled(async (request) => {
    const copy = request.clone();
    const answer = await emulator.fetch(request);
    return change(new Response(answer.body, answer), copy);
  });
}

/** The emulator on a machine whose clock is elsewhere. `Deno.serve` has its own date. */
export async function atAnotherTime(emulator: RunningEmulator, ms: number): Promise<Served> {
  const server = createServer(async (request, response) => {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for await (const piece of request) pieces.push(piece);
    const { method = "", url, headers } = request;
    const answer = await emulator.fetch(
      new Request(`${emulator.url}${url}`, {
        method,
        headers: headers as Record<string, string>,
        ...(method === "POST" && { body: await new Blob(pieces).arrayBuffer() }),
      }),
    );
    const date = new Date(Date.now() + ms).toUTCString();
    response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), date });
    response.end(await answer.bytes());
  });
  return await listening(server, () => server.closeAllConnections());
}

/** A server of connect-node over TLS: native gRPC only, or gRPC-Web as well. */
export async function connectNode(tls: Leaf, grpcWeb: boolean): Promise<Served> {
  const handler = connectNodeAdapter({
    connect: false,
    grpc: true,
    grpcWeb,
    routes: (router) => void router.service(TsetsenTTS, { getUserBalance: () => ({ credits: 5 }) }),
  });
  const server = createSecureServer({ ...tls, allowHTTP1: grpcWeb }, handler);
  const sockets = new Set<{ destroy(): void }>();
  server.on("connection", (socket) => sockets.add(socket));
  server.on("session", (session) => session.on("error", () => {}));
  return await listening(server, () => sockets.forEach((socket) => socket.destroy()));
}

async function listening(server: Server, destroy: () => void): Promise<Served> {
  await listen(server, 0, "127.0.0.1");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whoever connects is told this, and then nothing. */
export function greeting(text: string): Served {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const accepting = (async () => {
    try {
      for await (const conn of listener) {
        open.add(conn);
        conn.write(new TextEncoder().encode(text)).catch(() => {});
      }
    } catch {
      // Closed.
    }
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of open) conn.close();
      await accepting;
    },
  };
}

/** A server that has no newer TLS than 1.1, by openssl: no runtime serves that any more. */
export async function oldTls({ cert, key }: Leaf): Promise<Served> {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/cert.pem`, cert);
  await Deno.writeTextFile(`${folder}/key.pem`, key);
  const process = new Deno.Command("openssl", {
    args: ["s_server", "-accept", "127.0.0.1:0", "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0", "-www"]
      .concat("-cert", `${folder}/cert.pem`, "-key", `${folder}/key.pem`),
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  let port: number | undefined;
  while (port === undefined) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`openssl s_server ended: ${said}`);
    said += value;
    port = Number(/^ACCEPT 127\.0\.0\.1:(\d+)\n/m.exec(said)?.[1] ?? NaN) || undefined;
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      while (!(await reader.read()).done);
      await process.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The emulator over HTTP/1.0: the end of the connection ends an answer. */
export function overHttp10(emulator: RunningEmulator): RawServer {
  return rawServer(async ({ request: { head, body }, write, close }) => {
    const [, method = "", path = ""] = /^(\S+) (\S+)/.exec(head) ?? [];
    const lines = head.split("\r\n").slice(1).map((line) => line.split(/: */, 2));
    const headers = lines.map(([name = "", value = ""]): [string, string] => [name, value]);
    const answer = await emulator.fetch(
      new Request(`${emulator.url}${path}`, {
        method,
        headers: headers.filter(([name]) => !/^(host|connection|content-length)$/i.test(name)),
        ...(body.length > 0 && { body: new Uint8Array(body) }),
      }),
    );
    const named = [...answer.headers, ["date", new Date().toUTCString()]];
    const told = named.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    await write(bytesOf(`HTTP/1.0 ${answer.status} OK\r\n${told}\r\n`));
    for await (const piece of answer.body ?? []) await write(piece);
    close();
  });
}
