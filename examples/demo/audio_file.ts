/** What an audio file is, by its content: the service does not document what format it makes. */

/** A name with the extension that fits the content. */
export function nameOf(stem: string, audio: Uint8Array): string {
  const head = String.fromCharCode(...audio.subarray(0, 12));
  if (head.startsWith("RIFF") && head.endsWith("WAVE")) return `${stem}.wav`;
  if (head.startsWith("ID3") || /^\xff[\xe2-\xff]/.test(head)) return `${stem}.mp3`;
  if (head.startsWith("OggS")) return `${stem}.ogg`;
  if (head.startsWith("fLaC")) return `${stem}.flac`;
  return `${stem}.audio`;
}

/** How long a WAV file plays, in seconds; `undefined` for other formats. */
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
