/**
 * ID3v2.3 tags (https://id3.org/id3v2.3.0) with chapters (https://id3.org/id3v2-chapters-1.0).
 *
 * @module
 */

import { concatBytes } from "../lib/bytes.ts";
import type { Chapter } from "./options.ts";

/** The end of the last chapter while the length of the audio is not known, in milliseconds. */
const OPEN_END_MS = 2 ** 31 - 1;

/** What a tag holds. */
export interface Tag {
  readonly title: string | undefined;
  readonly chapters: readonly Chapter[];
  /** The length of the audio in milliseconds; `undefined` while it is not known. The length of the tag does not depend on it. */
  readonly duration?: number | undefined;
}

/** Makes the tag that stands before the audio. It is empty without title and chapters. */
export function id3Tag({ title, chapters, duration }: Tag): Uint8Array<ArrayBuffer> {
  const frames: Uint8Array[] = title === undefined ? [] : [textFrame("TIT2", title)];
  if (chapters.length > 0) {
    const ids = chapters.map((_, i) => ascii(`ch${i}\0`));
    // An ordered list without a parent.
    frames.push(frame("CTOC", [ascii("toc\0"), bytes(0b11, chapters.length), ...ids]));
    chapters.forEach(({ start, title }, i) => {
      const end = chapters[i + 1]?.start ?? Math.max(start, duration ?? OPEN_END_MS);
      const times = concatBytes([
        uint32(Math.round(start)),
        uint32(Math.round(end)),
        // Without places in the file readers use the times.
        uint32(0xffff_ffff),
        uint32(0xffff_ffff),
      ]);
      frames.push(frame("CHAP", [ids[i] as Uint8Array, times, textFrame("TIT2", title)]));
    });
  }
  if (frames.length === 0) return new Uint8Array();
  const body = concatBytes(frames);
  // Version 2.3, no flags, and the length in four times seven bits.
  const size = [21, 14, 7, 0].map((shift) => body.length >> shift & 0x7f);
  return concatBytes([ascii("ID3"), bytes(3, 0, 0, ...size), body]);
}

/** A text in UTF-16 with a byte order mark, the encoding that every reader of version 2.3 knows. */
function textFrame(id: string, text: string): Uint8Array<ArrayBuffer> {
  const units = new Uint8Array(2 * text.length);
  const view = new DataView(units.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
  return frame(id, [bytes(1, 0xff, 0xfe), units]);
}

function frame(id: string, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = concatBytes(parts);
  return concatBytes([ascii(id), uint32(body.length), bytes(0, 0), body]);
}

function ascii(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function bytes(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(values);
}

function uint32(value: number): Uint8Array<ArrayBuffer> {
  return bytes(value >>> 24, value >>> 16 & 0xff, value >>> 8 & 0xff, value & 0xff);
}
