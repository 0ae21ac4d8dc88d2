/**
 * The part of Web Audio that is used. It is declared here because this package must compile without the types of a
 * page. The nodes of a page fit.
 *
 * @module
 */

/** A node that sound goes to: any `AudioNode` of a page. */
export interface SoundTarget {
  /** The context of the node. */
  readonly context: SoundContext;
}

/** The context of a node: any `AudioContext` of a page. */
export interface SoundContext {
  /** Samples a second. */
  readonly sampleRate: number;
  /** The time of the context's clock, in seconds. */
  readonly currentTime: number;
  /** Whether it runs: `"running"`, `"suspended"`, `"closed"`; `"interrupted"` on iOS. */
  readonly state: string;
}

/** The same context with the members that the player uses. */
export interface OpenContext extends SoundContext {
  readonly destination: SoundTarget;
  createBuffer(channels: number, length: number, sampleRate: number): Buffer;
  createBufferSource(): BufferSource;
  createGain(): Gain;
  resume?(): Promise<void>;
  close?(): Promise<void>;
  addEventListener?(type: "statechange", listener: () => void): void;
  removeEventListener?(type: "statechange", listener: () => void): void;
}

/** A buffer of samples. */
export interface Buffer {
  readonly numberOfChannels: number;
  copyToChannel(samples: Float32Array<ArrayBuffer>, channel: number): void;
  getChannelData(channel: number): Float32Array;
}

/** What plays a buffer once. */
export interface BufferSource {
  buffer: Buffer | null;
  onended: (() => void) | null;
  connect(target: SoundTarget): unknown;
  start(when: number): void;
  stop(when?: number): void;
}

/** What makes sound louder and softer. */
export interface Gain extends SoundTarget {
  readonly gain: {
    value: number;
    setValueAtTime(value: number, when: number): unknown;
    linearRampToValueAtTime(value: number, when: number): unknown;
  };
  connect(target: SoundTarget): unknown;
  disconnect(): void;
}

interface WebAudio {
  readonly AudioContext?: new (options?: { readonly sampleRate: number }) => OpenContext;
  readonly OfflineAudioContext?: new (channels: number, length: number, rate: number) => {
    decodeAudioData(file: ArrayBuffer): Promise<Buffer>;
  };
}

/**
 * Opens a context of a rate, or of the device's own rate if the browser accepts no other.
 *
 * @throws {Error} when the runtime has no Web Audio.
 */
export function openContext(sampleRate: number): OpenContext {
  const { AudioContext } = globalThis as WebAudio;
  if (AudioContext === undefined) throw noWebAudio();
  try {
    return new AudioContext({ sampleRate });
  } catch {
    return new AudioContext();
  }
}

/**
 * Decodes a file of any format that the browser knows.
 *
 * @returns The samples at the rate that is asked for, the mean of all channels.
 * @throws {DOMException} when the browser does not know it.
 */
export async function decodeFile(
  file: Uint8Array<ArrayBuffer>,
  sampleRate: number,
): Promise<Float32Array> {
  const { OfflineAudioContext } = globalThis as WebAudio;
  if (OfflineAudioContext === undefined) throw noWebAudio();
  const context = new OfflineAudioContext(1, 1, sampleRate);
  const buffer = await context.decodeAudioData(file.buffer);
  const { numberOfChannels: count } = buffer;
  const samples = buffer.getChannelData(0);
  if (count === 1) return samples;
  const others = Array.from({ length: count - 1 }, (_, i) => buffer.getChannelData(i + 1));
  return samples.map((sample, i) => others.reduce((sum, other) => sum + other[i]!, sample) / count);
}

/** The error for a context that was closed. */
export function closed(): DOMException {
  return new DOMException("The context must be open: it was closed.", "InvalidStateError");
}

function noWebAudio(): Error {
  return new Error("play needs Web Audio (AudioContext), which pages have: this runtime has none.");
}
