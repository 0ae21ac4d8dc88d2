/**
 * Writes audio to an open file, with the header that it needs.
 *
 * @module
 */

import type { FileHandle } from "node:fs/promises";
import { notWav, paidFor } from "../audio/audio_facts.ts";
import { type AudioFormat, HEAD_BYTES, recognize } from "../audio/format/format.ts";
import { isOwn, openAudio } from "../audio/open_audio.ts";
import { cutShort, readWav } from "../audio/wav/wav_reader.ts";
import { wavHeader } from "../audio/wav/wav_writer.ts";
import { ServerError } from "../contract/errors.ts";
import { notify } from "../contract/log.ts";
import type { EncodeFormat } from "../encode/mod.ts";
import { reasonOf } from "../lib/abort.ts";
import { concatBytes } from "../lib/bytes.ts";
import { Lifetime } from "../lib/lifetime.ts";
import { BYTES, check } from "../lib/rules.ts";
import { readHead, repairOpen } from "./repair.ts";

/** Audio to write: a stream or a download of this package, or any bytes. */
export type SaveSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array> | Uint8Array;

/** The facts of audio of this package. They are read by name, because a program may hold two copies of the package. */
export interface OwnAudio {
  readonly isRaw?: boolean | undefined;
  readonly format?: AudioFormat | undefined;
  readonly requestId?: string | undefined;
  readonly hasStore?: boolean;
  readonly contentLength?: number | undefined;
  /** Only encoded audio has one. Its format is known before it is read. */
  readonly delay?: number | undefined;
  /** The start of encoded audio, once its lengths are known. */
  readonly head?: Uint8Array | undefined;
  readonly locked?: boolean;
  readonly bodyUsed?: boolean;
}

/** The facts of audio. Bytes have none. */
export function ownFacts(audio: SaveSource): OwnAudio {
  return audio as OwnAudio;
}

/** A failure of the file, not of the audio. */
export class WriteError extends Error {
  override readonly name = "WriteError";
}

/** The caller's signal has ended audio that does not follow that signal itself. The `cause` is the reason of the signal. */
export class CancelledRead extends Error {
  override readonly name = "CancelledRead";
}

/** Whether audio of this package is bare samples. */
export function isOwnRaw(audio: SaveSource): boolean {
  return (audio as OwnAudio).isRaw === true;
}

/** Whether reading the audio has bought it: audio of this package that has neither the id of a job nor a store. */
export function isBoughtByReading(audio: SaveSource): boolean {
  const { isRaw, requestId, hasStore } = audio as OwnAudio;
  return isRaw !== undefined && requestId === undefined && hasStore !== true;
}

/** The format that the name of a file asks for; any when `undefined`. WAV and samples are encoded to it later. */
export type Wanted = EncodeFormat | undefined;

/** What was written. */
export interface Written {
  /** The length of the file in bytes. */
  readonly bytes: number;
  /** Whether it is a WAV. */
  readonly isWav: boolean;
}

/**
 * Writes all of the audio.
 *
 * @param wanted What the file must be.
 * @param signal Ends the reading.
 */
export async function writeAudio(
  file: FileHandle,
  audio: SaveSource,
  wanted: Wanted,
  onProgress: ((bytes: number) => void) | undefined,
  signal?: AbortSignal,
): Promise<Written> {
  let bytes = 0;
  const writeAt = async (chunk: Uint8Array, position: number) => {
    try {
      for (let at = 0; at < chunk.length;) {
        at += (await file.write(chunk, at, chunk.length - at, position + at)).bytesWritten;
      }
    } catch (cause) {
      throw new WriteError("The file cannot be written.", { cause });
    }
  };
  const append = async (chunk: Uint8Array) => {
    await writeAt(chunk, bytes);
    bytes += chunk.length;
    notify(onProgress, bytes);
  };
  let head: Uint8Array | undefined = new Uint8Array();
  let format: AudioFormat = "unknown";
  const begin = async () => {
    const start = head as Uint8Array;
    head = undefined;
    format = formatOf(audio, start, wanted);
    if (format === "pcm") await append(wavHeader());
    await append(start);
  };
  for await (const chunk of readUntil(audio, signal)) {
    check("each chunk of audio", chunk, BYTES);
    if (head === undefined) await append(chunk);
    else {
      head = concatBytes([head, chunk]);
      // Audio of this package has checked its start already.
      const isKnown = (audio as OwnAudio).isRaw !== undefined;
      if (head.length >= HEAD_BYTES || (isKnown && head.length > 0)) await begin();
    }
  }
  if (head !== undefined) {
    if (head.length === 0) {
      throw new TypeError("audio must hold bytes: got none. Was it read already?");
    }
    await begin();
  }
  const { isRaw, head: finalHead } = ownFacts(audio);
  if (isRaw === false && finalHead !== undefined) {
    // The lengths of encoded audio are known at its end.
    await writeAt(finalHead, 0);
    return { bytes, isWav: false };
  }
  return {
    bytes: await complete(file, audio, format, wanted === "wav"),
    isWav: ["wav", "pcm"].includes(format),
  };
}

