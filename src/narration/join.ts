/**
 * Joins parts. The pause between two parts includes the silence that they already carry.
 *
 * @module
 */

import { BYTES_PER_SAMPLE, SAMPLE_RATE } from "../audio/wav/wav_writer.ts";
import type { BoundaryKind } from "../text/split/part.ts";

/** Samples below this are silence: -50 dB of full scale (32,768 × 10^(-50/20)). */
const SILENCE_LEVEL = 104;

/** Silence up to this length (50 ms) belongs to the speech, and is neither counted nor removed. */
const MARGIN_SAMPLES = SAMPLE_RATE / 20;

/** The longest piece of silence that is written at once, in bytes. */
const ZEROS_BYTES = 48_000;

/** The silence at both ends of a part, in samples. */
export interface Silence {
  readonly lead: number;
  readonly tail: number;
}

/** Measures the silence at both ends of a part's samples. */
export function measureSilence(pcm: readonly Uint8Array[]): Silence {
  let lead = 0;
  let tail = 0;
  let isQuiet = true;
  for (const chunk of pcm) {
    const first = isQuiet ? firstLoud(chunk) : 0;
    const count = chunk.length / BYTES_PER_SAMPLE;
    if (isQuiet) lead += first;
    if (first === count && isQuiet) continue;
    isQuiet = false;
    const last = lastLoud(chunk);
    tail = last < 0 ? tail + count : count - 1 - last;
  }
  // A part that is only silence stays as it is.
  return isQuiet ? { lead: 0, tail: 0 } : { lead: counted(lead), tail: counted(tail) };
}

/** What is done between two parts, in samples: silence is inserted, or removed. */
export interface Gap {
  readonly insert: number;
  readonly cutTail: number;
  readonly cutLead: number;
}

/**
 * Decides how two parts are joined.
 *
 * The silence that they carry counts. If the pause is longer, the rest is inserted. If it is shorter, silence is
 * removed, down to 50 ms at each end. A pause of 0 behind a sentence or a clause leaves the silence to the service;
 * inside a clause silence is removed.
 *
 * @param tail The silence at the end of the first, in samples.
 * @param lead The silence at the beginning of the second, in samples.
 * @param pause The pause that is asked for, in samples.
 * @param boundary What lies between them in the text.
 */
export function gapBetween(
  tail: number,
  lead: number,
  pause: number,
  boundary: BoundaryKind | undefined,
): Gap {
  const excess = tail + lead - pause;
  if (excess <= 0) return { insert: -excess, cutTail: 0, cutLead: 0 };
  if (pause === 0 && boundary !== "word") return { insert: 0, cutTail: 0, cutLead: 0 };
  const cutTail = Math.min(excess, Math.max(0, tail - MARGIN_SAMPLES));
  const cutLead = Math.min(excess - cutTail, Math.max(0, lead - MARGIN_SAMPLES));
  return { insert: 0, cutTail, cutLead };
}

/** A piece of silence, in chunks of at most a second. */
export function* silence(samples: number): Generator<Uint8Array, void, void> {
  for (let left = samples * BYTES_PER_SAMPLE; left > 0; left -= ZEROS_BYTES) {
    yield new Uint8Array(Math.min(left, ZEROS_BYTES));
  }
}

/** What places parts in the audio. */
export interface Placeable extends Partial<Silence> {
  /** The length of the part's audio in samples; 0 for a part that is only its pause. */
  readonly samples: number;
  /** The pause after it, in samples. */
  readonly pause: number;
  /** What follows it in the text. */
  readonly boundary?: BoundaryKind | undefined;
}

/** Where each part lies in the joined audio, in samples. */
export function placesOf(parts: readonly Placeable[]): { from: number; to: number }[] {
  const places: { from: number; to: number }[] = [];
  let at = 0;
  let pause = 0;
  let last: { readonly tail: number; readonly place: { to: number } } | undefined;
  let boundary: BoundaryKind | undefined;
  for (const part of parts) {
    const { samples, lead = 0, tail = 0 } = part;
    if (samples > 0) {
      const gap = last && gapBetween(last.tail, lead, pause, boundary);
      if (gap && last) last.place.to -= gap.cutTail;
      at += gap ? gap.insert - gap.cutTail : pause;
      pause = 0;
      const place = { from: at, to: at + samples - (gap?.cutLead ?? 0) };
      last = { tail, place };
      at = place.to;
      places.push(place);
    } else places.push({ from: at, to: at });
    pause += part.pause;
    boundary = part.boundary;
  }
  return places;
}

/** The length of the joined audio in samples, with the pause behind its last part. */
export function totalSamples(parts: readonly Placeable[]): number {
  const places = placesOf(parts);
  const last = parts.findLastIndex(({ samples }) => samples > 0);
  const pause = parts.slice(Math.max(0, last)).reduce((sum, part) => sum + part.pause, 0);
  return (places[last]?.to ?? 0) + Math.max(0, pause - (parts[last]?.tail ?? 0));
}

