// The service whose connections break, over HTTP/2 without TLS.

import { createServer, type Http2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { AUDIO, BALANCE, type Post, type Upstream } from "./upstream.ts";

/** Starts it. It does what `startUpstream` says. */
export async function startHttp2Upstream(): Promise<Upstream> {
  const posts: Post[] = [];
  const sessions = new Set<Http2Session>();
  const used = new Set<Http2Session>();
  const server = createServer((request, response) => {
    const session = request.stream.session!;
    const method = request.url.split("/").at(-1)!;
    posts.push({ method, kept: used.has(session) });
    used.add(session);
    request.resume();
    request.on("end", () => {
      const head = { "content-type": "application/grpc-web+proto" };
      if (method === "GenerateSpeech") {
        setTimeout(() => session.destroy(), 50);
      } else if (method === "StreamSpeech") {
        response.writeHead(200, head).write(AUDIO);
        setTimeout(() => session.destroy(), 150);
      } else response.writeHead(200, head).end(BALANCE);
    });
  });
  server.on("session", (session) => {
    sessions.add(session);
    session.on("error", () => {}).on("close", () => sessions.delete(session));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    posts,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
