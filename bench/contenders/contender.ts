/**
 * What every client that is measured can do.
 *
 * @module
 */

/** A key that looks like one. */
export const API_KEY = "tsetsen-development-benchmark";

/** The voice of the streams. */
export const VOICE_ID = "voice";

/** One client of the service. */
export interface Contender {
  /** Asks for the status of a job once. @returns The number of the status. */
  check(requestId: string): Promise<number>;
  /** Reads a stream to its end. @returns The bytes of audio that came. */
  stream?(text: string): Promise<number>;
  /** Polls a job until it ends. @returns The number of its last status. */
  wait?(requestId: string, pollInterval: number): Promise<number>;
}

/** Makes a client of the service at `base`. */
export type Open = (base: string, fetch?: typeof globalThis.fetch) => Contender;
