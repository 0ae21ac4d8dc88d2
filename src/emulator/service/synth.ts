import type { EmulatorVoice } from "./voices.ts";
import { BYTES_PER_SAMPLE, SAMPLE_RATE } from "../../audio/wav/wav_writer.ts";

// Seconds at speed 1. A short syllable and its gap are about what a calm reader takes.
const SHORT_SYLLABLE_S = 0.16;
const LONG_SYLLABLE_S = 0.24;
const WORD_GAP_S = 0.06;
const CLAUSE_PAUSE_S = 0.2;
const SENTENCE_PAUSE_S = 0.4;
const fade = 0.015;

const vowels = /[аэиоөуүыеёюяaeiouy]+/giu;
const pieces = /[\p{L}\p{N}]+|[.!?…\n]+|[^\p{L}\p{N}.!?…\n]+/gu;
const PENTATONIC = [0, 2, 4, 7, 9, 12, 9, 7];

/** One tone, or a silence where the frequency is 0. */
interface Segment {
  readonly start: number;
  readonly samples: number;
  readonly frequency: number;
}

/** Everything that the audio of a text depends on. Samples are made from it on demand. */
export interface Score {
  readonly segments: readonly Segment[];
  readonly samples: number;
}

/**
 * Writes the score of a text: a tone for each syllable, a pause at each punctuation mark. The same
 * text, voice and speed give the same bytes everywhere.
 */
export function compose(text: string, voice: EmulatorVoice, speed: number): Score {
  const base = (voice.gender === "female" ? 220 : 110) * 2 ** ((hash(voice.id) % 5) / 12);
  const segments: Segment[] = [];
  let samples = 0;
  function add(seconds: number, frequency: number) {
    const length = Math.max(1, Math.round((seconds / speed) * SAMPLE_RATE));
    segments.push({ start: samples, samples: length, frequency });
    samples += length;
  }
  for (const [piece] of text.matchAll(pieces)) {
    if (/[.!?…\n]/u.test(piece)) add(SENTENCE_PAUSE_S, 0);
    else if (/[^\s\p{L}\p{N}]/u.test(piece)) add(CLAUSE_PAUSE_S, 0);
    else if (/^\s/u.test(piece)) add(WORD_GAP_S, 0);
    else {
      for (const syllable of syllables(piece)) {
        const step = PENTATONIC[(hash(syllable) + segments.length) % PENTATONIC.length] ?? 0;
        add(syllable.length > 1 ? LONG_SYLLABLE_S : SHORT_SYLLABLE_S, base * 2 ** (step / 12));
      }
    }
  }
  if (samples === 0) add(SHORT_SYLLABLE_S, 0);
  return { segments, samples };
}

/** How long a text takes, in seconds. */
export function duration(score: Score): number {
  return score.samples / SAMPLE_RATE;
}

/**
 * Makes the PCM of a part of a score: 16-bit little-endian mono, in a buffer of its own.
 *
 * @param score What {@link compose} wrote.
 * @param from The first byte; it may be in the middle of a sample.
 * @param to The byte after the last.
 */
export function render(score: Score, from: number, to: number): Uint8Array<ArrayBuffer> {
  const first = Math.floor(from / BYTES_PER_SAMPLE);
  const pcm = renderSamples(score, first, Math.ceil(to / BYTES_PER_SAMPLE));
  return pcm.subarray(from - first * BYTES_PER_SAMPLE, to - first * BYTES_PER_SAMPLE);
}

function renderSamples(score: Score, from: number, to: number): Uint8Array<ArrayBuffer> {
  const end = Math.min(to, score.samples);
  const bytes = new Uint8Array(Math.max(0, end - from) * BYTES_PER_SAMPLE);
  const view = new DataView(bytes.buffer);
  let index = find(score.segments, from);
  for (let at = from; at < end; index++) {
    const segment = score.segments[index];
    if (segment === undefined) break;
    const stop = Math.min(end, segment.start + segment.samples);
    // The buffer already holds silence.
    if (segment.frequency === 0) at = stop;
    for (; at < stop; at++) {
      view.setInt16((at - from) * BYTES_PER_SAMPLE, sample(segment, at), true);
    }
  }
  return bytes;
}

function sample(segment: Segment, at: number): number {
  const position = at - segment.start;
  const edge = Math.min(position, segment.samples - 1 - position) / (fade * SAMPLE_RATE);
  const angle = (2 * Math.PI * segment.frequency * position) / SAMPLE_RATE;
  // The overtone makes the tone softer, and the fade at both edges keeps it from clicking.
  const wave = 0.75 * Math.sin(angle) + 0.25 * Math.sin(2 * angle);
  return Math.round(0.35 * 32767 * wave * Math.min(1, edge));
}

/** The groups of vowels in a word; a digit, or a word without vowels, is one syllable. */
function syllables(word: string): string[] {
  return word.match(/\p{N}/u) ? [...word] : word.toLowerCase().match(vowels) ?? [word.slice(0, 1)];
}

/** The segment that a sample belongs to. */
function find(segments: readonly Segment[], at: number): number {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((segments[middle]?.start ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** FNV-1a: small, and the same on every runtime. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return value;
}
