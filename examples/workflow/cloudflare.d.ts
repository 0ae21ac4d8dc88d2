/** What this example uses of Cloudflare's API, for the type check of this repository. With wrangler: `npx wrangler types`. */

/** The steps of an instance. A step whose result is kept is not run again, whatever happens to the machine. */
export interface WorkflowStep {
  do<T>(name: string, work: () => Promise<T>): Promise<T>;
  do<T>(name: string, config: WorkflowStepConfig, work: () => Promise<T>): Promise<T>;
  /** Milliseconds. The instance takes no resources meanwhile. */
  sleep(name: string, duration: number): Promise<void>;
}

export interface WorkflowStepConfig {
  readonly retries?: {
    readonly limit: number;
    readonly delay: string;
    readonly backoff?: "constant" | "linear" | "exponential";
  };
  readonly timeout?: string;
}

export interface WorkflowEvent<T> {
  readonly payload: Readonly<T>;
}

export abstract class WorkflowEntrypoint<Env, T> {
  constructor(ctx: unknown, env: Env);
  protected readonly env: Env;
  abstract run(event: WorkflowEvent<T>, step: WorkflowStep): Promise<unknown>;
}

declare global {
  interface Workflow<T> {
    create(options: { id: string; params: T }): Promise<WorkflowInstance>;
    get(id: string): Promise<WorkflowInstance>;
  }

  interface WorkflowInstance {
    status(): Promise<{ status: string; error?: { message: string } | null; output?: unknown }>;
    restart(): Promise<void>;
  }

  interface Queue<T> {
    send(message: T): Promise<unknown>;
  }

  interface MessageBatch<T> {
    readonly messages: readonly {
      readonly body: T;
      ack(): void;
      retry(): void;
    }[];
  }

  interface R2Bucket {
    head(key: string): Promise<R2Object | null>;
    get(key: string): Promise<R2ObjectBody | null>;
    put(
      key: string,
      value: string | Uint8Array | ReadableStream<Uint8Array>,
      options?: {
        onlyIf?: Headers;
        httpMetadata?: { contentType: string };
        customMetadata?: Record<string, string>;
      },
    ): Promise<R2Object | null>;
    delete(keys: string | string[]): Promise<void>;
    list(options: { prefix: string }): Promise<{ objects: R2Object[] }>;
  }

  interface R2Object {
    readonly key: string;
    readonly size: number;
    readonly httpEtag: string;
    readonly customMetadata?: Record<string, string>;
    writeHttpMetadata(headers: Headers): void;
  }

  interface R2ObjectBody extends R2Object {
    readonly body: ReadableStream<Uint8Array>;
    json<T>(): Promise<T>;
  }

  /** A stream that must carry exactly so many bytes: R2 wants to know the length beforehand. */
  class FixedLengthStream extends TransformStream<Uint8Array, Uint8Array> {
    constructor(length: number);
  }
}
