/**
 * Recognises the format of audio.
 *
 * @module
 */

import { BYTES, check } from "../../lib/rules.ts";
import { type FrameKind, readFrames } from "./frames.ts";
import { type AudioFormat, readMark, type Recognition } from "./marks.ts";
import { isText } from "./text_bytes.ts";

export type { AudioFormat };

/** The number of first bytes that tell the format. They hold two frames of MP3 at least. */
export const HEAD_BYTES = 2_048;

/**
 * Tells formats of audio apart by their bytes.
 *
 * @param bytes The beginning, at best 2 KiB or more.
 * @returns The format.
 * @throws {TypeError} when `bytes` is no `Uint8Array`.
 *
 * @example
 * ```ts
 * import { audioFormat, encodeWav } from "@tsetsen/sdk";
 *
 * console.assert(audioFormat(encodeWav(new Uint8Array(2))) === "wav");
 * console.assert(audioFormat(new Uint8Array(4_800)) === "pcm");
 * ```
 */
export function audioFormat(bytes: Uint8Array): AudioFormat {
  check("bytes", bytes, BYTES);
  return recognize(bytes).format;
}

const BY_FRAMES: Readonly<Record<FrameKind, Recognition>> = {
  mp3: { format: "mp3", name: "MP3", isAudio: true },
  mp2: { format: "unknown", name: "MP2", isAudio: true },
  adts: { format: "aac", name: "AAC (ADTS)", isAudio: true },
  latm: { format: "aac", name: "AAC (LATM)", isAudio: true },
  ac3: { format: "ac3", name: "AC-3", isAudio: true },
};

/**
 * What bytes are, with a name for messages.
 *
 * @param unseen Whether one frame of MP3 or AAC is enough when the second lies behind the end of `bytes`.
 */
export function recognize(bytes: Uint8Array, unseen: boolean = true): Recognition {
  if (bytes.length === 0) return { format: "unknown", name: "nothing", isAudio: false };
  const id3 = id3Length(bytes);
  const marked = readMark(bytes.subarray(id3));
  // What follows a tag that ends in these bytes; it is almost always MP3.
  if (id3 > 0 && marked?.format !== "flac") {
    return BY_FRAMES[readFrames(bytes, id3, true) ?? "mp3"];
  }
  if (marked !== undefined) return marked;
  const frames = readFrames(bytes, 0, unseen);
  if (frames !== undefined) return BY_FRAMES[frames];
  if (isMpegTs(bytes)) return { format: "unknown", name: "MPEG-TS", isAudio: true };
  if (isText(bytes.subarray(0, HEAD_BYTES))) {
    return { format: "text", name: "text", isAudio: false };
  }
  return { format: "pcm", name: "bare PCM", isAudio: true };
}

/** The length of an ID3 tag at the start in bytes; 0 when there is none. */
function id3Length(bytes: Uint8Array): number {
  const [i, d, three, , , flags = 0, ...size] = bytes.subarray(0, 10);
  if (i !== 0x49 || d !== 0x44 || three !== 0x33) return 0;
  const footer = flags & 0x10 ? 10 : 0;
  return 10 + size.reduce((sum, seven) => sum << 7 | seven & 0x7f, 0) + footer;
}

/** Whether packets of 188 bytes begin here, each with its sync byte. */
function isMpegTs(bytes: Uint8Array): boolean {
  return bytes.length > 376 && [0, 188, 376].every((at) => bytes[at] === 0x47);
}
