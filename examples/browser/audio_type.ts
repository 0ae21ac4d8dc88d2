/** What audio is, by its first bytes: the format of a job's audio is not documented. */
export function typeOf(audio: Uint8Array): { type: string; extension: string } {
  const head = String.fromCharCode(...audio.subarray(0, 12));
  if (/^RIFF....WAVE/s.test(head)) return { type: "audio/wav", extension: "wav" };
  if (/^(ID3|\xff[\xe2-\xff])/.test(head)) return { type: "audio/mpeg", extension: "mp3" };
  if (head.startsWith("OggS")) return { type: "audio/ogg", extension: "ogg" };
  return { type: "application/octet-stream", extension: "bin" };
}
