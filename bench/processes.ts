/**
 * The runtimes, and the processes that run on them.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { ServerStats } from "./types.ts";

/** The folder of the project. */
export const root: string = fileURLToPath(new URL("..", import.meta.url));

/** A JavaScript runtime on this machine. */
export interface Runtime {
  readonly name: string;
  /** `undefined` when it is absent. */
  readonly version: string | undefined;
  readonly command: readonly string[];
}

/** Deno, Bun and Node, as far as they are here. */
export function findRuntimes(): Promise<Runtime[]> {
  return Promise.all([
    // Nothing is kept from run to run: a cold start is to be cold.
    find("Deno", [Deno.execPath()], ["run", "-A", "--no-config", "--no-lock", "--no-code-cache"]),
    find("Bun", [Deno.env.get("TSETSEN_BUN") || "bun"], []),
    find("Node", ["node"], []),
  ]);
}

async function find(name: string, program: string[], flags: string[]): Promise<Runtime> {
  const command = [...program, ...flags];
  try {
    const { stdout } = await new Deno.Command(program[0]!, { args: ["--version"] }).output();
    const version = /\d+\.\d+\.\d+/.exec(new TextDecoder().decode(stdout))?.[0];
    return { name, version, command };
  } catch {
    return { name, version: undefined, command };
  }
}

// A program that hangs is a figure that failed, not a bench that never ends.
const MAX_TIME = 10 * 60_000;

/** Runs a program with a task and returns its result. */
export async function run<R>(runtime: Runtime, program: string, task: unknown): Promise<R> {
  const [command, ...flags] = runtime.command;
  const { success, signal, stdout, stderr } = await new Deno.Command(command!, {
    args: [...flags, program, JSON.stringify(task)],
    stdin: "null",
    signal: AbortSignal.timeout(MAX_TIME),
  }).output();
  if (!success) {
    throw new Error(signal ?? new TextDecoder().decode(stderr).trim().slice(-500));
  }
  return JSON.parse(new TextDecoder().decode(stdout)) as R;
}

/** The server, running. */
export interface RunningServer extends AsyncDisposable {
  /** Where the clients reach it. */
  readonly base: string;
  /** What it saw since it was last asked. */
  stats(): Promise<ServerStats>;
}

/** Starts the server in a process of its own. It ends with this one, at the latest. */
export async function startServer(
  runtime: Runtime,
  program: string,
  args: readonly string[] = [],
): Promise<RunningServer> {
  const [command, ...flags] = runtime.command;
  const child = new Deno.Command(command!, {
    args: [...flags, program, ...args],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  while (!line.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error("the server did not start");
    line += value;
  }
  const { service, control } = JSON.parse(line) as { service: number; control: number };
  return {
    base: `http://127.0.0.1:${service}`,
    stats: async () => (await fetch(`http://127.0.0.1:${control}`)).json(),
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await reader.cancel();
      await child.status;
    },
  };
}
