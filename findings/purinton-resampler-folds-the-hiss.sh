#!/usr/bin/env bash
# @purinton/resampler folds what lies above the new rate's half back into the speech
#
# Guess:   Its page says "high-quality windowed-sinc resampling". On the way from 24,000 to 8,000 Hz a tone of 7,000 Hz, which 8,000 Hz cannot hold, is 20 dB quieter at least, as
#          it is with speex-resampler and libsamplerate-js. Parts of any size join without a loss.
# Came:    The tone is as loud as before, and lies at 1,000 Hz. Its sinc interpolates, and holds nothing back. The two others leave nothing of the tone. A second
#          of sound is 7,998 samples, and 47,985 at 48,000 Hz: its beginning is cut off. Nothing is raised.
# With:    @purinton/resampler 1.0.4, speex-resampler 3.0.1, @alexanderolsen/libsamplerate-js 2.1.2 on Node 20.20; run on 2026-11-28.
# Matters: Speech of 24,000 Hz goes to telephones at 8,000. Each s, ц and ш lies above 4,000 Hz, and becomes a whistle in the middle of the voice. Take libsamplerate-js, with
#          a converter for each stream, or ffmpeg.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund @purinton/resampler@1.0.4 speex-resampler@3.0.1 @alexanderolsen/libsamplerate-js@2.1.2
cat >observe.mjs <<'JS'
import { createRequire } from "node:module";
import { Readable } from "node:stream";
import { Resampler } from "@purinton/resampler";
const require = createRequire(import.meta.url);
const { default: Speex } = require("speex-resampler");
const libsamplerate = require("@alexanderolsen/libsamplerate-js");
await Speex.initPromise;

const samples = (bytes) => new Int16Array(Uint8Array.from(bytes).buffer);
const packages = {
  "@purinton/resampler": async (pcm, outRate) => {
    const parts = [];
    for await (const part of Readable.from([Buffer.from(pcm.buffer)]).pipe(new Resampler({ inRate: 24_000, outRate }))) parts.push(part);
    return samples(Buffer.concat(parts));
  },
  "speex-resampler": async (pcm, outRate) => samples(new Speex(1, 24_000, outRate).processChunk(Buffer.from(pcm.buffer))),
  "libsamplerate-js": async (pcm, outRate) => {
    const converter = await libsamplerate.create(1, 24_000, outRate);
    return converter.simple(Float32Array.from(pcm)).map(Math.round);
  },
};
const tone = (pitch) => Int16Array.from({ length: 24_000 }, (_, i) => Math.round(10_000 * Math.sin(2 * Math.PI * pitch * i / 24_000)));
/** The level in decibels of the middle of the sound, the tone's own being 0. */
const level = (sound) => {
  const middle = sound.subarray(1000, 7000);
  return 10 * Math.log10(middle.reduce((sum, x) => sum + x * x, 1) / middle.length / 5e7);
};
for (const [name, resample] of Object.entries(packages)) {
  for (const pitch of [1000, 7000]) {
    const sound = await resample(tone(pitch), 8000);
    // Counts how often the sound crosses 0 on its way up: its pitch.
    const crossings = sound.subarray(1000, 5000).filter((x, i, part) => i > 0 && part[i - 1] < 0 && x >= 0).length * 2;
    const db = level(sound);
    console.log(`${name}, ${pitch} Hz at 8000: ${db < -30 ? "gone" : `${Math.round(Math.abs(db))} dB off, at about ${Math.round(crossings / 100) * 100} Hz`}`);
  }
}
for (const rate of [8000, 48_000]) console.log(`@purinton/resampler, 1 s at ${rate}:`, (await packages["@purinton/resampler"](tone(1000), rate)).length, "samples");
JS
node observe.mjs | tee seen
diff - seen <<'WANT'
@purinton/resampler, 1000 Hz at 8000: 0 dB off, at about 1000 Hz
@purinton/resampler, 7000 Hz at 8000: 0 dB off, at about 1000 Hz
speex-resampler, 1000 Hz at 8000: 0 dB off, at about 1000 Hz
speex-resampler, 7000 Hz at 8000: gone
libsamplerate-js, 1000 Hz at 8000: 0 dB off, at about 1000 Hz
libsamplerate-js, 7000 Hz at 8000: gone
@purinton/resampler, 1 s at 8000: 7998 samples
@purinton/resampler, 1 s at 48000: 47985 samples
WANT
