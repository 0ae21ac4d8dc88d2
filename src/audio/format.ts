/**
 * Telling what audio is.
 *
 * @module
 */

/**
 * What audio is, by its first bytes. `"pcm"` is what none of the others is: bare samples, as far as bytes can tell.
 * `"text"` is no audio but a page or a message.
 */
export type AudioFormat = "wav" | "mp3" | "ogg" | "flac" | "mp4" | "webm" | "text" | "pcm";

/** Where a format's mark stands, and the mark. */
const MARKS: readonly (readonly [at: number, mark: string, format: AudioFormat])[] = [
  [8, "WAVE", "wav"],
  [0, "ID3", "mp3"],
  [0, "OggS", "ogg"],
  [0, "fLaC", "flac"],
  [4, "ftyp", "mp4"],
  [0, "\x1aE\xdf\xa3", "webm"],
];

/**
 * Tells formats of audio apart by their bytes.
 *
 * @param bytes The beginning, at best 2 KiB or more.
 * @returns The format.
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
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  for (const [at, mark, format] of MARKS) if (head.startsWith(mark, at)) return format;
  if (isMp3(bytes)) return "mp3";
  // So many samples that are printable characters are no sound that anybody recorded.
  return head.length >= 16 && /^[\t\r\n\x20-\x7e]*$/.test(head) ? "text" : "pcm";
}

// Layer III, kbit/s by index: ISO/IEC 11172-3 2.4.2.3 (MPEG 1) and ISO/IEC 13818-3 2.4.2.3 (MPEG 2).
const RATES_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const RATES_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const SAMPLE_RATES = [44_100, 48_000, 32_000];

/** Whether an MPEG frame begins here, and another where it ends: samples may look like one header, not like two. */
function isMp3(bytes: Uint8Array): boolean {
  const length = frameLength(bytes, 0);
  return length > 0 && (length + 4 > bytes.length || frameLength(bytes, length) > 0);
}

/** The length of the Layer III frame at `at`, in bytes; 0 when there is none. */
function frameLength(bytes: Uint8Array, at: number): number {
  const [sync = 0, kind = 0, rates = 0] = bytes.subarray(at, at + 3);
  const version = kind >> 3 & 3;
  if (sync !== 0xff || kind >> 5 !== 7 || version === 1 || (kind >> 1 & 3) !== 1) return 0;
  const isFirst = version === 3;
  const bitRate = (isFirst ? RATES_1 : RATES_2)[rates >> 4] ?? 0;
  const sampleRate = (SAMPLE_RATES[rates >> 2 & 3] ?? 0) / (isFirst ? 1 : version === 2 ? 2 : 4);
  if (bitRate === 0 || sampleRate === 0) return 0;
  const padding = rates >> 1 & 1;
  return Math.floor((isFirst ? 144 : 72) * bitRate * 1_000 / sampleRate) + padding;
}
