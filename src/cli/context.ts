import { readFile } from "node:fs/promises";
import { Client } from "../../mod.ts";
import { tell, UsageError } from "./failure.ts";
import { type Live, NOTHING, startLive } from "./live.ts";
import { printable, toJson } from "./printable.ts";
import { colors, isCapable, isLostReader, isTerminal, type Stream, write } from "./terminal.ts";

/** The options that every command has. */
export interface Globals {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly endpoint?: string;
  readonly insecure?: boolean;
  readonly apiKeyFile?: string;
  readonly timeout?: number;
  readonly retries?: number;
}

/** What a command works with: the client, and those who read what it says. Results go to standard output, the rest to standard error. */
export class Context {
  /** Aborts when the command is to stop. */
  readonly signal: AbortSignal;
  #globals: Globals;
  #results: Stream = "stdout";
  #client: Client | undefined;
  #live: Live = NOTHING;

  constructor(signal: AbortSignal, globals: Globals) {
    this.signal = signal;
    this.#globals = globals;
  }

  /** Takes over the options, once they are read. */
  configure(globals: Globals): void {
    this.#globals = globals;
  }

  /** The options that every command has, as they were given. */
  get globals(): Globals {
    return this.#globals;
  }

  /** Whether programs read the results. */
  get json(): boolean {
    return this.#globals.json === true;
  }

  /** Standard output is audio from now on: what is said goes to standard error. */
  giveStdoutAway(): void {
    this.#results = "stderr";
  }

  /** The client, made when it is first needed: some commands work without a key. */
  async client(): Promise<Client> {
    const { endpoint, insecure = false, apiKeyFile, timeout, retries } = this.#globals;
    if (this.#client !== undefined) return this.#client;
    const apiKey = apiKeyFile === undefined ? undefined : await readKey(apiKeyFile);
    return this.#client = new Client({
      apiKey,
      endpoint,
      secure: !insecure,
      timeout,
      maxRetries: retries,
    });
  }

  /** Gives the result: JSON for programs, text for people. */
  async result(value: object, text: string): Promise<void> {
    this.#live.stop();
    const isHidden = this.#results === "stderr" && !isTerminal("stderr");
    if (this.json) await write(this.#results, `${toJson(value)}\n`);
    else if (text !== "" && !isHidden) await write(this.#results, `${text}\n`);
  }

  /** Tells people in passing; nobody is told in a log. */
  note(text: string): void {
    if (isTerminal("stderr")) this.warn(text);
  }

  /** Tells what should be known before it costs something. */
  warn(text: string): void {
    if (this.json || this.#globals.quiet) return;
    this.#live.stop();
    write("stderr", `${printable(text)}\n`).catch(() => {});
  }

  /** Tells programs how far it is: a line of JSON. */
  progress(value: object): void {
    if (!this.json || this.#globals.quiet) return;
    // A reader that has left is noticed at the result.
    write(this.#results, `${toJson({ progress: value })}\n`).catch(() => {});
  }

  /** A line, or a bar, that shows people how far it is: on a terminal only. */
  live(total?: number): Live {
    if (this.json || this.#globals.quiet || !isCapable("stderr")) return NOTHING;
    return this.#live = startLive(total);
  }

  /** Tells of a failure. @returns The exit code. */
  async fail(failure: unknown): Promise<number> {
    this.#live.stop();
    const { exitCode, error, lines, silent } = tell(failure);
    if (silent) return exitCode;
    const { red } = colors("stderr");
    const [first = "", ...rest] = lines.map(printable);
    try {
      if (this.json) await write(this.#results, `${toJson({ error })}\n`);
      else await write("stderr", `${[`${red("error:")} ${first}`, ...rest].join("\n")}\n`);
    } catch (problem) {
      if (!isLostReader(problem)) throw problem;
    }
    return exitCode;
  }

  /** Ends what is under way. */
  close(): void {
    this.#live.stop();
    this.#client?.close();
  }
}

/** The key in a file. */
export async function readKey(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw new UsageError(`--api-key-file must be a file that can be read: ${file} is not.`, {
      cause,
    });
  }
}
