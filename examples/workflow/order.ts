/** What is to be spoken: checked and cut once, then kept in R2, as messages and step results are too small for a long text. */

import { Client, InvalidRequestError, SAMPLE_RATE } from "@tsetsen/sdk";
import { plan } from "@tsetsen/sdk/narration";

/** What wrangler.jsonc and `wrangler secret put` give. */
export interface Env {
  readonly TSETSEN_API_KEY: string;
  readonly TSETSEN_API_ENDPOINT?: string;
  readonly NARRATION_TOKEN: string;
  readonly BUCKET: R2Bucket;
  readonly QUEUE: Queue<Ticket>;
  readonly NARRATION: Workflow<Ticket>;
}

/** What goes through the queue, and starts an instance. */
export interface Ticket {
  readonly id: string;
}

/** A piece of the text. */
export interface Part {
  /** Where it is in the text, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** The pause after it, in samples. */
  readonly pause: number;
  /** The characters that will be sent; 0 for a part that is only its pause. */
  readonly characters: number;
}

/** A narration, as it stands in R2. */
export interface Order {
  readonly request: {
    readonly text: string;
    readonly voiceId: string;
    readonly speed: number;
    readonly version: string;
  };
  readonly parts: readonly Part[];
}

/** A part takes two steps of Cloudflare's 10,000, and more when it has to be waited for. */
const MAX_PARTS = 1_000;
const MAX_LENGTH = 1_000_000;

/** Where things are in R2. */
export const keys = {
  order: (id: string) => `narrations/${id}/order.json`,
  record: (id: string, part: number) => `narrations/${id}/records/${part}.json`,
  samples: (id: string, part?: number) => `narrations/${id}/samples/${part ?? ""}`,
  result: (id: string, name: string) => `narrations/${id}/${name}`,
};

/** For `onlyIf`: it is written if nothing is there yet. */
export const isNew = (): Headers => new Headers({ "if-none-match": "*" });

/** A client for one step. */
export function connect(env: Env): Client {
  const endpoint = env.TSETSEN_API_ENDPOINT || undefined;
  // Plaintext is for the emulator, on this very machine.
  const secure = !endpoint?.startsWith("http://127.0.0.1:");
  return new Client({ apiKey: env.TSETSEN_API_KEY, endpoint, secure });
}

/**
 * Checks what is asked for, and cuts the text.
 *
 * @throws {InvalidRequestError | TypeError | RangeError} when it cannot be spoken. Nothing has been sent.
 */
export function toOrder(body: unknown): Order {
  if (typeof body !== "object" || body === null) {
    throw new InvalidRequestError('The body must be JSON as in { "text": "…", "voice": "…" }');
  }
  const { text, voice, speed = 1, version = "beta-v0.1", captions } = body as Record<
    string,
    unknown
  >;
  if (typeof text !== "string" || text.length > MAX_LENGTH) {
    throw new InvalidRequestError(`text must be a string of at most ${MAX_LENGTH} code units`);
  }
  if (typeof voice !== "string" || voice === "") {
    throw new InvalidRequestError("voice must be the id of a voice");
  }
  if (typeof speed !== "number" || typeof version !== "string") {
    throw new InvalidRequestError("speed must be a number, and version a string");
  }
  // `plan` checks the rest.
  const options = { speed, captions: captions as "sentence" | undefined };
  const { parts, requests } = plan(text, options);
  if (requests === 0) throw new InvalidRequestError("text must hold a letter or a digit");
  if (requests > MAX_PARTS) {
    throw new InvalidRequestError(
      `The text has ${requests} parts, and one narration takes ${MAX_PARTS}: make several of it`,
    );
  }
  return {
    request: { text, voiceId: voice, speed, version },
    parts: parts.map(({ start, end, pause, characters }) => ({
      start,
      end,
      pause: Math.round(pause * SAMPLE_RATE / 1_000),
      characters,
    })),
  };
}

/** Keeps an order. @returns Whether it is the one under this id: the first one stays. */
export async function keepOrder(env: Env, id: string, order: Order): Promise<boolean> {
  const content = JSON.stringify(order);
  if (await env.BUCKET.put(keys.order(id), content, { onlyIf: isNew() }) !== null) return true;
  return JSON.stringify(await findOrder(env, id)) === content;
}

/** The order under an id; `undefined` when there is none. */
export async function findOrder({ BUCKET }: Env, id: string): Promise<Order | undefined> {
  return await (await BUCKET.get(keys.order(id)))?.json<Order>();
}
