// The example's Worker in miniflare, with its Workflow, its Queue and its R2, on a folder that outlives the engine.

import type { InstalledPackage } from "../hosts/pack.ts";
import { load } from "./tools.ts";
import { bundle, readConfig } from "./workerd.ts";

/** A part of miniflare's API. */
interface Miniflare {
  readonly ready: Promise<URL>;
  getQueueProducer(binding: string): Promise<{ send(message: unknown): Promise<void> }>;
  getR2Bucket(binding: string): Promise<Bucket>;
  dispose(): Promise<void>;
}

/** A part of R2's API. */
export interface Bucket {
  list(options: { prefix: string }): Promise<{ objects: { key: string }[] }>;
  get(key: string): Promise<{ text(): Promise<string> } | null>;
}

interface WorkflowConfig {
  readonly workflows: readonly { name: string; binding: string; class_name: string }[];
  readonly queues: {
    readonly producers: readonly { binding: string; queue: string }[];
    readonly consumers: readonly {
      queue: string;
      max_batch_size: number;
      max_batch_timeout: number;
      max_retries: number;
    }[];
  };
  readonly r2_buckets: readonly { binding: string; bucket_name: string }[];
}

/** The Worker and all that it keeps. */
export class Engine implements AsyncDisposable {
  readonly #make: () => Miniflare;
  #running: Miniflare;

  private constructor(make: () => Miniflare) {
    this.#make = make;
    this.#running = make();
  }

  /** Starts it on the package as it is published, and on what earlier engines have left in the folder. */
  static async start(
    sdk: InstalledPackage,
    bindings: Readonly<Record<string, string>>,
    folder: string,
  ): Promise<Engine> {
    const { Miniflare } = await load<{ Miniflare: new (options: object) => Miniflare }>(
      "miniflare",
    );
    const config = await readConfig<WorkflowConfig>("workflow");
    const contents = await bundle(sdk, "workflow", config.main);
    const { workflows, queues, r2_buckets: buckets } = config;
    return new Engine(() =>
      new Miniflare({
        modules: [{ type: "ESModule", path: "worker.js", contents }],
        compatibilityDate: config.compatibility_date,
        bindings: { ...config.vars, ...bindings },
        workflows: Object.fromEntries(
          workflows.map(({ name, binding, class_name: className }) => [
            binding,
            { name, className },
          ]),
        ),
        queueProducers: Object.fromEntries(queues.producers.map((p) => [p.binding, p.queue])),
        queueConsumers: Object.fromEntries(queues.consumers.map((consumer) => [consumer.queue, {
          maxBatchSize: consumer.max_batch_size,
          maxBatchTimeout: consumer.max_batch_timeout,
          maxRetries: consumer.max_retries,
        }])),
        r2Buckets: Object.fromEntries(buckets.map((b) => [b.binding, b.bucket_name])),
        workflowsPersist: `${folder}/workflows`,
        r2Persist: `${folder}/r2`,
        handleRuntimeStdio: (out: { resume(): void }, err: { resume(): void }) => {
          out.resume();
          err.resume();
        },
      })
    );
  }

  /** Where it listens, without a slash at the end. */
  async url(): Promise<string> {
    return (await this.#running.ready).origin;
  }

  /** Has the queue deliver a message. */
  async deliver(id: string): Promise<void> {
    await (await this.#running.getQueueProducer("QUEUE")).send({ id });
  }

  /** What is in R2. */
  bucket(): Promise<Bucket> {
    return this.#running.getR2Bucket("BUCKET");
  }

  /** Kills it, with SIGKILL, and starts it anew. What was in the queue is lost, as miniflare keeps that in memory. */
  async crash(): Promise<void> {
    await this.#running.dispose();
    this.#running = this.#make();
    await this.#running.ready;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.dispose();
  }
}
