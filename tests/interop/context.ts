// What a case is given: a key of its own, by which the service behind the gateway knows what to do and tells what it saw.

import { Client, type ClientOptions } from "@tsetsen/sdk";
import { ask, SPEECH } from "../hosts/context.ts";

/** What a host is told. All of it can be sent as JSON. */
export interface Context {
  /** Where the service's control server is. */
  readonly control: string;
  /** The gateway in front of the service. */
  readonly gateway: string;
  /** A gateway in front of another service, which is away until it is started. */
  readonly frail: string;
  /** Which of those: hosts that run at the same time must not kill each other's. */
  readonly lane: number;
  /** Whether the gateway has headers of its own in place of the caller's, the key and the deadline aside. Default false. */
  readonly ownHeaders?: boolean;
  /** Whether the host reads answers that its program does not read. Default false. */
  readonly readsAhead?: boolean;
}

/** What the service does with a call, in place of a plain answer. Durations are milliseconds. */
export interface Script {
  /** Waits before it does anything. */
  readonly delay?: number;
  /** Waits for ever: before it answers, or, in a stream, `after` that many chunks. */
  readonly hang?: boolean;
  /** Metadata before the answer. */
  readonly initial?: readonly (readonly [name: string, value: string])[];
  /** A gRPC status by name, for a stream `after` that many chunks. */
  readonly code?: string;
  readonly message?: string;
  readonly details?: readonly ({ retryAfter: number } | { errorInfo: object })[];
  readonly trailers?: readonly (readonly [name: string, value: string])[];
  /** Raises an exception, as a service with a fault does. */
  readonly throw?: string;
  /** The answer, in the JSON of protobuf. */
  readonly answer?: object;
  /** Bytes, in hexadecimal, of fields that the .proto does not have. */
  readonly extra?: string;
  /** Asks grpcio to compress. */
  readonly compress?: boolean;
  /** The sizes of a stream's chunks, in bytes. Default: five of 4,800. */
  readonly chunks?: readonly number[];
  /** How many chunks come before the stream hangs, is held until `release`, or fails. Default: all. */
  readonly after?: number;
  readonly hold?: boolean;
  /** Says of no chunk that it is the last. */
  readonly neverFinal?: boolean;
}

/** What the service saw of a call. */
export interface Seen {
  readonly method: string;
  readonly message: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, readonly string[]>>;
  /** What was left until the deadline when it came, in milliseconds; `null` without one. */
  readonly timeLeft: number | null;
  /** `"done"` by itself; `"left"` when the caller, or the deadline, ended it; `null` while it goes on. */
  readonly end: "done" | "left" | null;
  /** Chunks of a stream so far. */
  readonly sent: number;
}

/** The service, as one case sees it. */
export class Service {
  readonly control: string;
  readonly gateway: string;
  readonly apiKey: string;

  constructor(
    { control, gateway }: Pick<Context, "control" | "gateway">,
    apiKey = `tsetsen-development-${crypto.randomUUID()}`,
  ) {
    this.control = control;
    this.gateway = gateway;
    this.apiKey = apiKey;
  }

  /** A client of it, quick to retry. */
  client(options: ClientOptions = {}): Client {
    return new Client({
      endpoint: this.gateway,
      apiKey: this.apiKey,
      secure: this.gateway.startsWith("https:"),
      dangerouslyAllowBrowser: true,
      backoff: { baseDelay: 20, jitter: false },
      timeout: 10_000,
      ...options,
    });
  }

  /** What it does with the next calls of a method. */
  async script(method: string, script: Script, times = 1): Promise<void> {
    await ask(`${this.control}/script`, { key: this.apiKey, method, script, times });
  }

  /** Lets go of a held stream. */
  async release(): Promise<void> {
    await ask(`${this.control}/release`, { key: this.apiKey });
  }

  /** The calls that came, in their order. */
  async calls(): Promise<readonly Seen[]> {
    return (await this.#seen()).calls;
  }

  /** The headers of the downloads of audio. */
  async downloads(): Promise<readonly Readonly<Record<string, string>>[]> {
    return (await this.#seen()).downloads;
  }

  async #seen(): Promise<{ calls: Seen[]; downloads: Record<string, string>[] }> {
    return await ask(`${this.control}/calls?key=${this.apiKey}`) as never;
  }
}

/** A request for speech. */
export const REQUEST = { ...SPEECH, voiceId: "bold" } as const;

/** The bytes that the service's audio consists of. */
export function audio(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => {
    const i = index % 65_521;
    return (i * 7 + (i >> 8)) & 255;
  });
}

/** Whether two arrays are the same bytes. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
