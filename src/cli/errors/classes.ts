import type { InterruptedJob } from "../sdk.ts";
import { EXIT } from "./exit_codes.ts";

/** A command line, text or file that a command cannot work with. Nothing has been sent. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The signals that stop a command in order. */
export const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

type StopSignal = typeof STOP_SIGNALS[number];

const STOPPED: Readonly<Record<StopSignal, readonly [message: string, exitCode: number]>> = {
  SIGINT: ["Stopped by Ctrl-C.", EXIT.interrupted],
  SIGTERM: ["Stopped by SIGTERM.", EXIT.terminated],
  SIGHUP: ["Stopped because the terminal was closed (SIGHUP).", EXIT.hangup],
};

/** The reason of the command's signal when the user, or a supervisor, stops the process. */
export class Interruption extends Error {
  override readonly name = "Interrupted";
  /** The exit code of the process: 128 and the number of the signal. */
  readonly exitCode: number;

  constructor(signal: StopSignal) {
    const [message, exitCode] = STOPPED[signal];
    super(message);
    this.exitCode = exitCode;
  }
}

/** A failure after which paid work is kept, with the command that goes on. */
export class Unfinished extends Error {
  override readonly name = "Unfinished";
  /** The command that goes on. */
  readonly resume: string;
  /** The paid jobs that could not be kept. */
  readonly lost: readonly InterruptedJob[];

  /**
   * @param cause What failed.
   * @param message What is kept.
   * @param resume The command that goes on.
   * @param lost The paid jobs that could not be kept.
   */
  constructor(cause: unknown, message: string, resume: string, lost: readonly InterruptedJob[]) {
    super(message, { cause });
    this.resume = resume;
    this.lost = lost;
  }
}

/** A failure after which the audio of paid jobs is with the service only. */
export class Undelivered extends Error {
  override readonly name = "Undelivered";
  /** The jobs. */
  readonly jobs: readonly InterruptedJob[];

  /**
   * @param cause What failed.
   * @param jobs The jobs.
   */
  constructor(cause: unknown, jobs: readonly InterruptedJob[]) {
    super("Paid audio was not delivered.", { cause });
    this.jobs = jobs;
  }
}

/** The reader of an output of ours is gone: a pipe was closed, or the terminal was. */
export class LostReader extends Error {
  override readonly name = "LostReader";
}
