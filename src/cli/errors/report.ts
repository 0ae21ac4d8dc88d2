import process from "node:process";
import type { InterruptedJob } from "../sdk.ts";
import { type ErrorCode, type ErrorReason, TsetsenError } from "../../contract/errors.ts";
import { redact } from "../../lib/redact.ts";
import { Interruption, LostReader, Undelivered, Unfinished, UsageError } from "./classes.ts";
import { existingFile } from "./existing_file.ts";
import { EXIT, EXIT_OF_CODE } from "./exit_codes.ts";
import { rootCause } from "./root_cause.ts";

/** A failure, ready to be printed. */
export interface Report {
  readonly exitCode: number;
  /** The error of `--json`. */
  readonly error: Readonly<Record<string, unknown>>;
  /** The lines for people: the error, and what to do. */
  readonly lines: readonly string[];
  /** Whether nothing needs to be printed. */
  readonly silent: boolean;
}

/**
 * The messages for the decisions that errors of the SDK ask for, in terms of the command line. They replace those of
 * the SDK.
 */
const DECISIONS: Readonly<Record<Exclude<ErrorReason, "not_pcm">, string>> = {
  outcome_unknown:
    "A part was submitted before, and it is not known whether it was charged: look at `tsetsen balance`. " +
    "--retry-unknown submits it again. Nothing was sent.",
  audio_lost:
    "A part was streamed and paid for, and its audio was not kept. --retry-lost buys it again.",
  below_min_balance:
    "The next part would leave less than --min-balance. Nothing more was submitted.",
};

/**
 * Describes what happened, what it costs, and what to do next.
 *
 * @param failure What the command failed with.
 * @param resumeJob Makes the command that fetches a job by its id.
 */
export async function report(
  failure: unknown,
  resumeJob: (requestId: string) => string,
): Promise<Report> {
  const kept = failure instanceof Unfinished ? failure : undefined;
  const undelivered = failure instanceof Undelivered ? failure : undefined;
  const error = (kept ?? undelivered)?.cause ?? failure;
  const known = error instanceof TsetsenError ? error : undefined;
  const jobs = undelivered?.jobs ?? (kept?.lost.length ? kept.lost : await jobsOf(error));
  // The least certain of several jobs decides the message about the money.
  const charged = jobs.find((job) => job.charged === "unknown")?.charged ?? jobs[0]?.charged;
  const requestId = jobs.length === 1 ? jobs[0]?.requestId : undefined;
  // A job with an id was accepted. Only without an id a charge is in doubt.
  const isInDoubt = charged === "unknown" && requestId === undefined;
  const { name, code, exitCode, message } = factsOf(error, isInDoubt, requestId);
  const resume = kept?.resume ?? jobCommand(known, requestId, charged, resumeJob);
  const cause = known?.code === "connection_error" && known.cause !== undefined
    ? withoutSecrets(rootCause(known.cause))
    : undefined;
  const isVoice = known?.code === "resource_not_found" && known.requestId === undefined;
  const list = kept?.lost ?? (jobs.length > 1 ? jobs : []);
  // The reason of an abort cannot name the file with the audio that had come. With a state folder there is none to
  // name.
  const files = kept ? [] : (await filesOf(error)).filter((path) => !message.includes(path));
  return {
    exitCode,
    error: {
      name,
      code,
      reason: known?.reason ?? null,
      message,
      requestId: requestId ?? known?.requestId ?? null,
      charged: charged ?? null,
      statusCode: known?.statusCode ?? null,
      retryAfter: known?.retryAfter ?? null,
      exitCode,
      ...(cause !== undefined && { cause }),
      ...(jobs.length > 1 && { jobs }),
      ...(kept && { kept: kept.message }),
      ...(resume !== undefined && { resume }),
    },
    lines: [
      message,
      ...(cause === undefined ? [] : [`The runtime says: ${cause}.`]),
      ...moneyLines(kept, known, { charged, requestId, isInDoubt }),
      ...(isVoice ? ["`tsetsen voices` lists the voices of a model version."] : []),
      ...files.map((path) => `What had come is in ${path}.`),
      ...list.map((job) => `  ${job.requestId ?? "(no request id came)"}  charged: ${job.charged}`),
      ...(list.some((job) => job.requestId !== undefined)
        ? [`To fetch the audio of a job:  ${resumeJob("ID")}`]
        : []),
      ...(resume === undefined ? [] : [`To go on:  ${resume}`]),
    ],
    silent: failure instanceof LostReader,
  };
}

