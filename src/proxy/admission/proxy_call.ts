/**
 * The methods of the service, and the calls as hooks see them.
 *
 * @module
 */

import { TsetsenTTS } from "../../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";

/** A method of the service, by its name there. */
export type ProxyMethod =
  | "ListVoices"
  | "GenerateSpeech"
  | "CheckStatus"
  | "GetUserBalance"
  | "StreamSpeech";

/** The names of all methods. */
export const METHODS: ReadonlySet<string> = new Set(TsetsenTTS.methods.map(({ name }) => name));

/**
 * A visitor's call, as the hooks see it. The text is behind a method, because a call that is logged must not show it.
 *
 * @typeParam Context What the handler was given beside the request.
 */
export interface ProxyCall<Context = unknown> {
  /** The method. */
  readonly method: ProxyMethod;
  /** The job, for `CheckStatus`. */
  readonly requestId: string | undefined;
  /** The voice, for `GenerateSpeech` and `StreamSpeech`. */
  readonly voiceId: string | undefined;
  /** The model version, with its default filled in, for these two and `ListVoices`. */
  readonly version: string | undefined;
  /** The speed, with its default filled in, for the two. */
  readonly speed: number | undefined;
  /** How many characters (Unicode code points) the text has; 0 when there is none. */
  readonly characters: number;
  /** What the handler was given beside the request: `Deno.serve` gives the address of the visitor, Workers their `env`. */
  readonly context: Context | undefined;
  /** The text to speak; empty when there is none. */
  text(): string;
}
