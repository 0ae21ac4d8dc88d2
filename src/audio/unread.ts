/**
 * Checks the audio that a function is given.
 *
 * @module
 */

import { AUDIO, check } from "../lib/rules.ts";
import { recordInterruptedAudio } from "./interrupted_audio.ts";
import { isOwn } from "./open_audio.ts";

/**
 * The error for audio that has or had a reader.
 *
 * @param isPaid Whether reading it has cost something.
 */
export function notUnread(isPaid: boolean, requestId: string | undefined): TypeError {
  const error = new TypeError(
    "The audio must be unread: it has been read, is being read, or cancelled. Keep its bytes, or ask for it again.",
  );
  if (isPaid) recordInterruptedAudio(error, requestId);
  return error;
}

/** @throws {TypeError} when it is neither audio nor bytes, or has or had a reader. */
export function checkUnread(audio: unknown): void {
  check("audio", audio, AUDIO);
  // By shape: audio of another copy of this package is fine.
  const { locked, bodyUsed, requestId } = audio as {
    readonly locked?: boolean;
    readonly bodyUsed?: boolean;
    readonly requestId?: string;
  };
  // Bytes of the caller's have cost nothing.
  if (locked || bodyUsed) throw notUnread(bodyUsed === true && isOwn(audio as object), requestId);
}
