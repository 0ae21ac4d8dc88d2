// A `fetch` that records what leaves the client and answers with bytes made by hand.

import { Client, type ClientOptions, type TsetsenError } from "../../mod.ts";
import { concat, frame, trailers } from "./hex.ts";

export const KEY = "tsetsen-prod-Kk9_secret-0123456789";

/** A request as it would have gone over the wire. */
export interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly redirect: RequestRedirect;
}

export interface CannedFetch {
  readonly fetch: typeof globalThis.fetch;
  readonly sent: Sent[];
}

/** Answers each request with what `answer` makes; the number of the request counts from 0. */
export function cannedFetch(answer: (count: number) => Response | Promise<Response>): CannedFetch {
  const sent: Sent[] = [];
  async function fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    // Request does what fetch itself does with headers and bodies of every kind.
    const request = new Request(input, init);
    const { url, method, headers, redirect } = request;
    sent.push({
      url,
      method,
      headers,
      redirect,
      body: new Uint8Array(await request.arrayBuffer()),
    });
    return await answer(sent.length - 1);
  }
  return { fetch, sent };
}

/** A gRPC-Web answer: the messages and the trailers. */
export function grpcWeb(
  messages: readonly Uint8Array[],
  fields?: Record<string, string>,
  headers: Record<string, string> = {},
): Response {
  const body = concat(...messages.map((message) => frame(message)), trailers(fields));
  return new Response(body, {
    headers: { "content-type": "application/grpc-web+proto", ...headers },
  });
}

/** A client that talks to `canned`, and tries each call once unless told otherwise. */
export function cannedClient(canned: CannedFetch, options: ClientOptions = {}): Client {
  return new Client({
    apiKey: KEY,
    endpoint: "tts.example:8443",
    maxRetries: 0,
    fetch: canned.fetch,
    ...options,
  });
}

/** The error that `work` rejects with, or throws. */
export async function failureOf(work: () => unknown): Promise<TsetsenError> {
  try {
    await work();
  } catch (error) {
    // Whether it is a TsetsenError is for the test to say.
    if (error instanceof Error) return error as TsetsenError;
    throw new Error(`it failed with what is no Error: ${error}`);
  }
  throw new Error("it did not fail");
}
