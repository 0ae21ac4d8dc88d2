/**
 * Reads the answer to a gRPC-Web request, message by message: bounded in cost, checked, and cancelled when the call ends
 * early.
 *
 * @module
 */

import type { TsetsenError } from "../contract/errors.ts";
import { type BodyReader, bodyReader } from "./body_reader.ts";
import { badAnswer, brokenOff, fromHttp, fromStatus, invalidAnswer } from "./error_mapping.ts";
import { countBytes, FrameReader, join } from "./frames.ts";
import { parseTrailers, readStatus, type RpcStatus } from "./status.ts";
import type { TransportCall } from "../contract/transport.ts";

/** What reading an answer needs to know. */
export interface ResponseReaderOptions {
  /** The call. */
  readonly call: TransportCall;
  /** Whether more than one message is an error. */
  readonly unary: boolean;
  /** Scheme, host and port of the endpoint, for the errors. */
  readonly origin: string;
}

/** An answer whose head looks like gRPC-Web. */
export class ResponseReader {
  /** Its headers. */
  readonly headers: Headers;
  /** The status that it ended with, if that is not OK. */
  status: RpcStatus | undefined;
  readonly #response: Response;
  readonly #options: ResponseReaderOptions;
  readonly #frames: FrameReader;
  readonly #reader: BodyReader | undefined;
  readonly #unlisten: () => void;
  #ended = false;
  /** Why the connection was lost, if it was. */
  #lost: { readonly error: unknown } | undefined;

  constructor(response: Response, options: ResponseReaderOptions) {
    const { call, unary, origin } = options;
    this.headers = response.headers;
    if (call.answer !== undefined) call.answer.headers = response.headers;
    this.#response = response;
    this.#options = options;
    this.#frames = new FrameReader(call.maxMessageBytes, origin, unary);
    this.#reader = response.body ? bodyReader(response.body, !unary) : undefined;
    // After a garbage collection an abort may no longer reach the body (nodejs/undici#3644), and Deno keeps the connection
    // of a body that is only aborted. So cancel the body directly.
    this.#unlisten = call.lifetime.onEnd(() => this.cancel());
  }

  /** The data of the trailers frame, after `next()` has returned `undefined`. */
  get trailers(): Uint8Array | undefined {
    return this.#frames.trailers;
  }

  /**
   * Reads the next message. The parts may be views into larger buffers.
   *
   * @returns The message in its parts, or `undefined` at the end: the status is then OK.
   * @throws {TsetsenError} of the class of the status, when it is not OK.
   * @throws {ServerError} when the answer is not acceptable.
   * @throws {ConnectionError} when it breaks off.
   */
  async nextParts(): Promise<readonly Uint8Array[] | undefined> {
    try {
      for (;;) {
        const message = this.#take();
        if (message !== undefined || this.#ended) return message;
        this.#push(await this.#read());
      }
    } catch (error) {
      throw this.#abandon(error);
    }
  }

  /**
   * Reads a unary answer to its end, where the status stands.
   *
   * @param accept Is called with the message as soon as that is complete, whatever follows.
   * @returns The message.
   * @throws {TsetsenError} as {@linkcode nextParts} does, and when there is no message.
   */
  async only(accept: (message: Uint8Array) => void): Promise<Uint8Array> {
    let message: Uint8Array | undefined;
    try {
      for (;;) {
        const parts = this.#take();
        if (parts !== undefined) {
          message = join(parts);
          accept(message);
        } else if (this.#ended) break;
        else this.#push(await this.#read());
      }
    } catch (error) {
      throw this.#abandon(error);
    }
    if (message !== undefined) return message;
    throw badAnswer(this.#options.origin, "its status is OK, and it has no message");
  }

  /** Reads the next message, in one piece. @see {@linkcode nextParts} */
  async next(): Promise<Uint8Array | undefined> {
    const parts = await this.nextParts();
    return parts && join(parts);
  }

  /** Gives up the rest of the body. */
  cancel(): void {
    this.#reader?.cancel().catch(() => {});
  }

  /** Takes the next message that has come. A fault behind the last message is thrown after it. */
  #take(): readonly Uint8Array[] | undefined {
    const message = this.#frames.shift();
    const { answer } = this.#options.call;
    if (message !== undefined && answer !== undefined) countBytes(answer, message);
    if (message === undefined && this.#frames.error !== undefined) {
      throw this.#acceptable(this.#frames.error);
    }
    return message;
  }

  /** Reads the next bytes; `undefined` at the end, or when the connection is lost. */
  #read(): Promise<Uint8Array | undefined> {
    if (this.#reader === undefined) return NOTHING;
    return this.#reader.read().then(valueOf, (error) => void (this.#lost = { error }));
  }

  #push(chunk: Uint8Array | undefined): void {
    if (chunk !== undefined) this.#frames.push(chunk);
    else this.#end();
  }

  /** Gives the answer up because of an error. */
  #abandon(error: unknown): unknown {
    this.#unlisten();
    this.cancel();
    return error;
  }

