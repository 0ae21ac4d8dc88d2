#!/usr/bin/env bash
# wavefile moves the cue points of a WAV when it resamples the sound
#
# Guess:   A cue point that was set at 500 ms is at 500 ms after toSampleRate(8000), as it is after toBitDepth and toMuLaw. The package counts cue points in milliseconds.
# Came:    It is at 1,500 ms. toSampleRate changes the samples and the rate, and leaves the cue points at their old sample offsets. From 24,000 to 48,000 Hz it is at 250 ms. The
#          last cue of a sound may lie behind its end. toMuLaw keeps the times. Nothing is raised.
# With:    wavefile 11.0.0 on Node 20.20; run on 2026-11-28.
# Matters: A narration has a cue for each sentence, and telephones want 8,000 Hz. Each cue is then three times as late as its sentence. Read listCuePoints() before, and set the
#          cues again after toSampleRate.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund wavefile@11.0.0
cat >observe.cjs <<'JS'
const { WaveFile } = require("wavefile");

function observe(name, change) {
  const wav = new WaveFile();
  wav.fromScratch(1, 24_000, "16", new Int16Array(48_000));
  wav.setCuePoint({ position: 500, label: "Нэг" });
  wav.setCuePoint({ position: 1500, label: "Хоёр" });
  change(wav);
  const length = 1000 * wav.getSamples().length / wav.fmt.sampleRate;
  console.log(`${name}: ${length} ms of sound, cues at`, wav.listCuePoints().map(({ position }) => position).join(", "));
}

observe("as it was", () => {});
observe("toMuLaw()", (wav) => wav.toMuLaw());
observe("toSampleRate(8000)", (wav) => wav.toSampleRate(8000));
observe("toSampleRate(48000)", (wav) => wav.toSampleRate(48_000));
JS
node observe.cjs | tee seen
diff - seen <<'WANT'
as it was: 2000 ms of sound, cues at 500, 1500
toMuLaw(): 2000 ms of sound, cues at 500, 1500
toSampleRate(8000): 2000 ms of sound, cues at 1500, 4500
toSampleRate(48000): 2000 ms of sound, cues at 250, 750
WANT
