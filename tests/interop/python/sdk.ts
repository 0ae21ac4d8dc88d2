// The official Python SDK, through a process of its own: a call is a line that goes in, and a line that comes out.

import { start } from "../../hosts/process.ts";
import { ROOT } from "../../hosts/tools.ts";
import type { Certificates } from "../certificates.ts";
import type { Venv } from "../venv.ts";

/** A call as the driver takes it. The names are those of the Python SDK, times are seconds. */
export interface PythonCall {
  /** The method of its client, or one of the driver's own programs. */
  readonly call: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
  /** Of the client, beside where the service is. */
  readonly client?: Readonly<Record<string, unknown>>;
  /** The arguments of its `wait_for_completion`. */
  readonly wait?: Readonly<Record<string, unknown>>;
  /** Leaves a stream after so many chunks. */
  readonly take?: number;
}

/** What came of it. */
export interface PythonOutcome {
  readonly value?: unknown;
  readonly error?: PythonError;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/** What an exception says of itself. */
export interface PythonError {
  readonly name: string;
  readonly module: string;
  /** Whether `except TsetsenError` catches it. */
  readonly base: boolean;
  readonly text: string;
  readonly code: string | null;
  readonly statusCode: number | null;
  readonly requestId: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
}

/** The running process. */
export interface PythonSdk extends AsyncDisposable {
  call(call: PythonCall): Promise<PythonOutcome>;
}

/** Starts it. It trusts the tests' authority and no other. */
export function startPython({ python }: Venv, { ca }: Certificates): PythonSdk {
  const child = start(python, [`${ROOT}tests/interop/python/driver.py`], {
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    env: {
      GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: ca,
      no_proxy: "localhost,127.0.0.1",
    },
  });
  const { stdin, stdout } = child.process;
  const writer = stdin.getWriter();
  const waiting = new Map<number, PromiseWithResolvers<PythonOutcome>>();
  const ended = read(stdout, waiting);
  let count = 0;
  return {
    async call(call) {
      const id = ++count;
      const outcome = Promise.withResolvers<PythonOutcome>();
      waiting.set(id, outcome);
      await writer.write(new TextEncoder().encode(`${JSON.stringify({ id, ...call })}\n`));
      return await outcome.promise;
    },
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await writer.close().catch(() => {});
      await ended;
    },
  };
}

async function read(
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>,
  waiting: Map<number, PromiseWithResolvers<PythonOutcome>>,
): Promise<void> {
  let text = "";
  for await (const piece of stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (text + piece).split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) {
      const { id, ...outcome } = JSON.parse(line);
      waiting.get(id)?.resolve(outcome);
      waiting.delete(id);
    }
  }
  for (const { reject } of waiting.values()) reject(new Error("the process of Python ended"));
}
