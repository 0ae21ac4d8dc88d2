import { checkOptions, describe, FLAG, oneOf, type Rules } from "../lib/rules.ts";

/** A format that audio can be encoded in. */
export type EncodeFormat = "mp3" | "flac" | "aac" | "wav";

/** A chapter of audio. */
export interface Chapter {
  /** When it begins, in milliseconds from the start of the audio, 0 or more and below 2,147,483,648. */
  readonly start: number;
  /** Its title, in well-formed Unicode without U+0000. */
  readonly title: string;
}

/** Options of {@linkcode encode}. */
export interface EncodeOptions {
  /** The format: `"mp3"`, `"flac"` (without loss), `"aac"` (ADTS), or `"wav"`. */
  readonly format: EncodeFormat;
  /**
   * The bitrate: the number of bits a second, of MP3 and AAC only. MP3: 8,000, 16,000, 24,000, 32,000, 40,000, 48,000, 56,000,
   * 64,000, 80,000, 96,000, 112,000, 128,000, 144,000 or 160,000. AAC: a whole number from 8,000 to 128,000. Default 64,000.
   */
  readonly bitrate?: number | undefined;
  /** The title of the whole, in well-formed Unicode without U+0000, of every format but WAV. Default: none. */
  readonly title?: string | undefined;
  /** The chapters, in order of their starts, at most 255, of every format but WAV. Default: none. */
  readonly chapters?: readonly Chapter[] | undefined;
  /** Whether a WAV of more than 4 GiB (24.8 hours) may be written, as RF64, which few programs read. Default false. */
  readonly large?: boolean | undefined;
}

/** The options, checked and complete. */
export interface ResolvedEncodeOptions {
  readonly format: EncodeFormat;
  readonly bitrate: number;
  readonly title: string | undefined;
  readonly chapters: readonly Chapter[];
  readonly large: boolean;
}

/** The bitrates of MP3 at 24,000 Hz (MPEG-2 layer III), in bits a second. */
const MP3_BITRATES: readonly number[] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
  .map((kilobits) => kilobits * 1_000);

const DEFAULT_BITRATE = 64_000;

/** A list of ID3 has one byte for its length. */
const MAX_CHAPTERS = 255;

const RULES: Rules = {
  format: oneOf("mp3", "flac", "aac", "wav"),
  bitrate: ["number"],
  title: ["string", "a string in well-formed Unicode without U+0000", isWellFormed],
  chapters: [
    "array",
    `at most ${MAX_CHAPTERS} chapters, in order of their starts, with titles in well-formed Unicode without U+0000`,
    areChapters,
  ],
  large: FLAG,
};

/**
 * Checks the options.
 *
 * @throws {TypeError} when an option is not known, has the wrong type, or does not go with the format.
 * @throws {RangeError} when an option is out of its range.
 */
export function resolveOptions(options: EncodeOptions): ResolvedEncodeOptions {
  checkOptions(options, RULES);
  const { format, bitrate, title, chapters = [], large = false } = options;
  if (format === undefined) {
    throw new TypeError('format must be one of "mp3", "flac", "aac", "wav"');
  }
  const refuse = (name: string, formats: string) => {
    throw new TypeError(`${name} goes with ${formats} only: leave it out for ${format}`);
  };
  const isWav = format === "wav";
  if (bitrate !== undefined && (isWav || format === "flac")) refuse("bitrate", "mp3 and aac");
  if (title !== undefined && isWav) refuse("title", "mp3, flac and aac");
  if (chapters.length > 0 && isWav) refuse("chapters", "mp3, flac and aac");
  if (large && !isWav) refuse("large", "wav");
  if (bitrate !== undefined) checkBitrate(format, bitrate);
  return { format, bitrate: bitrate ?? DEFAULT_BITRATE, title, chapters, large };
}

function checkBitrate(format: EncodeFormat, bitrate: number): void {
  const isAllowed = format === "mp3"
    ? MP3_BITRATES.includes(bitrate)
    : Number.isSafeInteger(bitrate) && bitrate >= 8_000 && bitrate <= 128_000;
  if (isAllowed) return;
  const expected = format === "mp3"
    ? `one of ${MP3_BITRATES.join(", ")}`
    : "a whole number from 8000 to 128000";
  throw new RangeError(`bitrate must be ${expected} bits a second: got ${describe(bitrate)}`);
}

function areChapters(chapters: readonly Partial<Chapter>[]): boolean {
  return chapters.length <= MAX_CHAPTERS && chapters.every((chapter, i) => {
    const { start, title } = chapter ?? {};
    const before = i === 0 ? 0 : chapters[i - 1]?.start ?? 0;
    // ID3 has 32 bits for the milliseconds.
    return typeof start === "number" && start >= before && start < 2 ** 31 &&
      typeof title === "string" && isWellFormed(title);
  });
}

/** Whether a text can be written in UTF-16 and UTF-8 without a change. U+0000 would end it. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}|\0/u.test(text);
}
