import { Code, ConnectError } from "@connectrpc/connect";
import { describe } from "../../lib/rules.ts";
import type { Settings } from "../options.ts";
import { compose, duration, type Score } from "./synth.ts";
import type { EmulatorVoice } from "./voices.ts";

/** How far a job is. */
export type JobStatus = "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED";

/** A job of GenerateSpeech, at the moment of the call. */
export interface EmulatorJob {
  /** The id that GenerateSpeech answered. */
  readonly requestId: string;
  /** Its status. */
  readonly status: JobStatus;
  /** The text to speak. */
  readonly text: string;
  /** The voice that speaks it. */
  readonly voiceId: string;
  /** The speed, 1 for the voice's own. */
  readonly speed: number;
  /** Characters (Unicode code points) of the text, and credits charged. */
  readonly characters: number;
  /** When it was accepted, in milliseconds of the emulator's clock. */
  readonly acceptedAt: number;
  /** When it ends, or ended, in milliseconds of the emulator's clock. */
  readonly endsAt: number;
  /** Why it fails, or undefined. */
  readonly errorMessage: string | undefined;
}

/** The facts of a job. Its status follows from the clock. */
export interface Job {
  readonly requestId: string;
  readonly apiKey: string;
  readonly text: string;
  readonly characters: number;
  readonly voice: EmulatorVoice;
  readonly speed: number;
  readonly acceptedAt: number;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly errorMessage: string | undefined;
  readonly audioSeconds: number;
}

/** A request of GenerateSpeech after its checks. */
export type Order = Pick<Job, "requestId" | "apiKey" | "text" | "characters" | "voice" | "speed">;

/** The jobs of an emulator. Each has a worker of its own: no job waits for another. */
export class Jobs {
  readonly #jobs: Map<string, Job> = new Map();
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  accept(order: Order): Job {
    const { clock, queueTime, pace } = this.#settings;
    const acceptedAt = clock.now();
    const startsAt = acceptedAt + queueTime;
    const job: Job = {
      ...order,
      acceptedAt,
      startsAt,
      endsAt: startsAt + order.characters * pace,
      errorMessage: failureOf(order.text, this.#settings),
      // Only the length is kept, because the score of a long text is many times as large as the text.
      audioSeconds: duration(score(order)),
    };
    this.#jobs.set(job.requestId, job);
    return job;
  }

  get(requestId: string): Job | undefined {
    return this.#jobs.get(requestId);
  }

  status(job: Job): JobStatus {
    const now = this.#settings.clock.now();
    if (now < job.startsAt) return "PENDING";
    if (now < job.endsAt) return "PROCESSING";
    return job.errorMessage === undefined ? "COMPLETED" : "FAILED";
  }

  list(): readonly EmulatorJob[] {
    return [...this.#jobs.values()].map((job) => ({
      requestId: job.requestId,
      status: this.status(job),
      text: job.text,
      voiceId: job.voice.id,
      speed: job.speed,
      characters: job.characters,
      acceptedAt: job.acceptedAt,
      endsAt: job.endsAt,
      errorMessage: job.errorMessage,
    }));
  }

  clear(): void {
    this.#jobs.clear();
  }
}

/**
 * Why a text fails; `undefined` when it does not.
 *
 * @throws {ConnectError} when `failWhen` returns something else, because a job would fail that its test wants to
 * succeed.
 */
export function failureOf(text: string, { failWhen }: Settings): string | undefined {
  const answer: unknown = failWhen(text);
  if (answer === undefined || typeof answer === "string") return answer;
  throw new ConnectError(
    `failWhen must answer a string or undefined: got ${describe(answer)}`,
    Code.Internal,
  );
}

/** The score of what a job speaks. */
export function score(job: Pick<Job, "text" | "voice" | "speed">): Score {
  return compose(job.text, job.voice, job.speed);
}
