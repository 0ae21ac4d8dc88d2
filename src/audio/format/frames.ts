/**
 * Recognises coded audio that has frames and no mark: MPEG audio, AAC and AC-3.
 *
 * @module
 */

/** The length of the frame at `at` in bytes; 0 when there is none. */
type FrameLength = (bytes: Uint8Array, at: number) => number;

/**
 * Whether a frame begins at `at`, and another one where it ends. Samples may look like one header, but not like two.
 *
 * @param unseen The answer when the second frame lies behind the end of `bytes`.
 */
function hasFrames(bytes: Uint8Array, at: number, lengthOf: FrameLength, unseen: boolean): boolean {
  const length = lengthOf(bytes, at);
  if (length === 0) return false;
  return at + length + HEADER_BYTES > bytes.length ? unseen : lengthOf(bytes, at + length) > 0;
}

/** The number of bytes of a frame that tell its length. */
const HEADER_BYTES = 6;

/** The kinds of frames. */
export type FrameKind = "mp3" | "mp2" | "adts" | "latm" | "ac3";

const LENGTHS: readonly (readonly [FrameKind, FrameLength])[] = [
  ["mp3", (bytes, at) => mpegLength(bytes, at, 1)],
  ["mp2", (bytes, at) => mpegLength(bytes, at, 2)],
  ["adts", adtsLength],
  ["latm", latmLength],
];

/**
 * The kind of the frames at `at`; `undefined` when there are none.
 *
 * @param unseen Whether one frame is enough when the second lies behind the end of `bytes`.
 */
export function readFrames(
  bytes: Uint8Array,
  at: number,
  unseen: boolean,
): FrameKind | undefined {
  for (const [kind, lengthOf] of LENGTHS) {
    // The sync word of LATM has 11 bits only: one frame proves nothing.
    if (hasFrames(bytes, at, lengthOf, unseen && kind !== "latm")) return kind;
  }
  // The sync word of AC-3 is a sample of 30,475, which no recording begins with.
  const isAc3 = bytes[at] === 0x0b && bytes[at + 1] === 0x77 && (bytes[at + 5] ?? 0xff) >> 3 <= 16;
  return isAc3 ? "ac3" : undefined;
}

// kbit/s by index: ISO/IEC 11172-3 2.4.2.3 (MPEG 1, layers III and II) and ISO/IEC 13818-3 2.4.2.3 (MPEG 2, both).
const RATES_1_III = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const RATES_1_II = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];
const RATES_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const SAMPLE_RATES = [44_100, 48_000, 32_000];

/** @param layer 1 is layer III, 2 is layer II, as the header codes them. */
function mpegLength(bytes: Uint8Array, at: number, layer: 1 | 2): number {
  const [sync = 0, kind = 0, rates = 0] = bytes.subarray(at, at + 3);
  const version = kind >> 3 & 3;
  if (sync !== 0xff || kind >> 5 !== 7 || version === 1 || (kind >> 1 & 3) !== layer) return 0;
  const isFirst = version === 3;
  const bitRates = !isFirst ? RATES_2 : layer === 1 ? RATES_1_III : RATES_1_II;
  const bitRate = bitRates[rates >> 4] ?? 0;
  const sampleRate = (SAMPLE_RATES[rates >> 2 & 3] ?? 0) / (isFirst ? 1 : version === 2 ? 2 : 4);
  if (bitRate === 0 || sampleRate === 0) return 0;
  const padding = rates >> 1 & 1;
  const samples = isFirst || layer === 2 ? 1_152 : 576;
  return Math.floor(samples / 8 * bitRate * 1_000 / sampleRate) + padding;
}

/** Sampling rates that ADTS can name: ISO/IEC 14496-3, table 1.18. */
const ADTS_RATES = 13;
/** The most that a channel takes in one frame: 6,144 bits (ISO/IEC 14496-3, 4.5.3.1). */
const ADTS_CHANNEL_BYTES = 768;

function adtsLength(bytes: Uint8Array, at: number): number {
  const [sync = 0, kind = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0] = bytes.subarray(at, at + 6);
  // The layer is always 0.
  if (sync !== 0xff || (kind & 0xf6) !== 0xf0 || (b2 >> 2 & 15) >= ADTS_RATES) return 0;
  const channels = (b2 & 1) << 2 | b3 >> 6;
  const header = kind & 1 ? 7 : 9;
  const length = (b3 & 3) << 11 | b4 << 3 | b5 >> 5;
  // Channels that the stream itself describes are counted as two.
  return length > header && length <= header + ADTS_CHANNEL_BYTES * (channels || 2) ? length : 0;
}

/** LOAS, the frames of LATM: ISO/IEC 14496-3, 1.7.2. */
function latmLength(bytes: Uint8Array, at: number): number {
  const [sync = 0, high = 0, low = 0] = bytes.subarray(at, at + 3);
  return sync === 0x56 && high >> 5 === 7 ? 3 + ((high & 0x1f) << 8 | low) : 0;
}
