import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type AudioFormat, audioFormat, encodeWav } from "../../mod.ts";

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Layer III frames: MPEG 1 at 128 kbit/s and 44.1 kHz has 417 bytes, MPEG 2 at 64 and 24 kHz has 192. */
function frames(header: readonly number[], length: number): Uint8Array {
  return Uint8Array.from({ length: 3 * length }, (_, i) => header[i % length] ?? 0);
}

const TABLE: Record<string, [Uint8Array, AudioFormat]> = {
  "a WAV file": [encodeWav(new Uint8Array(100)), "wav"],
  "MP3 with a tag": [ascii("ID3\x04\0\0\0\0\0\0".padEnd(200, "\0")), "mp3"],
  "MP3 without a tag": [frames([0xff, 0xfb, 0x90, 0x64], 417), "mp3"],
  "MP3 of 24 kHz": [frames([0xff, 0xf3, 0x84, 0x64], 192), "mp3"],
  "Ogg": [ascii("OggS\0\x02".padEnd(100, "\0")), "ogg"],
  "FLAC": [ascii("fLaC\0\0\0\x22"), "flac"],
  "MP4": [ascii("\0\0\0\x20ftypM4A "), "mp4"],
  "WebM": [ascii("\x1a\x45\xdf\xa3\x01\0\0\0"), "webm"],
  "a page": [ascii("<!doctype html><html><body>"), "text"],
  "an error in JSON": [ascii('{"error": "expired"}'), "text"],
  "silence": [new Uint8Array(4_000), "pcm"],
  "a hiss around zero": [Uint8Array.from({ length: 4_000 }, (_, i) => i % 3 ? 0xff : 0xfe), "pcm"],
  "samples that look like one MP3 header": [
    Uint8Array.from({ length: 4_000 }, (_, i) => [0xff, 0xfb, 0x90, 0x64][i] ?? 7),
    "pcm",
  ],
  "nothing": [new Uint8Array(), "unknown"],
};

for (const [name, [bytes, format]] of Object.entries(TABLE)) {
  Deno.test(`audioFormat recognises ${name}`, () => assertEquals(audioFormat(bytes), format));
}

Deno.test("audioFormat takes quiet samples for PCM, whatever they are", () => {
  const quiet = fc.array(fc.integer({ min: -4_000, max: 4_000 }), {
    minLength: 600,
    maxLength: 900,
  });
  fc.assert(fc.property(quiet, (samples) => {
    assertEquals(audioFormat(new Uint8Array(Int16Array.from(samples).buffer)), "pcm");
  }));
});
