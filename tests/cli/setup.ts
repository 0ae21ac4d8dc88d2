// The command line as users run it: a process of its own, with pipes or in a terminal.

import { type RunningEmulator, startEmulator, type StartOptions } from "../../src/emulator/mod.ts";
import { fileStore } from "../../src/narration/file_store.ts";
import { type NarrationState, savedNarration } from "../../src/narration/mod.ts";
import { KEY } from "../support/rig.ts";

export const MAIN = new URL("../../src/cli/main.ts", import.meta.url).href;

/** The command line on Deno; the tests of the package have others. */
export const DENO: readonly string[] = [Deno.execPath(), "run", "-A", "--no-check", MAIN];

/** How a process ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as it came. */
  readonly bytes: Uint8Array;
}

/** A process that is under way. */
export interface Running {
  /** What it has printed so far on both outputs. */
  readonly said: () => string;
  /** Waits until it has printed something. */
  until(text: string | RegExp): Promise<void>;
  type(text: string): Promise<void>;
  kill(signal: Deno.Signal): void;
  readonly ended: Promise<Ended>;
}

export interface Desk extends AsyncDisposable {
  readonly emulator: RunningEmulator;
  /** A folder of its own, where the commands run. */
  readonly folder: string;
  /** A file in it. */
  path(name: string): string;
  write(name: string, text: string): Promise<string>;
  /** Runs a command to its end. */
  run(args: readonly string[], options?: StartIn): Promise<Ended>;
  start(args: readonly string[], options?: StartIn): Running;
}

export interface StartIn {
  readonly program?: readonly string[];
  /** In a terminal: both outputs are one then. */
  readonly terminal?: boolean;
  /** Standard input; it stays open without. */
  readonly input?: string | Uint8Array;
  readonly env?: Record<string, string>;
}

/** An emulator, and a folder to run commands in. */
export async function setUp(options: StartOptions = {}): Promise<Desk> {
  const emulator = await startEmulator({ queueTime: 0, pace: 0, ...options });
  const folder = await Deno.makeTempDir({ prefix: "tsetsen-cli-" });
  const processes = new Set<Running>();
  const start = (args: readonly string[], given: StartIn = {}) => {
    const env = {
      TSETSEN_API_KEY: KEY,
      TSETSEN_API_ENDPOINT: emulator.url,
      NO_COLOR: "",
      TERM: "xterm-256color",
      ...given.env,
    };
    const process = spawn(args, folder, { ...given, env });
    processes.add(process);
    process.ended.finally(() => processes.delete(process));
    return process;
  };
  return {
    emulator,
    folder,
    start,
    run: (args, given = {}) => start(args, { input: "", ...given }).ended,
    path: (name) => `${folder}/${name}`,
    async write(name, text) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
      return name;
    },
    async [Symbol.asyncDispose]() {
      // Only what a test that failed has left.
      for (const { kill, ended } of [...processes]) {
        kill("SIGKILL");
        await ended;
      }
      await emulator.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function spawn(args: readonly string[], cwd: string, given: StartIn): Running {
  const { program = DENO, terminal = false, input, env = {} } = given;
  const command = [...program, ...args];
  const [first = "", ...rest] = terminal ? inTerminal(command) : command;
  const process = new Deno.Command(first, {
    args: rest,
    cwd,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  const listeners = new Set<() => void>();
  const hear = async (stream: ReadableStream<Uint8Array>) => {
    const chunks: Uint8Array[] = [];
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      chunks.push(chunk);
      said += decoder.decode(chunk, { stream: true });
      for (const listener of listeners) listener();
    }
    return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  };
  const writer = process.stdin.getWriter();
  const type = (text: string) => writer.write(new TextEncoder().encode(text));
  const feed = async () => {
    if (input === undefined) return;
    const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
    // A command that reads no input may have ended before.
    await writer.write(bytes).then(() => writer.close()).catch(() => {});
  };
  const ended = (async () => {
    const [bytes, errors, { code }] = await Promise.all([
      hear(process.stdout),
      hear(process.stderr),
      process.status,
      feed(),
    ]);
    await writer.close().catch(() => {});
    const decoder = new TextDecoder();
    return { code, bytes, stdout: decoder.decode(bytes), stderr: decoder.decode(errors) };
  })();
  return {
    said: () => said,
    type,
    ended,
    kill(signal) {
      try {
        process.kill(signal);
      } catch {
        // It has ended.
      }
    },
    until: (text) =>
      new Promise((resolve, reject) => {
        const over = (end: () => void) => {
          clearTimeout(timer);
          listeners.delete(look);
          end();
        };
        const look = () => {
          if (typeof text === "string" ? said.includes(text) : text.test(said)) over(resolve);
        };
        const timer = setTimeout(
          () => over(() => reject(new Error(`it never said ${text}, but:\n${said}`))),
          60_000,
        );
        listeners.add(look);
        look();
      }),
  };
}

// Copies its input to the terminal and what the terminal shows to its output, and ends as the program does.
const PYTHON = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

/** A command in a terminal of its own, by what the machine has. */
function inTerminal(command: readonly string[]): string[] {
  if (has("python3")) return ["python3", "-c", PYTHON, ...command];
  if (has("script")) {
    const quoted = command.map((part) => `'${part.replaceAll("'", "'\\''")}'`).join(" ");
    return ["script", "-qefc", quoted, "/dev/null"];
  }
  throw new Error("There is neither python3 nor script to make a terminal with: install one.");
}

function has(program: string): boolean {
  try {
    const { success } = new Deno.Command(program, { args: ["--version"] }).outputSync();
    return success;
  } catch {
    return false;
  }
}

/** The lines of JSON that a command printed. */
// deno-lint-ignore no-explicit-any -- whatever it is, the tests say what it must be
export function jsonLines(text: string): any[] {
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** What `say` keeps of an unfinished narration. */
export async function stateOf(folder: string): Promise<NarrationState | undefined> {
  return await savedNarration(fileStore(folder), "narration");
}

export async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/**
 * Lets the first jobs end and no other, until the faults are cleared: a narration of three parts at a time then stands still
 * with three more under way.
 */
export function holdAfter(emulator: RunningEmulator, jobs: number): void {
  emulator.addFault({
    kind: "hang",
    method: "CheckStatus",
    times: Infinity,
    when: ({ message }) =>
      emulator.jobs.findIndex(({ requestId }) => requestId === message?.["requestId"]) >= jobs,
  });
}

/** Waits until a narration has so many parts that the service knows. */
export async function untilKnown(folder: string, parts: number): Promise<NarrationState> {
  const end = performance.now() + 60_000;
  for (;;) {
    const state = await stateOf(folder);
    const known = state?.parts.filter(({ requestId }) => requestId).length ?? 0;
    if (state !== undefined && known >= parts) return state;
    if (performance.now() > end) throw new Error(`${known} parts known after 60 s, not ${parts}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
