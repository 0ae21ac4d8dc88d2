// A server of audio over a real socket: each request gets the next of the answers that a test wants.

import { type RawConnection, type RawServer, rawServer } from "./raw_server.ts";
import { bytesOf, concat } from "./wire.ts";

/** The job that the downloads are of. */
export const JOB = "job-1";

export interface AudioAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** How many bytes of the body are sent. Default: all of them. */
  readonly until?: number;
  /** What the connection does then. Default: it stays open, and is used again. */
  readonly then?: "close" | "silence";
}

/** Answers each request with the next answer, and all that follow with the last. */
export function audioServer(...answers: readonly AudioAnswer[]): RawServer {
  let count = 0;
  return rawServer((connection) => {
    const answer = answers[Math.min(count++, answers.length - 1)] as AudioAnswer;
    return send(connection, answer);
  });
}

async function send({ request, write, close, gone }: RawConnection, answer: AudioAnswer) {
  const { status = 200, headers = {}, body = new Uint8Array(), until = body.length } = answer;
  if (answer.then === "silence" && answer.until === undefined) return await gone;
  const from = status === 206 ? Number(/^range: *bytes=(\d+)-/im.exec(request.head)?.[1]) : 0;
  const all: Record<string, string> = {
    "content-length": `${body.length - from}`,
    ...(status === 206 && { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => value && `${name}: ${value}\r\n`);
  const head = bytesOf(`HTTP/1.1 ${status} X\r\n${lines.join("")}\r\n`);
  await write(concat(head, body.subarray(from, Math.max(from, until))));
  if (answer.then === "silence") await gone;
  if (answer.then === "close") {
    // Time for the client to read what came: a runtime may throw it away when the connection breaks.
    await new Promise((resolve) => setTimeout(resolve, 30));
    close();
  }
}
