/**
 * Saves audio in another format than WAV, or as a WAV of any length.
 *
 * @module
 */

import type { FileHandle } from "node:fs/promises";
import { recordPurchases } from "../call/retry.ts";
import { TsetsenError, withContext } from "../contract/errors.ts";
import {
  type Chapter,
  checkEncoder,
  encode,
  type EncodeFormat,
  type EncodeOptions,
} from "../encode/mod.ts";
import { resolveOptions } from "../encode/options.ts";
import { checkWavLength } from "../encode/wav_head.ts";
import { reasonOf } from "../lib/abort.ts";
import { PartFile } from "./part_file.ts";
import {
  isBoughtByReading,
  ownFacts,
  type SaveSource,
  writeAudio,
  WriteError,
  type Written,
} from "./write.ts";

/**
 * How audio is encoded. The ending of the file's name decides the format. Audio that has this format already stays as
 * it is.
 */
export interface EncodingOptions extends Omit<EncodeOptions, "format" | "chapters"> {
  /**
   * The chapters, in order of their starts, at most 255, for every format but WAV; or a function that returns them once
   * all of the audio has come. Default: none.
   */
  readonly chapters?: readonly Chapter[] | (() => readonly Chapter[]) | undefined;
  /**
   * Cancels the audio while it is read, and ends the encoding. What had come of a paid stream stays as a WAV file, and
   * so does the WAV file before the encoding. If the signal has aborted already, nothing is read. Default: none.
   */
  readonly signal?: AbortSignal | undefined;
}

const FORMATS: Readonly<Record<string, EncodeFormat>> = {
  ".mp3": "mp3",
  ".flac": "flac",
  ".aac": "aac",
};

/** Endings of other formats. A WAV under one of these names would be taken for that format. */
const OTHER_ENDINGS =
  /^\.(?:m4[ab]|mp[24]|og[ga]|opus|webm|mka|aif[fc]?|wma|amr|au|caf|ac3|w64|rf64)$/;

/** How many bytes of the WAV are read at once. */
const READ_BYTES = 32 * 1024;

/**
 * The format that the name of a file asks for.
 *
 * @param ending The end of the name, in lower case.
 * @returns `undefined` when nothing is encoded under that name.
 */
export function formatOfName(ending: string): EncodeFormat | undefined {
  return Object.hasOwn(FORMATS, ending) ? FORMATS[ending] : undefined;
}

/** Whether a name is that of a WAV. @param ending The end of the name, in lower case. */
export function isWavEnding(ending: string): boolean {
  return ending === ".wav" || ending === ".wave";
}

/**
 * Checks the options, the length, and that the encoder works. Nothing is bought before that.
 *
 * @param format What the name asks for; `undefined` for anything that is not encoded.
 * @param ending The end of the name, in lower case.
 */
export async function checkEncoding(
  format: EncodeFormat | undefined,
  ending: string,
  audio: SaveSource,
  options: EncodingOptions,
): Promise<void> {
  resolveOptions({ format: format ?? "wav", ...encodeOptionsOf(options) });
  const { isRaw, contentLength, delay, format: made } = ownFacts(audio);
  if (isRaw && OTHER_ENDINGS.test(ending)) {
    throw new TypeError(
      `path must end in .wav, .mp3, .flac or .aac, the formats that are written: got ${ending}. Give another name.`,
    );
  }
  const isWav = isWavEnding(ending);
  const wanted = isWav ? "wav" : format;
  if (delay !== undefined && wanted !== undefined && made !== wanted) {
    throw new TypeError(
      `audio must be encoded as ${wanted} under a name that ends in .${wanted}: got ${made}. Give another name, or the audio itself.`,
    );
  }
  if (isWav && isRaw) checkWavLength(contentLength, options.large === true);
  // The format of a download is known once it has begun. It can be fetched again.
  if (format !== undefined && isRaw) await checkEncoder(format);
}

/** Gives audio a header that has room for any length. */
export function largeWav(audio: SaveSource): SaveSource {
  return encode(audio, { format: "wav", large: true });
}

/**
 * Encodes a WAV that is complete.
 *
 * @param wav The WAV. It is removed at the end, and stays after a failure.
 * @param audio What it was made from.
 * @returns The encoded file.
 */
export async function encodeFile(
  wav: PartFile,
  target: string,
  format: EncodeFormat,
  audio: SaveSource,
  options: EncodingOptions,
): Promise<{ readonly part: PartFile; readonly written: Written }> {
  let part: PartFile | undefined;
  try {
    const { chapters } = options;
    const encoded = encode(chunksOf(wav.handle, options.signal), {
      format,
      ...encodeOptionsOf(options),
      chapters: typeof chapters === "function" ? chapters() : chapters,
    });
    part = await PartFile.create(target);
    const written = await writeAudio(part.handle, encoded, undefined, undefined);
    await wav.remove();
    return { part, written };
  } catch (error) {
    await part?.remove();
    const reason = error instanceof WriteError ? error.cause : error;
    const { isRaw, requestId } = ownFacts(audio);
    const isPaid = isRaw !== undefined && reason instanceof TsetsenError;
    const failure = await wav.keep(
      isPaid
        ? withContext(reason, { requestId, charged: "yes", billable: requestId === undefined })
        : reason,
    );
    if (isBoughtByReading(audio)) recordPurchases(failure);
    throw failure;
  }
}

/** The options of `encode`, without chapters that are not known yet. */
function encodeOptionsOf(
  { bitrate, title, large, chapters }: EncodingOptions,
): Omit<EncodeOptions, "format"> {
  // A function is checked like chapters: the format must have them.
  const known = typeof chapters === "function" ? [{ start: 0, title: "" }] : chapters;
  return { bitrate, title, large, chapters: known };
}

async function* chunksOf(
  file: FileHandle,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0;;) {
    if (signal?.aborted) throw reasonOf(signal);
    const chunk = new Uint8Array(READ_BYTES);
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
