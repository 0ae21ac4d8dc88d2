/** Samples a second, in every file and stream of the service. */
export const sampleRate = 24_000;
/** Bytes of one sample: 16 bits, one channel. */
export const sampleBytes = 2;
/** Bytes of the header that {@link waveHeader} makes. */
export const waveHeaderBytes = 44;

/** A RIFF/WAVE header for so many bytes of 16-bit mono PCM. */
export function waveHeader(dataBytes: number): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(waveHeaderBytes);
  const view = new DataView(header.buffer);
  header.set(new TextEncoder().encode("RIFF"), 0);
  // A size that does not fit in 32 bits is written as the largest one, as streaming encoders do.
  view.setUint32(4, Math.min(waveHeaderBytes - 8 + dataBytes, 0xffffffff), true);
  header.set(new TextEncoder().encode("WAVEfmt "), 8);
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * sampleBytes, true);
  view.setUint16(32, sampleBytes, true);
  view.setUint16(34, 8 * sampleBytes, true);
  header.set(new TextEncoder().encode("data"), 36);
  view.setUint32(40, Math.min(dataBytes, 0xffffffff), true);
  return header;
}
