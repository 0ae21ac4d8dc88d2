/**
 * The stream from which connect-node reads an answer: an HTTP/2 stream behind the same checks that gRPC-Web answers
 * get. One fault gives one error on every runtime, and an answer costs bounded memory.
 *
 * @module
 */

import type { ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import type { Writable } from "node:stream";
import { toConnect } from "../connect/errors.ts";
import type { TransportCall } from "../contract/transport.ts";
import { concatBytes } from "../lib/bytes.ts";
import { brokenOff, noAnswer } from "../transport/error_mapping.ts";
import { countBytes, frame, frameHead, FrameReader, join, TRAILER } from "../transport/frames.ts";
import { requestIdIn } from "../transport/request_id.ts";
import type { OpenRequest } from "./connection.ts";
import { Pieces } from "./pieces.ts";
import { headError, readableHead, readableTrailers, type ResponseHead } from "./response_head.ts";
import type { RuntimeModules } from "./runtime_modules.ts";

/** Codes of RST_STREAM. */
const REFUSED_STREAM = 7, CANCEL = 8;

/** No honest answer has more informational heads (1xx). Flow control does not bound them. */
const MAX_EARLY_HEADS = 100;

/** The messages that are passed on before timers run. Audio comes in far fewer at once. */
const MESSAGES_AT_ONCE = 100;

/** One request and its answer. */
export class CheckedStream {
  /** What connect-node uses. */
  readonly stream: ClientHttp2Stream;
  readonly #request: OpenRequest;
  readonly #pieces: Pieces;
  readonly #stream: Writable;
  readonly #origin: string;
  readonly #call: TransportCall;
  readonly #unary: boolean;
  #stopListening = () => {};
  #body: AsyncIterator<Uint8Array, void, void> = NO_BODY;
  #trailers: IncomingHttpHeaders = {};
  #isWhole = false;

  /** @param unary Whether more than one message is an error. */
  constructor(
    request: OpenRequest,
    { Writable }: RuntimeModules,
    origin: string,
    call: TransportCall,
    unary: boolean,
  ) {
    this.#request = request;
    this.#origin = origin;
    this.#call = call;
    this.#unary = unary;
    const { stream, session } = request;
    this.#pieces = new Pieces(stream, () => session.hear());
    this.#stream = new Writable({
      // The answer comes after the request has ended.
      autoDestroy: false,
      // A failed write shows in the answer, too.
      write: (bytes, _, done) => void stream.write(bytes, () => done()),
      final: (done) => void stream.end(() => done()),
      destroy: (error, done) => {
        this.#end();
        done(error);
      },
    });
    // connect-node listens a moment later.
    this.#stream.on("error", () => {});
    this.#listen();
    this.#stopListening = call.lifetime.onEnd(() => {
      session.giveUp();
      this.close(new Error("the call is over"));
    });
    const close = (_code?: number, onClosed?: () => void) => {
      if (onClosed !== undefined) this.#stream.once("close", onClosed);
      this.close();
    };
    this.stream = Object.assign(this.#stream, {
      close,
      // The code stays 0 because every failure is an error of this stream.
      rstCode: 0,
      [Symbol.asyncIterator]: () => this.#body,
    }) as unknown as typeof stream;
  }

  /** Cancels what is still under way. */
  close(error?: unknown): void {
    this.#stream.destroy(error === undefined ? undefined : toConnect(error) as Error);
  }

  /** Whether it is proven that the service did not take the request: RFC 9113, 6.8 and 8.7. */
  get #refused(): boolean {
    const { stream: { id = 0, rstCode }, session } = this.#request;
    return rstCode === REFUSED_STREAM || id > session.lastTaken;
  }

  #listen(): void {
    const { stream, session } = this.#request;
    const { secrets } = this.#call;
    let isAnswered = false;
    let lost: unknown;
    const lose = () => {
      if (isAnswered) return;
      lost ??= new Error("the connection was closed before the answer");
      this.close(noAnswer(lost, this.#origin, secrets, "gRPC", this.#refused));
    };
    stream.on("error", (error) => {
      lost = error;
      // The session may learn of a GOAWAY a moment later.
      queueMicrotask(lose);
    });
    // On Deno and Bun a stream on which a GOAWAY closed the connection ends without an error.
    stream.once("close", lose);
    stream.once("response", (head) => {
      isAnswered = true;
      session.hear();
      this.#take(head);
    });
    stream.once("trailers", (trailers) => this.#trailers = { ...this.#trailers, ...trailers });
    let earlyHeads = 0;
    stream.on("headers", () => {
      if (++earlyHeads === MAX_EARLY_HEADS) {
        session.destroy(new Error("too many heads before the answer"));
      }
    });
  }

  /** Takes the head of the answer. */
  #take(head: ResponseHead): void {
    const error = headError(head, { origin: this.#origin, secrets: this.#call.secrets });
    if (error !== undefined) return this.close(error);
    const { "grpc-status": status, ...rest } = head;
    // A head with an error is the whole answer ("trailers-only"). Behind a success there may be a message.
    const isAll = status !== undefined && status !== "0";
    if (!isAll) this.#body = this.#checkedBody();
    if (status === "0") this.#trailers = { "grpc-status": status };
    this.#stream.emit("response", readableHead(isAll ? head : rest));
    if (isAll) this.close();
  }

  /** The messages in their frames. It ends when the whole answer is good. */
  async *#checkedBody(): AsyncGenerator<Uint8Array, void, void> {
    const { secrets, accepted, maxMessageBytes, answer } = this.#call;
    const origin = this.#origin;
    const frames = new FrameReader(maxMessageBytes, origin, this.#unary);
    try {
      for (;;) {
        const { done, value } = await this.#pieces.next().catch((error) => {
          throw brokenOff(origin, error, secrets);
        });
        if (done) break;
        frames.push(value);
        for (let messages = take(frames); messages.length > 0; messages = take(frames)) {
          if (answer !== undefined) messages.forEach((message) => countBytes(answer, message));
          if (this.#unary) {
            for (const message of messages) accepted?.(requestIdIn(join(message)));
          }
          yield inFrames(messages);
          if (messages.length === MESSAGES_AT_ONCE) await nextTurn();
        }
        if (frames.error !== undefined) throw frames.error;
      }
      if (this.#trailers["grpc-status"] === undefined) throw brokenOff(origin);
      // An answer of gRPC-Web ends with a frame of trailers. With an empty one, the same reader checks this end.
      frames.push(frame(TRAILER, new Uint8Array()));
      if (frames.error !== undefined) throw frames.error;
      if (!frames.complete) throw brokenOff(origin);
      this.#isWhole = true;
      this.#stream.emit("trailers", readableTrailers(this.#trailers));
    } catch (error) {
      throw toConnect(error);
    } finally {
      this.close();
    }
  }

  /** Releases everything, and cancels the request unless the whole answer has come. */
  #end(): void {
    this.#stopListening();
    this.#pieces.stop();
    const { stream } = this.#request;
    if (!stream.closed && !(this.#isWhole && stream.writableEnded)) stream.close(CANCEL);
  }
}

/** The body of an answer whose head holds the status. */
const NO_BODY: AsyncIterator<Uint8Array, void, void> = {
  next: () => Promise.resolve({ done: true, value: undefined }),
};

/** The next messages that have come in full. */
function take(frames: FrameReader): (readonly Uint8Array[])[] {
  const messages: (readonly Uint8Array[])[] = [];
  while (messages.length < MESSAGES_AT_ONCE) {
    const parts = frames.shift();
    if (parts === undefined) break;
    messages.push(parts);
  }
  return messages;
}

/** Lets timers run. Otherwise a flood of empty messages would keep the deadline from ending the call. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Puts messages into frames. Each byte is copied once. */
function inFrames(messages: readonly (readonly Uint8Array[])[]): Uint8Array {
  return concatBytes(messages.flatMap((parts) => {
    const bytes = parts.reduce((sum, { length }) => sum + length, 0);
    return [frameHead(0, bytes), ...parts];
  }));
}
