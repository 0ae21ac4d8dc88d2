import { type Command, InvalidArgumentError, Option } from "commander";
import type { Context } from "./context.ts";

/**
 * Makes what a command does into what commander calls.
 *
 * @param work Gets the command's own options and its argument, empty when it has none. It resolves with the exit code; without
 * one that is 0.
 */
export type Act = <Options>(
  work: (context: Context, options: Options, argument: string) => Promise<number | void>,
) => (...given: unknown[]) => Promise<void>;

/** Adds a command to the program. */
export type AddCommand = (program: Command, act: Act) => void;

/** The parser of a number. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) {
    throw new InvalidArgumentError("It must be a number.");
  }
  return value;
}

/** What the commands that speak have in common. */
export interface SpeechOptions {
  readonly output: string;
  readonly force?: boolean;
  readonly voice?: string;
  readonly speed?: number;
  readonly model?: string;
}

/** Adds the options of {@linkcode SpeechOptions}. */
export function addSpeechOptions(command: Command, defaultModel: string): Command {
  return addOutputOptions(command, true)
    .option(
      "-v, --voice <id>",
      "the voice, see `tsetsen voices` (default: the first that the service lists)",
    )
    .option("-s, --speed <factor>", "how fast, above 0; 1 is the voice's own pace", number)
    .option("-m, --model <version>", `the model version (default: ${defaultModel})`);
}

/** Adds where the audio goes. */
export function addOutputOptions(command: Command, isRequired: boolean): Command {
  const option = new Option("-o, --output <file>", "where the audio goes; - for standard output");
  return command.addOption(option.makeOptionMandatory(isRequired))
    .option("-f, --force", "replace files that exist");
}

/** Adds how jobs are followed. */
export function addFollowOptions(command: Command): Command {
  return command
    .option(
      "--job-timeout <ms>",
      "the longest wait for one job, in milliseconds (default: no limit)",
      number,
    )
    .option(
      "--poll-interval <ms>",
      "the time between two looks at a job (default: adapts to its age)",
      number,
    );
}

/** Adds how the parts of a narration are bought. */
export function addBuyingOptions(command: Command): Command {
  return addFollowOptions(command)
    .option("--min-balance <credits>", "stop before the balance falls below this", number)
    .option("--concurrency <n>", "how many parts at a time (default: 3)", number)
    .option(
      "--retry-unknown",
      "send again what may have been paid for already: it may be paid twice",
    )
    .option("--retry-lost", "buy again what was paid for and cannot be had any more");
}

/** What {@linkcode addBuyingOptions} adds. */
export interface BuyingOptions {
  readonly jobTimeout?: number;
  readonly pollInterval?: number;
  readonly minBalance?: number;
  readonly concurrency?: number;
  readonly retryUnknown?: boolean;
  readonly retryLost?: boolean;
}

/** The voice that was asked for, or the first one of the model. */
export async function pickVoice(context: Context, model: string, voice?: string): Promise<string> {
  if (voice !== undefined) return voice;
  const client = await context.client();
  const { voices } = await client.listVoices({ version: model }, { signal: context.signal });
  const [first] = voices;
  if (first === undefined) {
    throw new RangeError(`The service lists no voice of ${model}: give --model or --voice.`);
  }
  context.note(`Voice: ${first.name} (${first.id})`);
  return first.id;
}
