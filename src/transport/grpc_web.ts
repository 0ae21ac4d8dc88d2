/**
 * gRPC-Web as a transport of Connect: what connect-web's own is, made of the same parts, but that the frames of an answer
 * come from the guard, which has taken them apart and checked them. connect-web would do so once more, through streams that
 * cost more than all the rest of a call, and bring along the JSON of protobuf, a quarter of the size of everything.
 *
 * @module
 */

import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { ConnectError, createContextValues, type Transport } from "@connectrpc/connect";
import {
  createMethodUrl,
  encodeEnvelope,
  runStreamingCall,
  runUnaryCall,
} from "@connectrpc/connect/protocol";
import { requestHeader } from "@connectrpc/connect/protocol-grpc-web";
import type { GrpcWebTransportOptions } from "@connectrpc/connect-web";
import type { ResponseReader } from "./response_reader.ts";
import { hasStatus, toTsetsenError } from "./error_mapping.ts";
import { sendOnce, type SendOptions } from "./send_once.ts";
import { assertOk, trailersOf } from "./trailers.ts";

/**
 * A transport for one call. It is a pair of closures, and costs nothing to make.
 *
 * @param options Those of connect-web, as far as they are of use here.
 * @param guard What the request is bound to: it sends it, and ends the call by itself.
 */
export function grpcWebTransport(
  { baseUrl, interceptors = [] }: Pick<GrpcWebTransportOptions, "baseUrl" | "interceptors">,
  guard: SendOptions,
): Transport {
  const requestOf = <M extends DescMethod>(method: M, header: HeadersInit | undefined) => ({
    service: method.parent,
    method,
    requestMethod: "POST",
    url: createMethodUrl(baseUrl, method),
    header: requestHeader(true, undefined, header, false),
    contextValues: createContextValues(),
  });
  const send = <I extends DescMessage>(
    { url, header }: { readonly url: string; readonly header: Headers },
    input: I,
    message: MessageInitShape<I>,
  ) => sendOnce(url, header, encodeEnvelope(0, toBinary(input, create(input, message))), guard);

  const { signal } = guard.lifetime;
  // Interceptors get a status as Connect gives it, and what is no answer as our own error.
  const fail = (error: unknown): never => {
    if (error instanceof ConnectError && hasStatus(error)) throw error;
    throw toTsetsenError(error, guard.secrets, "gRPC-Web");
  };

  return {
    async unary(method, _signal, _timeout, header, message) {
      const req = { ...requestOf(method, header), stream: false as const, message };
      const next = async (request: Pick<typeof req, "url" | "header" | "message">) => {
        const answer = await send(request, method.input, request.message);
        const bytes = await answer.next();
        // To its end, where the trailers are.
        if (bytes !== undefined) {
          guard.answered?.(bytes);
          await answer.next();
        }
        assertOk(answer);
        if (bytes === undefined) throw new Error("The status is OK, and there is no message.");
        const { service, stream } = req;
        return {
          service,
          method,
          stream,
          header: answer.headers,
          message: fromBinary(method.output, bytes),
          get trailer() {
            return trailersOf(answer);
          },
        };
      };
      const ours: typeof next = (request) => next(request).catch(fail);
      // What Connect runs interceptors with makes two more signals, and aborts them in the end.
      if (interceptors.length === 0) return await ours(req);
      return await runUnaryCall({ req, next: ours, interceptors, signal });
    },

    async stream(method, _signal, _timeout, header, message) {
      const req = { ...requestOf(method, header), stream: true as const, message };
      const next = async (request: Pick<typeof req, "url" | "header" | "message">) => {
        const { value } = await request.message[Symbol.asyncIterator]().next();
        const answer = await send(request, method.input, value);
        // An error in the headers comes alone.
        if (answer.headers.has("grpc-status")) assertOk(answer);
        const trailer = new Headers();
        const { service, stream } = req;
        const messages = read(answer, method.output, trailer, fail);
        return { service, method, stream, header: answer.headers, trailer, message: messages };
      };
      const ours: typeof next = (request) => next(request).catch(fail);
      if (interceptors.length === 0) return await ours(req);
      return await runStreamingCall({ req, next: ours, interceptors, signal });
    },
  };
}

/** The messages of a stream, and then its trailers. Not a generator, which would cost two promises more a message. */
function read<O extends DescMessage>(
  answer: ResponseReader,
  output: O,
  trailer: Headers,
  fail: (error: unknown) => never,
): AsyncIterable<MessageShape<O>> {
  const next = async (): Promise<IteratorResult<MessageShape<O>, undefined>> => {
    try {
      const bytes = await answer.next();
      if (bytes !== undefined) return { done: false, value: fromBinary(output, bytes) };
      assertOk(answer);
      trailersOf(answer).forEach((value, name) => trailer.set(name, value));
      return { done: true, value: undefined };
    } catch (error) {
      return fail(error);
    }
  };
  return { [Symbol.asyncIterator]: () => ({ next }) };
}
