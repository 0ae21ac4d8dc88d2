import type { Client } from "./sdk.ts";
import type { Globals } from "./globals.ts";
import type { Live } from "./terminal/live.ts";
import { printable, toJson } from "./terminal/printable.ts";
import { untilAbort } from "./terminal/until_abort.ts";
import { colors, isCapable, isTerminal, type Stream, write } from "./terminal/terminal.ts";

/** How long a write may take after the command was stopped, in milliseconds. */
const PATIENCE_MS = 1_000;

/** The client and the outputs of a command. Results go to standard output, everything else to standard error. */
export class Context {
  /** Aborts when the command must stop. */
  readonly signal: AbortSignal;
  /** The arguments with which `resume` fetches a job that the command leaves behind. */
  jobArguments: readonly string[] = ["-o", "FILE.wav"];
  #globals: Globals;
  #results: Stream = "stdout";
  #client: Client | undefined;
  #live: Live | undefined;

  constructor(signal: AbortSignal, globals: Globals) {
    this.signal = signal;
    this.#globals = globals;
  }

  /** Sets the options, once they are read. */
  configure(globals: Globals): void {
    this.#globals = globals;
  }

  /** The options that every command has, as the user gave them. */
  get globals(): Globals {
    return this.#globals;
  }

  /** Whether programs read the results. */
  get json(): boolean {
    return this.#globals.json === true;
  }

  /** Sends the results to standard error, because standard output is audio. */
  giveStdoutAway(): void {
    this.#results = "stderr";
  }

  /** The client. It is loaded and made at the first use, because some commands need none. */
  async client(): Promise<Client> {
    const { openClient } = await import("./connection.ts");
    return this.#client ??= await openClient(this.#globals);
  }

  /** Prints the result: JSON for programs, text for people. */
  async result(value: object, text: string): Promise<void> {
    this.#live?.stop();
    const isHidden = this.#results === "stderr" && !isTerminal("stderr");
    const said = this.json ? toJson(value) : isHidden ? "" : text;
    if (said !== "") await this.#write(this.#results, said);
  }

  /** Prints a note for people at a terminal; a log gets none. */
  note(text: string): void {
    if (isTerminal("stderr")) this.warn(text);
  }

  /** Prints a warning. */
  warn(text: string): void {
    if (this.json || this.#globals.quiet) return;
    this.#live?.stop();
    write("stderr", `${printable(text)}\n`).catch(() => {});
  }

  /** Reports the progress to programs: a line of JSON. */
  progress(value: object): void {
    if (!this.json || this.#globals.quiet) return;
    // The result's own write fails when the reader is gone.
    write(this.#results, `${toJson({ progress: value })}\n`).catch(() => {});
  }

  /** Shows the progress to people: a line or a bar, on a terminal only. */
  async live(total?: number): Promise<Live> {
    if (this.json || this.#globals.quiet || !isCapable("stderr")) return { update() {}, stop() {} };
    const { startLive } = await import("./terminal/live.ts");
    return this.#live = startLive(total);
  }

  /** Writes a line. A reader that takes nothing must not hold up a command that was stopped, or hide the ids of paid jobs. */
  #write(stream: Stream, line: string): Promise<void> {
    return untilAbort(write(stream, `${line}\n`), this.signal, PATIENCE_MS);
  }

  /** Reports a failure. @returns The exit code. */
  async fail(failure: unknown): Promise<number> {
    this.#live?.stop();
    const { report } = await import("./errors/report.ts");
    const { resumeCommand } = await import("./errors/shell.ts");
    const { exitCode, error, lines, silent } = await report(
      failure,
      (requestId) => resumeCommand(requestId, this.jobArguments, this.#globals),
    );
    if (silent) return exitCode;
    const { red } = colors("stderr");
    const [first = "", ...rest] = lines.map(printable);
    const text = [`${red("error:")} ${first}`, ...rest].join("\n");
    const outputs: [Stream, string][] = [["stderr", text]];
    // If no program can read the error, people must, because it may name a paid job.
    if (this.json) outputs.unshift([this.#results, toJson({ error })]);
    for (const [stream, said] of outputs) {
      if (await this.#write(stream, said).then(() => true, () => false)) break;
    }
    return exitCode;
  }

  /** Stops the progress line and closes the client. */
  close(): void {
    this.#live?.stop();
    this.#client?.close();
  }
}
