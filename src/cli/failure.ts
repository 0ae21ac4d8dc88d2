import process from "node:process";
import { CommanderError } from "commander";
import { interruptedJobs } from "../../mod.ts";
import { why } from "./doctor/why.ts";
import { type ErrorCode, TsetsenError } from "../contract/errors.ts";
import { keptAudio } from "../file/mod.ts";
import { redact } from "../lib/redact.ts";
import { EXIT, EXIT_OF_CODE } from "./exit_codes.ts";
import { isLostReader } from "./terminal.ts";
import { inOurWords } from "./wording.ts";

/** A command line, text or file that cannot be worked with. Nothing has been sent. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The reason of the signal when the user, or whoever runs this, stops it. */
export class Interruption extends Error {
  override readonly name = "Interrupted";
  readonly exitCode: number;

  constructor(signal: "SIGINT" | "SIGTERM") {
    super(signal === "SIGINT" ? "Stopped by Ctrl-C." : "Stopped by SIGTERM.");
    this.exitCode = signal === "SIGINT" ? EXIT.interrupted : EXIT.terminated;
  }
}

/** A failure that leaves something behind to go on with. */
export class Unfinished extends Error {
  override readonly name = "Unfinished";
  /** The command that goes on. */
  readonly resume: string;

  /**
   * @param cause What failed.
   * @param message What is kept.
   * @param resume The command that goes on.
   */
  constructor(cause: unknown, message: string, resume: string) {
    super(message, { cause });
    this.resume = resume;
  }
}

/** A failure as it is told. */
export interface Told {
  readonly exitCode: number;
  /** What `--json` prints. */
  readonly error: Readonly<Record<string, unknown>>;
  /** What people read: the error, and what to do. */
  readonly lines: readonly string[];
  /** Whether nobody needs to hear of it. */
  readonly silent: boolean;
}

/** Tells what happened, to whom it costs something, and what to do next. */
export function tell(failure: unknown): Told {
  const kept = failure instanceof Unfinished ? failure : undefined;
  const error = kept?.cause ?? failure;
  const known = error instanceof TsetsenError ? error : undefined;
  const jobs = interruptedJobs(error);
  // Of several jobs the one that is least certain says what is known about the money.
  const charged = jobs.find((job) => job.charged === "unknown")?.charged ?? jobs[0]?.charged;
  const requestId = jobs.length === 1 ? jobs[0]?.requestId : undefined;
  // With an id the service had accepted it: only without one is a charge in doubt.
  const isInDoubt = charged === "unknown" && requestId === undefined;
  const { name, code, exitCode, message } = facts(error, isInDoubt);
  const resume = kept?.resume ?? hint(known, requestId, charged);
  const lines = [message];
  const cause = code === "connection_error" && known?.cause ? clean(why(known.cause)) : undefined;
  if (cause !== undefined) lines.push(`The runtime says: ${cause}.`);
  if (kept !== undefined) lines.push(kept.message);
  else if (isInDoubt) {
    // The SDK's own message says so in most cases.
    if (!message.includes("tsetsen balance")) {
      lines.push("It may have been charged: look at `tsetsen balance` before another try.");
    }
  } else if (charged === "yes") {
    lines.push(requestId === undefined ? "It is charged." : "The job is paid for.");
  }
  const isVoice = known?.code === "resource_not_found" && known.requestId === undefined;
  if (isVoice) lines.push("`tsetsen voices` lists the voices of a model version.");
  // The reason of an abort cannot name it.
  const files = keptAudio(error).filter((path) => !message.includes(path));
  for (const path of files) lines.push(`What had come is in ${path}.`);
  for (const job of kept === undefined && jobs.length > 1 ? jobs : []) {
    lines.push(`  ${job.requestId ?? "(no request id came)"}  charged: ${job.charged}`);
  }
  if (resume !== undefined) lines.push(`To go on:  ${resume}`);
  return {
    exitCode,
    error: {
      name,
      code,
      message,
      requestId: requestId ?? known?.requestId ?? null,
      charged: charged ?? null,
      statusCode: known?.statusCode ?? null,
      retryAfterMs: known?.retryAfter ?? null,
      exitCode,
      ...(cause !== undefined && { cause }),
      ...(jobs.length > 1 && { jobs }),
      ...(kept && { kept: kept.message }),
      ...(resume !== undefined && { resume }),
    },
    lines,
    silent: isLostReader(error) && kept === undefined,
  };
}

/** What the service or a runtime quotes may be anything. */
function clean(text: string): string {
  return redact(text, [process.env["TSETSEN_API_KEY"] ?? ""]);
}

function facts(error: unknown, isInDoubt: boolean) {
  if (error instanceof Interruption) {
    const { name, message, exitCode } = error;
    return { name, code: "interrupted", message, exitCode };
  }
  const { name, message } = error instanceof Error ? error : { name: "Error", message: `${error}` };
  const text = inOurWords(clean(message));
  if (error instanceof TsetsenError) {
    const { code = "error" } = error;
    const exitCode = isInDoubt
      ? EXIT.unknownCharge
      : EXIT_OF_CODE[code as ErrorCode] ?? EXIT.failure;
    return { name, code, message: text, exitCode };
  }
  if (isLostReader(error)) {
    const message = "The reader of standard output left.";
    return { name, code: "broken_pipe", message, exitCode: EXIT.brokenPipe };
  }
  // The SDK's RangeErrors are about options, and these came from the command line.
  const isUsage = error instanceof UsageError || error instanceof CommanderError ||
    error instanceof RangeError;
  return isUsage
    ? { name: "UsageError", code: "usage", message: text, exitCode: EXIT.usage }
    : { name, code: "failure", message: text, exitCode: EXIT.failure };
}

/** How a job that is paid for is had. */
function hint(
  error: TsetsenError | undefined,
  requestId: string | undefined,
  charged: string | undefined,
): string | undefined {
  const isOver = error?.code === "job_failed" || error?.code === "resource_not_found";
  if (requestId === undefined || charged !== "yes" || isOver) return undefined;
  return `tsetsen resume ${quoted(requestId)} -o FILE.wav`;
}

/** An argument as a shell takes it. */
export function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
