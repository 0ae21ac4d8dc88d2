/**
 * A `fetch` for connect-web's transport of the Connect protocol. It sends a request once, bounds the answer, and hands
 * connect-web a look-alike of a `Response`.
 *
 * See https://connectrpc.com/docs/protocol
 *
 * @module
 */

import { Code } from "@connectrpc/connect";
import { type BodyReader, bodyReader, withWebBody } from "../transport/body_reader.ts";
import { badAnswer, brokenOff, fromHttp } from "../transport/error_mapping.ts";
import { concatBytes, pushChunk } from "../lib/bytes.ts";
import { countBytes, FrameReader } from "../transport/frames.ts";
import { post } from "../transport/send_once.ts";
import { codeOf, toConnect } from "./errors.ts";
import type { GuardOptions } from "./guarded_fetch.ts";

/** The flags of the last envelope of a stream. */
const END_STREAM = 2;

/** What is known about the answer to one call. */
export interface AnswerFacts {
  /** The code of the error that the service itself reported, in the form that the protocol gives it. */
  reported: Code | undefined;
}

/** Makes a `fetch` for one call. It rejects with a `ConnectError` whose cause is an error of this package. */
export function connectFetch(options: GuardOptions, facts: AnswerFacts): typeof globalThis.fetch {
  const { call, unary, origin } = options;
  const guarded = async (url: string, init: RequestInit): Promise<unknown> => {
    try {
      const body = new Uint8Array(init.body as Uint8Array<ArrayBuffer>);
      const response = withWebBody(await post(url, init.headers as Headers, body, options));
      const { status, headers } = response;
      if (!isConnect(response, unary)) {
        response.body?.cancel().catch(() => {});
        throw fromHttp(status, headers, origin, call.secrets, "Connect");
      }
      if (!unary) {
        return {
          status,
          headers,
          body: { getReader: () => envelopes(response, options, facts) },
        };
      }
      const bytes = await wholeBody(response, options);
      if (call.answer !== undefined) countBytes(call.answer, [bytes]);
      if (status !== 200) {
        facts.reported = codeOf(jsonIn(bytes)?.code);
        // JSON of a gateway is no error of Connect. The HTTP status says more.
        if (facts.reported === undefined) {
          throw fromHttp(status, headers, origin, call.secrets, "Connect");
        }
      } else call.accepted?.(options.requestIdIn?.(bytes) ?? "");
      return {
        status,
        headers,
        arrayBuffer: () => Promise.resolve(bytes),
        json: () => Promise.resolve(JSON.parse(new TextDecoder().decode(bytes))),
      };
    } catch (error) {
      throw toConnect(error);
    }
  };
  return guarded as unknown as typeof globalThis.fetch;
}

/** The value of JSON; `undefined` when the bytes are not JSON. */
// deno-lint-ignore no-explicit-any -- any JSON may come
function jsonIn(bytes: Uint8Array): any {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) ?? undefined;
  } catch {
    return undefined;
  }
}

function isConnect({ status, headers }: Response, unary: boolean): boolean {
  const type = headers.get("content-type") ?? "";
  if (!unary) return status === 200 && /^application\/connect\+(proto|json)\s*(;|$)/i.test(type);
  // Errors are JSON, whatever the form of the messages.
  return status === 200
    ? /^application\/(proto|json)\s*(;|$)/i.test(type)
    : status >= 400 && /^application\/json\s*(;|$)/i.test(type);
}

/** Reads a body to its end, and cancels it when the call ends early. */
async function wholeBody(
  response: Response,
  { call, origin }: GuardOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (response.body === null) return new Uint8Array();
  const reader = bodyReader(response.body, false);
  const unlisten = call.lifetime.onEnd(() => cancel(reader));
  try {
    for (;;) {
      const { value } = await read(reader, origin, call.secrets);
      if (value === undefined) return concatBytes(chunks);
      length += value.length;
      if (length > call.maxMessageBytes) {
        cancel(reader);
        throw badAnswer(
          origin,
          `it is longer than ${call.maxMessageBytes} bytes (maxMessageBytes)`,
        );
      }
      pushChunk(chunks, value);
    }
  } finally {
    unlisten();
  }
}

/** Passes on the envelopes of a stream as they come, and checks them. */
function envelopes(
  response: Response,
  { call, origin }: GuardOptions,
  facts: AnswerFacts,
): BodyReader {
  const frames = new FrameReader(call.maxMessageBytes, origin, false, END_STREAM);
  const reader = bodyReader(response.body as ReadableStream<Uint8Array>, true);
  const unlisten = call.lifetime.onEnd(() => cancel(reader));
  const close = (error: unknown) => {
    unlisten();
    cancel(reader);
    return toConnect(error);
  };
  return {
    async read() {
      try {
        const { value } = await read(reader, origin, call.secrets).catch((error) => {
          // A complete status counts, even if the connection is lost after it.
          if (frames.complete) return { value: undefined };
          throw error;
        });
        if (value === undefined) {
          unlisten();
          if (!frames.complete) throw brokenOff(origin);
          return { done: true };
        }
        frames.push(value);
        for (let parts = frames.shift(); parts !== undefined; parts = frames.shift()) {
          if (call.answer !== undefined) countBytes(call.answer, parts);
        }
        if (frames.error !== undefined) throw frames.error;
        const error = frames.trailers && jsonIn(frames.trailers)?.error;
        if (error) facts.reported = codeOf(error.code) ?? Code.Unknown;
        return { done: false, value };
      } catch (error) {
        throw close(error);
      }
    },
    cancel: () => reader.cancel(),
  };
}

function cancel(reader: BodyReader): void {
  reader.cancel().catch(() => {});
}

async function read(
  reader: BodyReader,
  origin: string,
  secrets: readonly string[],
): Promise<{ readonly value?: Uint8Array | undefined }> {
  try {
    return await reader.read();
  } catch (error) {
    throw brokenOff(origin, error, secrets);
  }
}