/** Joins parts while their chunks come. */
export class Joiner {
  /** The silence at the end of what was written. */
  #held: Uint8Array[] = [];
  #heldSamples = 0;
  /** The silence at the beginning of this part; `undefined` once it has sounded. */
  #lead: Uint8Array[] | undefined = [];
  #leadSamples = 0;
  #pause = 0;
  #boundary: BoundaryKind | undefined;
  #isFirst = true;

  /** Takes a chunk of whole samples. @returns The chunks that can be written now. */
  *push(chunk: Uint8Array): Generator<Uint8Array, void, void> {
    let rest = chunk;
    if (this.#lead !== undefined) {
      const loud = firstLoud(chunk);
      this.#leadSamples += loud;
      const quiet = chunk.subarray(0, loud * BYTES_PER_SAMPLE);
      if (quiet.length > 0) this.#lead.push(quiet);
      rest = chunk.subarray(quiet.length);
      if (rest.length === 0) return;
      yield* this.#begin();
    }
    const end = (lastLoud(rest) + 1) * BYTES_PER_SAMPLE;
    if (end > 0) {
      yield* this.#release();
      yield rest.subarray(0, end);
    }
    if (end < rest.length) this.#hold(rest.subarray(end));
  }

  /** Ends a part. @param pause The pause after it, in samples. */
  *end(pause: number, boundary: BoundaryKind): Generator<Uint8Array, void, void> {
    if (this.#leadSamples > 0) yield* this.#begin(false);
    this.#lead = [];
    this.skip(pause, boundary);
  }

  /** Takes a part that is only its pause. */
  skip(pause: number, boundary: BoundaryKind): void {
    this.#pause += pause;
    this.#boundary = boundary;
  }

  /** Ends the whole. */
  *finish(): Generator<Uint8Array, void, void> {
    const { insert } = gapBetween(counted(this.#heldSamples), 0, this.#pause, undefined);
    yield* this.#release();
    yield* silence(insert);
  }

  /** @param sounds Whether the part has sounded. A part that is only silence stays as it is. */
  *#begin(sounds = true): Generator<Uint8Array, void, void> {
    const lead = this.#lead ?? [];
    const gap = this.#isFirst ? { insert: this.#pause, cutTail: 0, cutLead: 0 } : gapBetween(
      counted(this.#heldSamples),
      sounds ? counted(this.#leadSamples) : 0,
      this.#pause,
      this.#boundary,
    );
    yield* slice(this.#held, 0, this.#heldSamples - gap.cutTail);
    yield* silence(gap.insert);
    yield* slice(lead, gap.cutLead, Infinity);
    this.#held = [];
    this.#heldSamples = 0;
    this.#lead = undefined;
    this.#leadSamples = 0;
    this.#pause = 0;
    this.#isFirst = false;
  }

  #hold(quiet: Uint8Array): void {
    this.#held.push(quiet);
    this.#heldSamples += quiet.length / BYTES_PER_SAMPLE;
  }

  *#release(): Generator<Uint8Array, void, void> {
    const held = this.#held;
    this.#held = [];
    this.#heldSamples = 0;
    yield* held;
  }
}

/** A stretch of chunks, from one sample to another. */
function* slice(
  chunks: readonly Uint8Array[],
  from: number,
  to: number,
): Generator<Uint8Array, void, void> {
  let at = 0;
  for (const chunk of chunks) {
    const piece = chunk.subarray(
      Math.max(0, from * BYTES_PER_SAMPLE - at),
      Math.max(0, to * BYTES_PER_SAMPLE - at),
    );
    if (piece.length > 0) yield piece;
    at += chunk.length;
  }
}

function counted(samples: number): number {
  return samples > MARGIN_SAMPLES ? samples : 0;
}

/** The index of the first sample that is not silence; the number of samples when there is none. */
function firstLoud(pcm: Uint8Array): number {
  const count = pcm.length / BYTES_PER_SAMPLE;
  for (let i = 0; i < count; i++) if (isLoud(pcm, i)) return i;
  return count;
}

/** The index of the last sample that is not silence; -1 when there is none. */
function lastLoud(pcm: Uint8Array): number {
  for (let i = pcm.length / BYTES_PER_SAMPLE - 1; i >= 0; i--) if (isLoud(pcm, i)) return i;
  return -1;
}

function isLoud(pcm: Uint8Array, index: number): boolean {
  const sample = (pcm[2 * index] as number | 0) | ((pcm[2 * index + 1] as number) << 24 >> 16);
  return sample >= SILENCE_LEVEL || sample <= -SILENCE_LEVEL;
}
