/**
 * The marks (magic numbers) of files.
 *
 * @module
 */

/**
 * What audio is, by its first bytes.
 *
 * - `"wav"`: RIFF/WAVE. Its relatives have names of their own: `"rifx"` is big-endian, `"rf64"` is RF64 or BW64.
 * - `"mp3"`, `"aac"` (ADTS or ADIF), `"amr"`, `"ogg"` (Vorbis, Opus and others), `"flac"`, `"mp4"` (M4A), `"webm"`
 *   (Matroska), `"au"`, `"aiff"`, `"caf"`, `"wma"` (ASF), `"ac3"`, `"midi"`: audio of another kind.
 * - `"text"`: no audio, but a page or a message.
 * - `"unknown"`: a file of another kind, an archive or a picture, or nothing at all.
 * - `"pcm"`: none of these. Bare samples, as far as bytes can tell.
 */
export type AudioFormat =
  | "wav"
  | "rifx"
  | "rf64"
  | "mp3"
  | "aac"
  | "amr"
  | "ogg"
  | "flac"
  | "mp4"
  | "webm"
  | "au"
  | "aiff"
  | "caf"
  | "wma"
  | "ac3"
  | "midi"
  | "text"
  | "unknown"
  | "pcm";

/** What a file is. */
export interface Recognition {
  readonly format: AudioFormat;
  /** The name for messages. */
  readonly name: string;
  /** Whether it can be audio at all. A page, a picture or an archive cannot. */
  readonly isAudio: boolean;
}

/** A mark, where it stands, and what it stands for. */
type Mark = readonly [at: number, mark: string, format: AudioFormat, name: string];

const AUDIO_MARKS: readonly Mark[] = [
  [0, "OggS", "ogg", "Ogg"],
  [0, "fLaC", "flac", "FLAC"],
  [0, "#!AMR", "amr", "AMR"],
  [0, ".snd", "au", "AU"],
  [0, "dns.", "au", "AU"],
  [0, "caff", "caf", "CAF"],
  [0, "\x1aE\xdf\xa3", "webm", "WebM or Matroska"],
  [0, "0&\xb2u\x8ef\xcf\x11", "wma", "WMA (ASF)"],
  [0, "MThd", "midi", "MIDI"],
  [0, "ADIF", "aac", "AAC (ADIF)"],
  [4, "ftyp", "mp4", "MP4"],
  [4, "moov", "mp4", "MP4"],
  [4, "mdat", "mp4", "MP4"],
  [0, "wvpk", "unknown", "WavPack"],
  [0, "MAC ", "unknown", "Monkey's Audio"],
  [0, "MPCK", "unknown", "Musepack"],
  [0, "MP+", "unknown", "Musepack"],
  [0, "TTA1", "unknown", "TTA"],
  [0, "DSD ", "unknown", "DSD"],
  [0, "FRM8", "unknown", "DSD"],
  [0, "riff.\x91\xcf\x11", "unknown", "Wave64"],
  [0, "Creative Voice", "unknown", "VOC"],
  [0, "NIST_1A", "unknown", "NIST SPHERE"],
  [0, "\x7f\xfe\x80\x01", "unknown", "DTS"],
  [0, "\0\0\x01\xba", "unknown", "MPEG-PS"],
  [0, "FLV\x01", "unknown", "FLV"],
];

const OTHER_MARKS: readonly Mark[] = [
  [0, "\x1f\x8b\x08", "unknown", "gzip"],
  [0, "PK\x03\x04", "unknown", "a ZIP archive"],
  [0, "PK\x05\x06", "unknown", "a ZIP archive"],
  [0, "7z\xbc\xaf\x27\x1c", "unknown", "a 7z archive"],
  [0, "Rar!", "unknown", "a RAR archive"],
  [0, "BZh", "unknown", "bzip2"],
  [0, "\xfd7zXZ", "unknown", "xz"],
  [0, "\x28\xb5\x2f\xfd", "unknown", "Zstandard"],
  [0, "%PDF", "unknown", "PDF"],
  [0, "\x89PNG", "unknown", "a PNG picture"],
  [0, "\xff\xd8\xff", "unknown", "a JPEG picture"],
  [0, "GIF8", "unknown", "a GIF picture"],
  [0, "II*\0", "unknown", "a TIFF picture"],
  [0, "MM\0*", "unknown", "a TIFF picture"],
  [0, "\x7fELF", "unknown", "a program"],
  [0, "\0asm", "unknown", "a program"],
  [0, "SQLite", "unknown", "a database"],
];

/** The kinds of container that name their content in bytes 8 to 11: RIFF (with its relatives) and IFF. */
const CONTAINERS: Readonly<Record<string, Readonly<Record<string, AudioFormat>>>> = {
  RIFF: { WAVE: "wav", RMID: "midi" },
  RIFX: { WAVE: "rifx" },
  RF64: { WAVE: "rf64" },
  BW64: { WAVE: "rf64" },
  FORM: { AIFF: "aiff", AIFC: "aiff" },
};

const CONTAINER_NAMES: Readonly<Partial<Record<AudioFormat, string>>> = {
  wav: "WAV",
  rifx: "WAV in big-endian order (RIFX)",
  rf64: "WAV beyond 4 GiB (RF64)",
  aiff: "AIFF",
  midi: "MIDI",
};

/** What the mark at the start of `bytes` says; `undefined` when there is none. */
export function readMark(bytes: Uint8Array): Recognition | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  const inContainer = CONTAINERS[head.slice(0, 4)]?.[head.slice(8, 12)];
  if (inContainer !== undefined) {
    return { format: inContainer, name: CONTAINER_NAMES[inContainer] ?? "", isAudio: true };
  }
  for (const marks of [AUDIO_MARKS, OTHER_MARKS]) {
    for (const [at, mark, format, name] of marks) {
      if (head.startsWith(mark, at)) return { format, name, isAudio: marks === AUDIO_MARKS };
    }
  }
  return undefined;
}

/** First bytes of frames without a mark: MPEG, AC-3, LATM, packets of MPEG-TS; and of boxes of MP4, and byte order marks. */
const OTHER_FIRST_BYTES = [0xff, 0x0b, 0x56, 0x47, 0x00, 0xef, 0xfe];

/** Whether a file that begins with this byte can be anything but bare samples: a mark, a frame or a text. */
export function mayBeginFile(byte: number): boolean {
  // Letters of ASCII, white space, and Cyrillic in UTF-8 or in one byte a letter.
  if (byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d)) return true;
  return OTHER_FIRST_BYTES.includes(byte) ||
    [...AUDIO_MARKS, ...OTHER_MARKS].some(([at, mark]) => at === 0 && mark.charCodeAt(0) === byte);
}
