// What the programs of this folder use of their runtime; the same on Deno, Node and Bun.

import type { ClientOptions } from "../../../mod.ts";
import { grpcTransport } from "../../../src/grpc/mod.ts";
import { leanTransport } from "../../../src/lean/mod.ts";

interface Process {
  readonly argv: readonly string[];
  readonly stdout: { write(text: string): void };
  memoryUsage(): { readonly rss: number };
}

const { process, gc } = globalThis as unknown as {
  readonly process: Process;
  readonly gc?: () => void;
};

/** Where a program's client speaks to, and what: options of a client. */
export function place(endpoint: string, speak: string | undefined): ClientOptions {
  const secure = false;
  if (speak === "grpc") return { transport: grpcTransport({ endpoint, secure }) };
  if (speak === "lean") return { transport: leanTransport({ endpoint, secure }) };
  return { endpoint, secure };
}

export const args: readonly string[] = process.argv.slice(2);

export function say(result: unknown): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** Resident memory, in bytes. */
export function memory(): number {
  return process.memoryUsage().rss;
}

/** Collects garbage until nothing that is out of reach can be left. */
export async function collect(): Promise<void> {
  if (gc === undefined) throw new Error("run with --expose-gc");
  for (let round = 0; round < 4; round++) {
    gc();
    await sleep(5);
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
