#!/usr/bin/env bash
# mutagen, tinytag and ffmpeg tell 7 s, or 0.1 s, for a minute of speech in AAC
#
# Guess:   AAC in ADTS has no length in its head, so that readers count its frames: 60 s of it are told as 60 s by mutagen, tinytag and music-metadata, also where the speech begins loud and
#          becomes silent. Only ffmpeg's own "Duration" is reckoned from a bitrate, and may be some seconds off.
# Came:    mutagen tells what ffmpeg tells, 7 s, where the first 5 s are loud, and 38 s where speech and pauses alternate: both divide the size by the bitrate of the first frames. tinytag takes
#          AAC for MP3, and tells 0.1 and 0.3 s. music-metadata tells nothing unless it is asked with { duration: true }, and then 59.5 s. A decoder gives 60 s. Nothing is raised; ffmpeg warns.
# With:    ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0), mutagen 1.48.1, tinytag 2.3.2, music-metadata 11.16.1 on Node 20.20; run on 2026-11-28.
# Matters: A list of chapters, a feed and a bar of progress say 7 s for a minute of speech, because pauses are small in AAC. Count the frames (1,024 samples each), or keep the length that the
#          speech had before it was encoded.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0 mutagen==1.48.1 tinytag==2.3.2
npm install --silent --no-package-lock --no-audit --no-fund music-metadata@11.16.1
cat >observe.py <<'PY'
import re
import subprocess
import imageio_ffmpeg
import mutagen
import tinytag

ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
run = lambda *options: subprocess.run([ffmpeg, "-hide_banner", *options], capture_output=True)
for name, sounds in (("loud-then-silent", "lt(t,5)"), ("speech-with-pauses", "lt(mod(t,10),6)")):
    escaped = sounds.replace(",", "\\,")
    run("-v", "error", "-f", "lavfi", "-i", f"aevalsrc=(0.3*sin(2*PI*200*t)+0.1*sin(2*PI*1370*t)+0.05*random(0))*{escaped}:d=60:s=24000", "-b:a", "48k", f"{name}.aac")
    hours, minutes, seconds = re.search(rb"Duration: (\d+):(\d+):([\d.]+)", run("-i", f"{name}.aac").stderr).groups()
    decoded = len(run("-v", "error", "-i", f"{name}.aac", "-f", "s16le", "-").stdout) / 2 / 24_000
    print(f"{name}.aac: decoded {decoded:.0f} s; ffmpeg tells {int(minutes) * 60 + float(seconds):.0f} s, mutagen {mutagen.File(f'{name}.aac').info.length:.0f} s, tinytag {tinytag.TinyTag.get(f'{name}.aac').duration:.2f} s")
PY
cat >observe.mjs <<'JS'
import { parseFile } from "music-metadata";
for (const name of ["loud-then-silent", "speech-with-pauses"]) {
  const duration = async (options) => (await parseFile(`${name}.aac`, options)).format.duration?.toFixed(1);
  console.log(`${name}.aac: music-metadata tells ${await duration()}, asked for the duration ${await duration({ duration: true })} s`);
}
JS
{ venv/bin/python observe.py; node observe.mjs; } | tee seen
diff - seen <<'WANT'
loud-then-silent.aac: decoded 60 s; ffmpeg tells 7 s, mutagen 7 s, tinytag 0.10 s
speech-with-pauses.aac: decoded 60 s; ffmpeg tells 38 s, mutagen 38 s, tinytag 0.34 s
loud-then-silent.aac: music-metadata tells undefined, asked for the duration 59.5 s
speech-with-pauses.aac: music-metadata tells undefined, asked for the duration 59.5 s
WANT
