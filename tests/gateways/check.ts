// What a check of a gRPC-Web server is, and what the server tells of each call.

import { type BaseClient, Client, type ClientOptions } from "../../mod.ts";

/** What a server printed of a call. */
export interface Told {
  readonly id: string;
  readonly event: "begin" | "end";
  readonly method?: string;
  readonly key?: string;
  /** Milliseconds until the deadline when the call came; `null` without one. */
  readonly left?: number | null;
  /** The call's x-api-key, x-goog-api-key and x-user-agent. */
  readonly headers?: readonly string[];
  readonly how?: "done" | "left";
  readonly sent?: number;
  /** When this process read it. */
  readonly at: number;
}

/** The default client, or the lean one. */
export type ClientClass = new (options: Omit<ClientOptions, "transport">) => BaseClient;

/** A running server, as a check sees it. */
export interface Subject {
  readonly url: string;
  /** Headers that its users must give to the client. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What asks: of a proxy with TLS one that knows its authority. Default: the global one. */
  readonly fetch?: typeof fetch | undefined;
  /** The client that asks. Default: that of the package's root. */
  readonly Client?: ClientClass | undefined;
  /** The line that a server printed, as soon as it did; `undefined` after `ms` milliseconds without it. */
  told(id: string, event: Told["event"], ms: number): Promise<Told | undefined>;
}

/** Facts of a server that are not right or wrong, for its row. */
export type Facts = Record<string, string>;

export interface Check {
  readonly name: string;
  run(subject: Subject, facts: Facts): Promise<void>;
}

export const KEY = "tsetsen-development-gateways";
export const REQUEST = { text: "Сайн байна уу?", voiceId: "bold", version: "beta-v0.2" } as const;
let count = 0;

export type Script = Readonly<Record<string, string | number>>;

/** A client, and the call's headers with its script. */
export function call(
  subject: Subject,
  script: Script,
  options: Omit<ClientOptions, "transport"> = {},
) {
  const id = `${++count}`;
  const pairs = Object.entries({ id, ...script });
  const header = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join(";");
  const Class: ClientClass = subject.Client ?? Client;
  const client = new Class({
    endpoint: subject.url,
    apiKey: KEY,
    secure: subject.url.startsWith("https:"),
    fetch: subject.fetch,
    maxRetries: 0,
    timeout: 10_000,
    headers: { ...subject.headers, "x-script": header },
    ...options,
  });
  return { id, client };
}

/** A call by fetch, without a message: no client closes it at its deadline. */
export async function rawCall(
  subject: Subject,
  method: string,
  script: string,
  headers: Readonly<Record<string, string>> = {},
  signal: AbortSignal | null = null,
): Promise<Response> {
  return await (subject.fetch ?? fetch)(`${subject.url}/tsetsen.api.v1.TsetsenTTS/${method}`, {
    method: "POST",
    headers: {
      "content-type": "application/grpc-web+proto",
      accept: "application/grpc-web+proto",
      "x-grpc-web": "1",
      "x-script": script,
      ...headers,
    },
    body: new Uint8Array(5),
    signal,
  });
}

/** The bytes of a whole stream. */
export async function all(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: number[] = [];
  for await (const chunk of stream) parts.push(...chunk);
  return new Uint8Array(parts);
}