  /** Checks that the answer is complete and that its status is OK. */
  #end(): void {
    this.#ended = true;
    this.#unlisten();
    const { origin, call } = this.#options;
    const { empty, complete, trailers } = this.#frames;
    if (call.answer) call.answer.trailers = parseTrailers(trailers ?? new Uint8Array());
    if (!complete) {
      // A complete status counts, even if the connection is lost after it.
      if (this.#lost !== undefined) throw brokenOff(origin, this.#lost.error, call.secrets);
      // Headers that hold the status may come without trailers ("trailers-only").
      if (!empty || !this.headers.has("grpc-status")) throw this.#acceptable(brokenOff(origin));
    }
    const failure = this.#failure(trailers);
    if (failure !== undefined) throw failure;
  }

  #failure(trailers: Uint8Array | undefined): TsetsenError | undefined {
    const { secrets } = this.#options.call;
    const status = readStatus(this.headers, trailers);
    if (status?.unreadable) return invalidAnswer(new Error(status.message), secrets);
    this.status = status;
    return status && fromStatus(status, secrets);
  }

  /** Chooses the error that says most: the status in the headers, the given error, or that the answer is not gRPC-Web. */
  #acceptable(error: Error): Error {
    const { origin, call } = this.#options;
    const { status, headers } = this.#response;
    const failure = headers.has("grpc-status") ? this.#failure(undefined) : undefined;
    if (failure !== undefined) return failure;
    if (isNamed(headers) || this.#frames.started) return error;
    return fromHttp(status, headers, origin, call.secrets);
  }
}

/** Whether an answer can be read as gRPC-Web: its content type says so, or says nothing, or it has a gRPC status. */
export function isGrpcWeb({ status, headers }: Response): boolean {
  if (headers.has("grpc-status")) return isNamed(headers) || isVague(headers) || isGrpc(headers);
  return status >= 200 && status < 300 && (isNamed(headers) || isVague(headers));
}

const typeOf = (headers: Headers) => headers.get("content-type") ?? "";

const isNamed = (headers: Headers) =>
  /^application\/grpc-web(\+(proto|json))?\s*(;|$)/i.test(typeOf(headers));

/** Some servers copy `accept`, even `*` (sonora 0.2). */
const isVague = (headers: Headers) => /^(\*|application)\/\*\s*(;|$)/i.test(typeOf(headers));

/** tonic answers an expired deadline outside gRPC-Web: the status stands in the headers. */
const isGrpc = (headers: Headers) => /^application\/grpc(\+proto)?\s*(;|$)/i.test(typeOf(headers));

const NOTHING: Promise<undefined> = Promise.resolve(undefined);

function valueOf(result: { readonly value?: Uint8Array | undefined }): Uint8Array | undefined {
  return result.value;
}