/** The chunks of audio. The signal ends it at once, also while it keeps its reader waiting. */
async function* readUntil(
  audio: SaveSource,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const { items, cancel } = openAudio(audio);
  if (signal === undefined) return yield* items;
  // It may have aborted since the file was looked at. Nothing is bought then.
  if (signal.aborted) throw reasonOf(signal);
  const chunks = (async function* () {
    yield* items;
  })();
  const lifetime = new Lifetime(new Set(), signal);
  try {
    for (;;) {
      const next = chunks.next();
      const { done, value } = await lifetime.race(next).catch(async (error) => {
        if (lifetime.end === undefined) throw error;
        void cancel?.();
        throw await cancelled(audio, next, reasonOf(signal));
      });
      if (done) return;
      yield value;
    }
  } finally {
    lifetime.close();
    const left = chunks.return().catch(() => {});
    // It waits behind the read that the signal has left.
    if (lifetime.end === undefined) await left;
  }
}

/**
 * The error for audio that was cancelled. Audio of this package that follows the same signal has recorded the purchases
 * itself.
 */
async function cancelled(audio: SaveSource, read: Promise<unknown>, reason: unknown) {
  if (!isOwn(audio)) return reason;
  // It is over at once.
  const end = await read.catch((error) => error);
  return end === reason ? reason : new CancelledRead("The audio was cancelled.", { cause: reason });
}

/**
 * The kind of the file: `"pcm"` for samples that need a header, `"wav"` for a WAV, `"unknown"` for what is written as
 * it is.
 */
function formatOf(audio: SaveSource, head: Uint8Array, wanted: Wanted): AudioFormat {
  const own = audio as OwnAudio;
  const { format: seen, name } = recognize(head);
  const format = own.isRaw === undefined ? seen : own.format ?? "unknown";
  if (own.isRaw || format === "wav") return own.isRaw ? "pcm" : "wav";
  // The format of encoded audio was checked before it was read.
  if (wanted === undefined || format === wanted || own.delay !== undefined) return "unknown";
  const { isRaw, requestId } = own;
  if (isRaw === false && wanted === "wav") throw notWav({ format, name, requestId });
  if (format === "pcm") return "pcm";
  if (isRaw === false) {
    throw new ServerError(
      `The audio is ${name}: expected WAV, PCM or ${wanted}, by the name of the file. Give it another ending.`,
      { ...paidFor(requestId), reason: "not_pcm" },
    );
  }
  const allowed = wanted === "wav" ? "WAV or bare PCM" : `WAV, bare PCM or ${wanted}`;
  throw new TypeError(
    `audio must be ${allowed} under a name that ends in .${wanted}: got ${name}. Give another name.`,
  );
}

/** Gives the file its true lengths. */
async function complete(
  file: FileHandle,
  audio: SaveSource,
  format: AudioFormat,
  isWavName: boolean,
): Promise<number> {
  const { size } = await file.stat();
  if (format !== "wav" && format !== "pcm") return size;
  const { isRaw, requestId } = audio as OwnAudio;
  const samples = readWav(await readHead(file));
  if (!samples?.from) {
    if (!isWavName) return size;
    throw isRaw === false
      ? notWav({ format, name: format, requestId })
      : new TypeError("audio must be a WAV with a data chunk under a name that ends in .wav.");
  }
  const isCut = samples.bytes < Infinity && samples.from + samples.bytes > size;
  if (isRaw === false && isCut) throw cutShort(paidFor(requestId));
  const { bytes, end } = await repairOpen(file);
  if (bytes === 0) throw new TypeError("audio must hold samples: got none.");
  return end;
}
