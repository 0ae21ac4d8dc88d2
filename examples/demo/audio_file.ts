/** Audio files by their content: the service does not document their format. */

import { audioFormat } from "@tsetsen/sdk";

/** The extensions of the files that the demo may write. */
export const EXTENSIONS = ["wav", "mp3", "ogg", "flac", "mp4", "webm", "audio"] as const;

/** A name with the extension that fits the content. */
export function nameOf(stem: string, audio: Uint8Array): string {
  const format = audioFormat(audio.subarray(0, 4_096));
  return `${stem}.${EXTENSIONS.find((extension) => extension === format) ?? "audio"}`;
}

/** The playing time of a WAV file in seconds; `undefined` for other formats. */
export function playingTime(audio: Uint8Array): number | undefined {
  if (!nameOf("", audio).endsWith(".wav")) return undefined;
  const view = new DataView(audio.buffer, audio.byteOffset, audio.byteLength);
  let bytesPerSecond = 0;
  // RIFF: chunks of a name, a length and as many bytes, padded to an even number.
  for (let at = 12; at + 8 <= audio.length;) {
    const name = String.fromCharCode(...audio.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    if (name === "fmt " && at + 20 <= audio.length) bytesPerSecond = view.getUint32(at + 16, true);
    if (name === "data" && bytesPerSecond > 0) {
      return Math.min(length, audio.length - at - 8) / bytesPerSecond;
    }
    at += 8 + length + length % 2;
  }
  return undefined;
}
