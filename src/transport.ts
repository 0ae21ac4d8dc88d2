/**
 * How requests reach the service: gRPC-Web through connect-web, over a guarded `fetch`.
 *
 * @module
 */

import { type DescMessage, fromBinary, type Message } from "@bufbuild/protobuf";
import { ConnectError, type Transport } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import type { Answer } from "./answer.ts";
import { boundOf } from "./bound_transport.ts";
import { isDecodable, TRAILER } from "./frames.ts";
import { guardedFetch, type GuardOptions } from "./guard.ts";
import type { ResolvedOptions } from "./options.ts";

/**
 * A transport for one call.
 *
 * connect-web's own transport is a pair of closures and costs nothing to make. One for each call lets the guard know
 * the call's signal and its secrets, which connect-web does not hand to `fetch`: the signal that it does hand on is one
 * that it aborts, at a price, after every call that went well.
 */
export function openTransport(
  options: ResolvedOptions,
  call: Pick<GuardOptions, "scope" | "unary" | "billable" | "secrets">,
): Transport {
  const { transport } = options;
  if (transport !== undefined) {
    return boundOf(transport)?.open({ ...options, ...call, signal: call.scope.signal }) ??
      transport;
  }
  const { baseUrl, origin, maxMessageBytes, fetch, interceptors } = options;
  const guard = { ...call, maxMessageBytes, fetch, origin };
  const send = (url: unknown, init: unknown) =>
    guardedFetch(url as string, init as RequestInit, guard);
  // Interceptors may look at anything: for them connect-web reads the answer by itself.
  if (interceptors.length > 0) {
    return createGrpcWebTransport({
      baseUrl,
      interceptors,
      fetch: async (url, init) => asResponse(await send(url, init)),
    });
  }
  return shortcut(baseUrl, send, call.unary);
}

type Send = (url: unknown, init: unknown) => Promise<Answer>;

/**
 * The guard has the messages already, in one piece each: hands them on directly, past the streams of connect-web, which
 * cost more than all the rest of a call. What says how the call ended is still read by connect-web, unless it is the
 * plain OK of a unary call. The guard and the call's own scope end a call, so that connect-web need not link up signals.
 */
function shortcut(baseUrl: string, send: Send, unary: boolean): Transport {
  let answer: Answer;
  let only: Uint8Array | undefined;
  const web = createGrpcWebTransport({
    baseUrl,
    fetch: async (url, init) => {
      answer = await send(url, init);
      if (!unary) return asResponse(answer);
      only = await answer.next();
      // To its end, where the trailers are.
      if (only !== undefined) await answer.next();
      if (only !== undefined && isPlainOk(answer)) throw pastTheParser ??= new ConnectError("");
      return asResponse(answer, only);
    },
    interceptors: unary ? [] : [(next) => async (request) => {
      const response = await next(request);
      if (!response.stream || answer.headers.has("grpc-status")) return response;
      const end = response.message[Symbol.asyncIterator]();
      return { ...response, message: messages(answer, request.method.output, end) };
    }],
  });
  return {
    unary: async (method, _signal, timeoutMs, header, message, values) => {
      try {
        return await web.unary(method, undefined, timeoutMs, header, message, values);
      } catch (error) {
        if (error !== pastTheParser) throw error;
        const { headers } = answer;
        return {
          stream: false,
          service: method.parent,
          method,
          header: headers,
          trailer: headers,
          message: fromBinary(method.output, only as Uint8Array),
        };
      }
    },
    stream: (method, _signal, timeoutMs, header, input, values) =>
      web.stream(method, undefined, timeoutMs, header, input, values),
  };
}

// connect-web makes an error of its own of anything else that is thrown, and of success a DOMException.
let pastTheParser: ConnectError | undefined;

/** The messages of a stream; `end` then reads the trailers. */
function messages(
  answer: Answer,
  output: DescMessage,
  end: AsyncIterator<Message>,
): AsyncIterable<Message> {
  const next = async (): Promise<IteratorResult<Message>> => {
    const value = await answer.next();
    return value === undefined ? end.next() : { done: false, value: fromBinary(output, value) };
  };
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

// Anything else in the trailers, and connect-web reads them.
function isPlainOk({ trailers = new Uint8Array() }: Answer): boolean {
  return trailers.length < 64 &&
    /^(grpc-message: ?\r\n)?grpc-status: ?0\r\n(grpc-message: ?\r\n)?$/i.test(
      String.fromCharCode(...trailers),
    );
}

/** An answer in the shape that connect-web reads: status, headers and body. It asks a response for nothing else. */
function asResponse(answer: Answer, first?: Uint8Array): Response {
  let ended = false;
  const read = async () => {
    if (ended) return { done: true };
    const message = first ?? await answer.next();
    first = undefined;
    if (message !== undefined) return { done: false, value: encodeEnvelope(0, message) };
    ended = true;
    const { trailers } = answer;
    return trailers ? { done: false, value: encodeEnvelope(TRAILER, trailers) } : { done: true };
  };
  const body = { getReader: () => ({ read }) };
  // A status outside 2xx would make connect-web pass over the grpc-status.
  return {
    status: 200,
    headers: withDecodableMessage(answer.headers),
    body,
  } as unknown as Response;
}

// As in the trailers: a message that cannot be decoded must not cost the status.
function withDecodableMessage(headers: Headers): Headers {
  const message = headers.get("grpc-message");
  if (message === null || isDecodable(message)) return headers;
  const copy = new Headers(headers);
  copy.set("grpc-message", message.replaceAll("%", "?"));
  return copy;
}
