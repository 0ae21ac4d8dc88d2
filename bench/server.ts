/**
 * The service that the clients are measured against: a process of its own that answers with bytes made beforehand, so
 * that next to nothing of a figure is the server's.
 *
 * Answers have the shape that a gateway gives them: HTTP/1.1 with keep-alive, chunked, without a content length, the
 * trailers in a chunk of their own. A second port tells what the first one saw. Ends when its standard input ends.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { audio, completed, pending, processing, trailers } from "./answers.ts";
import type { ServerStats } from "./types.ts";

const CHUNK_BYTES = 64 * 1024;
const chunk = audio(CHUNK_BYTES, false);

const polls = new Map<string, number>();
let stats: ServerStats = { connections: 0, requests: 0 };

const service = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on("data", (piece: Buffer) => pieces.push(piece));
  request.on("end", () => {
    stats.requests++;
    answer(request, Buffer.concat(pieces).toString("latin1"), response);
  });
});
service.on("connection", () => stats.connections++);
// A connection closed for being idle, at the moment that a client uses it again, would be a fault that nobody asked for.
service.keepAliveTimeout = 0;

const control = createServer((_request, response) => {
  response.end(JSON.stringify(stats));
  stats = { connections: 0, requests: 0 };
  polls.clear();
});

console.log(JSON.stringify({ service: await listen(service), control: await listen(control) }));
process.stdin.on("end", () => process.exit()).resume();

function answer(request: IncomingMessage, body: string, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/grpc-web+proto" });
  if (request.url?.endsWith("/StreamSpeech")) {
    void stream(Number(/bytes=(\d+)/.exec(body)?.[1]), response);
    return;
  }
  response.write(statusOf(/wait-\d+/.exec(body)?.[0]));
  response.end(trailers);
}

/** A job that is waited for is PENDING, then PROCESSING, then COMPLETED; any other is COMPLETED. */
function statusOf(id: string | undefined): Uint8Array {
  if (id === undefined) return completed;
  const poll = (polls.get(id) ?? 0) + 1;
  polls.set(id, poll);
  return poll === 1 ? pending : poll === 2 ? processing : completed;
}

async function stream(bytes: number, response: ServerResponse): Promise<void> {
  for (; bytes > CHUNK_BYTES && !response.destroyed; bytes -= CHUNK_BYTES) {
    if (!response.write(chunk)) await drained(response);
  }
  response.write(audio(bytes, true));
  response.end(trailers);
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    // The bare client opens thousands of connections at once.
    server.listen({ port: 0, host: "127.0.0.1", backlog: 16_384 }, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}
