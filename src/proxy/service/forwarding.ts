/**
 * Forwards an allowed call, and makes the visitor's answer.
 *
 * @module
 */

import { frame } from "../../transport/frames.ts";
import { trailerFrame } from "../answer/trailers.ts";
import { maskKey } from "../key_mask.ts";
import { filterVoices, jobIdOf, readStreamMessage, rewriteStatus } from "./rewrite.ts";
import { Code, type Field, StatusError } from "../answer/status_error.ts";
import { badAnswer, callService, type UpstreamCall, upstreamFailure } from "./upstream.ts";
import { visibleTrailers } from "./visible_trailers.ts";

const LOST = "The connection to the speech service was lost.";
const NO_AUDIO = "The speech service ended the stream without audio.";

type Bytes = Uint8Array<ArrayBuffer>;

/** What is needed to forward a call. */
export interface ForwardedCall extends UpstreamCall {
  /** Makes the visitor's address of finished audio. */
  readonly audioUrl: (url: string) => Promise<string>;
}

/** Forwards one call, and keeps its state. */
export class Forwarding {
  readonly #call: ForwardedCall;
  #visitorLeft = false;
  #accepted = false;
  #ended = false;
  #hasContent = false;
  #requestId: string | undefined;

  constructor(call: ForwardedCall) {
    this.#call = call;
  }

  /**
   * The answer in whole frames. The call is sent once, when the first piece is asked for. A message is passed on as
   * soon as it has come, because the id of a paid job must reach the visitor whatever follows. Errors stand in the
   * trailers.
   */
  async *answer(): AsyncGenerator<Bytes, void, void> {
    const { exchange, options: { key } } = this.#call;
    const messages = callService(this.#call);
    try {
      for (;;) {
        const { done, value } = await messages.next();
        if (done) {
          const trailers = this.#trailers(value);
          exchange.close();
          yield trailerFrame(trailers);
          return;
        }
        yield frame(0, maskKey(await this.#message(value), key));
      }
    } catch (error) {
      if (exchange.cancelled) return;
      const status = error instanceof StatusError ? error : upstreamFailure(this.#call, LOST);
      yield trailerFrame(status.fields());
    } finally {
      this.#ended = true;
      exchange.cancel();
    }
  }

  /** Records that the visitor left. A paid call that the service has accepted, or accepts later, is reported. */
  visitorLeft(): void {
    if (this.#ended || this.#visitorLeft) return;
    this.#visitorLeft = true;
    this.#reportLeave();
  }

  /** Makes the message that the visitor may see. */
  async #message(data: Uint8Array): Promise<Uint8Array> {
    const { allowed: { call: { method } }, options: { voices, key }, audioUrl } = this.#call;
    try {
      switch (method) {
        case "ListVoices":
          return voices === undefined ? data : filterVoices(data, voices);
        case "CheckStatus":
          return await rewriteStatus(data, key, audioUrl);
        case "GenerateSpeech":
          this.#requestId = jobIdOf(data);
          this.#accept();
          return data;
        case "StreamSpeech":
          this.#readStreamMessage(data);
          return data;
        default:
          return data;
      }
    } catch {
      throw badAnswer(this.#call);
    }
  }

  /** Makes the trailers that visitors may see. A stream that ends with OK must have audio, or say why it has none. */
  #trailers(fields: readonly Field[]): Field[] {
    const { allowed: { call: { method } }, options: { key, report } } = this.#call;
    const visible = visibleTrailers(fields, method, key, report);
    const isOk = visible.some(([name, value]) => name === "grpc-status" && value === "0");
    if (!isOk || method !== "StreamSpeech" || this.#hasContent) return visible;
    report({ type: "upstream_failed", method, message: NO_AUDIO });
    throw new StatusError(Code.Internal, NO_AUDIO);
  }

  #readStreamMessage(data: Uint8Array): void {
    const { hasContent, isFinal } = readStreamMessage(data);
    this.#hasContent ||= hasContent;
    this.#accept();
    // A visitor who leaves now has all of it.
    if (isFinal) this.#ended = true;
  }

  #accept(): void {
    if (this.#accepted) return;
    this.#accepted = true;
    this.#reportLeave();
  }

  #reportLeave(): void {
    if (!this.#accepted || !this.#visitorLeft) return;
    const { allowed: { call: { method } }, options: { report } } = this.#call;
    const message = "The visitor left after the service had accepted the call.";
    report({ type: "visitor_left", method, message, requestId: this.#requestId });
  }
}
