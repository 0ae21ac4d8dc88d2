// The kinds of WAV that the SDK makes, and those that it could make, of the same samples.

import { encodeWav, WAV_HEADER_BYTES, wavHeader } from "../../mod.ts";

/** A file, and what a reader should get of it. */
export interface Kind {
  /** The column's head. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The whole samples that are in it. */
  readonly pcm: Uint8Array;
}

/** Three quarters of a second of noise: no two places of it are the same. */
const PCM = noise(18_000);

/** The sizes that a streamed header could carry: RIFF and data. */
const SIZES: readonly (readonly [name: string, riff: number, data: number])[] = [
  ["0xFFFFFFFF", 0xffff_ffff, 0xffff_ffff],
  ["0x7FFFF000", 0x7fff_f024, 0x7fff_f000],
  ["0x7FFFFFFF", 0x7fff_ffff, 0x7fff_ffff],
  ["0", 0, 0],
];

/** All of them. One that the SDK sends today is marked. */
export function kinds(): Kind[] {
  const streamed = join(wavHeader(), PCM);
  const whole = encodeWav(PCM);
  const cut = 25_001;
  const found: Kind[] = [
    { name: "whole, true sizes", bytes: whole, pcm: PCM },
    {
      name: "whole, then cut in a sample",
      bytes: whole.slice(0, WAV_HEADER_BYTES + cut),
      pcm: PCM.slice(0, cut - 1),
    },
    { name: "odd length, padded", bytes: encodeWav(PCM.slice(0, cut)), pcm: PCM.slice(0, cut - 1) },
  ];
  for (const [name, riff, data] of SIZES) {
    const bytes = resized(streamed, riff, data);
    const sent = bytes.every((byte, index) => byte === streamed[index]);
    const head = `streamed, ${name}${sent ? " (this SDK)" : ""}`;
    found.push({ name: head, bytes, pcm: PCM });
    if (name !== "0") {
      const half = bytes.slice(0, WAV_HEADER_BYTES + cut);
      found.push({
        name: `streamed, ${name}, cut in a sample`,
        bytes: half,
        pcm: PCM.slice(0, cut - 1),
      });
    }
  }
  found.push({ name: "RF64", bytes: rf64(PCM), pcm: PCM });
  return found;
}

/** The form for files beyond 4 GiB (EBU Tech 3306): 64-bit sizes in a chunk of their own. */
function rf64(pcm: Uint8Array): Uint8Array {
  const wav = wavHeader(pcm.length);
  const text = (name: string) => new TextEncoder().encode(name);
  const ds64 = new DataView(new ArrayBuffer(32));
  ds64.setUint32(0, 28, true);
  ds64.setBigUint64(4, BigInt(pcm.length + 72), true);
  ds64.setBigUint64(12, BigInt(pcm.length), true);
  ds64.setBigUint64(20, BigInt(pcm.length / 2), true);
  const unknown = new Uint8Array(4).fill(255);
  const format = wav.slice(12, 36);
  return join(
    ...[text("RF64"), unknown, text("WAVEds64"), new Uint8Array(ds64.buffer)],
    ...[format, text("data"), unknown, pcm],
  );
}

function resized(wav: Uint8Array, riff: number, data: number): Uint8Array {
  const bytes = wav.slice();
  const view = new DataView(bytes.buffer);
  view.setUint32(4, riff, true);
  view.setUint32(40, data, true);
  return bytes;
}

function noise(samples: number): Uint8Array {
  const pcm = new Uint8Array(samples * 2);
  let state = 1;
  for (let at = 0; at < pcm.length; at++) {
    state = state * 1_103_515_245 + 12_345 & 0x7fff_ffff;
    pcm[at] = state >> 16;
  }
  return pcm;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}