async function jobsOf(error: unknown): Promise<readonly InterruptedJob[]> {
  // A wrong command line must not load the SDK.
  if (error instanceof UsageError || error instanceof LostReader) return [];
  const { interruptedJobs } = await import("../sdk.ts");
  return interruptedJobs(error);
}

async function filesOf(error: unknown): Promise<readonly string[]> {
  if (error instanceof UsageError || error instanceof LostReader) return [];
  const { keptAudio } = await import("../../file/part_file.ts");
  return keptAudio(error);
}

interface Money {
  readonly charged: string | undefined;
  readonly requestId: string | undefined;
  readonly isInDoubt: boolean;
}

function moneyLines(
  kept: Unfinished | undefined,
  known: TsetsenError | undefined,
  { charged, requestId, isInDoubt }: Money,
): string[] {
  if (kept !== undefined) return [kept.message];
  if (isInDoubt && known?.reason === undefined) {
    return ["It may have been charged: look at `tsetsen balance` before another try."];
  }
  if (charged !== "yes") return [];
  return [requestId === undefined ? "It is charged." : "The job is paid for."];
}

/** Removes the key from what the service or a runtime quotes. */
function withoutSecrets(text: string): string {
  return redact(text, [process.env["TSETSEN_API_KEY"] ?? ""]);
}

function factsOf(error: unknown, isInDoubt: boolean, requestId: string | undefined) {
  if (error instanceof Interruption) {
    const { name, message, exitCode } = error;
    return { name, code: "interrupted", message, exitCode };
  }
  if (error instanceof TsetsenError) {
    const { name, code = "error" } = error;
    const text = textOf(error, requestId);
    const exitCode = isInDoubt
      ? EXIT.unknownCharge
      : EXIT_OF_CODE[code as ErrorCode] ?? EXIT.failure;
    return { name, code, message: `${code}: ${text}`, exitCode };
  }
  const { name, message } = error instanceof Error ? error : { name: "Error", message: `${error}` };
  if (error instanceof LostReader) {
    return { name, code: "broken_pipe", message, exitCode: EXIT.brokenPipe };
  }
  // The SDK's RangeErrors are about options, which came from the command line.
  if (error instanceof UsageError || error instanceof RangeError) {
    return { name: "UsageError", code: "usage", message, exitCode: EXIT.usage };
  }
  const { code, path } = error as { readonly code?: unknown; readonly path?: unknown };
  // The file appeared after the command had checked.
  const isInTheWay = code === "EEXIST" && typeof path === "string";
  return {
    name,
    code: "failure",
    message: isInTheWay ? existingFile(path) : withoutSecrets(message),
    exitCode: EXIT.failure,
  };
}

/** What an error of the SDK says, with what the command line can do about it. */
function textOf({ reason, rawMessage }: TsetsenError, requestId = "ID"): string {
  // The SDK's own message says what came.
  return reason === "not_pcm"
    ? `${rawMessage} \`tsetsen resume ${requestId} -o FILE\` fetches the audio unchanged, when FILE does not end in .wav; ` +
      "--method stream gives PCM."
    : reason === undefined
    ? rawMessage
    : DECISIONS[reason];
}

/** The command that fetches the audio of a job that is paid for. */
function jobCommand(
  error: TsetsenError | undefined,
  requestId: string | undefined,
  charged: string | undefined,
  resumeJob: (requestId: string) => string,
): string | undefined {
  const isOver = error?.code === "job_failed" || error?.code === "resource_not_found";
  if (requestId === undefined || charged !== "yes" || isOver) return undefined;
  return resumeJob(requestId);
}
