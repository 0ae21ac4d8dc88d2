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
 * A visitor's call, as the hooks see it. The text is behind a method, because logging the call must not show it.
 *
 * @typeParam Context The second argument of the handler.
 */
export interface ProxyCall<Context = unknown> {
  /** The method. */
  readonly method: ProxyMethod;
  /** The job, for `CheckStatus`. */
  readonly requestId: string | undefined;
  /** The voice, for `GenerateSpeech` and `StreamSpeech`. */
  readonly voiceId: string | undefined;
  /** The model version, with its default filled in, for `GenerateSpeech`, `StreamSpeech` and `ListVoices`. */
  readonly version: string | undefined;
  /** The speed, with its default filled in, for `GenerateSpeech` and `StreamSpeech`. */
  readonly speed: number | undefined;
  /** How many characters (Unicode code points) the text has; 0 when there is none. */
  readonly characters: number;
  /** The second argument of the handler: `Deno.serve` gives the address of the visitor, Workers their `env`. */
  readonly context: Context | undefined;
  /** The text to speak; empty when there is none. */
  text(): string;
}
