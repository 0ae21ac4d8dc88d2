/**
 * Checks the audio that a function is given.
 *
 * @module
 */

import { AUDIO, check } from "../lib/rules.ts";
import { recordInterruptedAudio } from "./interrupted_audio.ts";
import { isOwn } from "./open_audio.ts";

/** @throws {TypeError} when it is neither audio nor bytes, or has or had a reader. */
export function checkUnread(audio: unknown): void {
  check("audio", audio, AUDIO);
  // By shape: audio of another copy of this package is fine.
  const { locked, bodyUsed, requestId } = audio as {
    readonly locked?: boolean;
    readonly bodyUsed?: boolean;
    readonly requestId?: string;
  };
  if (locked || bodyUsed) {
    const error = new TypeError(
      "audio must be unread: it has been read, is being read, or cancelled. Keep its bytes, or ask for it again.",
    );
    // Bytes of the caller's have cost nothing.
    if (bodyUsed && isOwn(audio as object)) recordInterruptedAudio(error, requestId);
    throw error;
  }
}
