import { type Command, Option } from "commander";
import { sep } from "node:path";
import { decimal } from "../lib/decimal.ts";
import { MAX_TIMEOUT_MS } from "../lib/rules.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./errors/classes.ts";

/**
 * Wraps the work of a command into the action that commander calls.
 *
 * @param work Receives the command's own options and its argument, which is empty when the command has none. It resolves with
 * the exit code, or with nothing for 0.
 */
export type Act = <Options>(
  work: (context: Context, options: Options, argument: string) => Promise<number | void>,
) => (...given: unknown[]) => Promise<void>;

/** Gives a command its arguments, options, help and action. */
export type DefineCommand = (command: Command, act: Act) => void;

type Parser<Value> = (text: string) => Value;

/** Makes the parser of an option that is a number. */
function numberOf(
  name: string,
  expected: string,
  isAllowed: (value: number) => boolean,
): Parser<number> {
  return (text) => {
    const value = decimal(text);
    if (isAllowed(value)) return value;
    const came = Number.isNaN(value) ? "something else" : `${value}`;
    throw new UsageError(`${name} must be ${expected}: got ${came}.`);
  };
}

/** Makes the parser of a duration. */
export function milliseconds(name: string, min: "above 0" | "from 0" = "above 0"): Parser<number> {
  return numberOf(
    name,
    `milliseconds ${min}${min === "from 0" ? " to" : " and at most"} ${MAX_TIMEOUT_MS}`,
    (ms) => (min === "from 0" ? ms >= 0 : ms > 0) && ms <= MAX_TIMEOUT_MS,
  );
}

/** Makes the parser of a whole number. */
export function wholeNumber(name: string, min: number): Parser<number> {
  return numberOf(
    name,
    `a whole number of at least ${min}`,
    (value) => Number.isSafeInteger(value) && value >= min,
  );
}

/** Parses `--speed`, which the service takes as a 32-bit float. */
const speed: Parser<number> = numberOf(
  "--speed",
  "a number above 0",
  (value) => Math.fround(value) > 0 && Math.fround(value) < Infinity,
);

/** Parses `--pause-scale`. */
export const pauseScale: Parser<number> = numberOf(
  "--pause-scale",
  "a number of at least 0",
  (value) => value >= 0 && value < Infinity,
);

/**
 * Makes the parser of an option that names a file.
 *
 * @param takesStdout Whether `-` stands for standard output. Default false.
 */
export function fileName(name: string, takesStdout = false): Parser<string> {
  return (file) => {
    if (file === "") throw new UsageError(`${name} must name a file: got an empty string.`);
    if (file.endsWith("/") || file.endsWith(sep)) {
      throw new UsageError(`${name} must name a file: ${file} is the name of a folder.`);
    }
    if (file === "-" && !takesStdout) {
      throw new UsageError(`${name} must name a file: only the audio goes to standard output.`);
    }
    return file;
  };
}

/** Parses `--state`. */
export function folderName(folder: string): string {
  if (folder !== "") return folder;
  throw new UsageError("--state must name a folder: got an empty string.");
}

/** The options that may be given several times. */
const REPEATABLE: readonly string[] = ["pause"];

/** Refuses an option that is given twice, because only the last value would count. */
export function refuseRepeats(command: Command): void {
  for (const option of command.options) {
    if (!option.required || REPEATABLE.includes(option.name())) continue;
    let isGiven = false;
    command.on(`option:${option.name()}`, () => {
      if (isGiven) throw new UsageError(`${option.long} is given twice: give it once.`);
      isGiven = true;
    });
  }
}

/** Parses `--voice`. */
function voiceId(text: string): string {
  if (text.trim() === "") throw new UsageError("--voice must be the id of a voice: got none.");
  return text;
}

/** Parses `--model`. */
export function modelVersion(text: string): string {
  if (/^[A-Za-z0-9][\w.-]{0,63}$/.test(text)) return text;
  throw new UsageError("--model must be a name like beta-v0.2: got something else.");
}

/** The options that the commands which speak have in common. */
export interface SpeechOptions {
  readonly output?: string;
  readonly force?: boolean;
  readonly voice?: string;
  readonly speed?: number;
  readonly model?: string;
}

/** Adds the options of {@linkcode SpeechOptions}. */
export function addSpeechOptions(command: Command, defaultModel: string): Command {
  return addOutputOptions(command)
    .option(
      "-v, --voice <id>",
      "the voice, see `tsetsen voices` (default: the first that the service lists)",
      voiceId,
    )
    .option("-s, --speed <factor>", "how fast, above 0; 1 is the voice's own pace", speed)
    .option(
      "-m, --model <version>",
      `the model version (default: ${defaultModel})`,
      modelVersion,
    );
}

/** Adds the options of the audio's file. */
export function addOutputOptions(command: Command): Command {
  return command
    .addOption(
      new Option("-o, --output <file>", "where the audio goes; - for standard output")
        .argParser(fileName("-o", true)),
    )
    .option("-f, --force", "replace files that exist");
}

/** Returns the audio's file, which the commands that speak need. */
export function requireOutput({ output }: { readonly output?: string }): string {
  if (output !== undefined) return output;
  throw new UsageError(
    "Say where the audio goes: -o FILE.wav, or -o - for standard output. Nothing was sent.",
  );
}

/** Adds the options of the wait for a job. */
export function addFollowOptions(command: Command): Command {
  return command
    .option(
      "--job-timeout <ms>",
      "the longest wait for one job, in milliseconds (default: no limit)",
      milliseconds("--job-timeout"),
    )
    .option(
      "--poll-interval <ms>",
      "the time between two looks at a job (default: adapts to its age)",
      milliseconds("--poll-interval"),
    );
}

/** The options of the purchase of parts. */
export interface BuyingOptions {
  readonly jobTimeout?: number;
  readonly pollInterval?: number;
  readonly minBalance?: number;
  readonly concurrency?: number;
  readonly retryUnknown?: boolean;
  readonly retryLost?: boolean;
}

/** Adds the options of {@linkcode BuyingOptions}. */
export function addBuyingOptions(command: Command): Command {
  return addFollowOptions(command)
    .option(
      "--min-balance <credits>",
      "stop before the balance falls below this",
      wholeNumber("--min-balance", 0),
    )
    .option(
      "--concurrency <n>",
      "how many parts at a time (default: 3)",
      wholeNumber("--concurrency", 1),
    )
    .option(
      "--retry-unknown",
      "send again what may have been paid for already: it may be paid twice",
    )
    .option("--retry-lost", "buy again what was paid for and is lost");
}
