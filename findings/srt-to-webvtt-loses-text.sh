#!/usr/bin/env bash
# Three of four converters make WebVTT of SRT whose text browsers then lose
#
# Guess:   "1 < 2 & 3" in SRT becomes "1 &lt; 2 &amp; 3" in WebVTT with every converter: the one format has no escapes, the
#          other requires them.
# Came:    ffmpeg, pysubs2 and webvtt-py write the text as it is. pycaption escapes. A WebVTT parser as browsers have it
#          then takes "< 2 & 3" for a tag and shows "1 ".
# With:    ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0), pysubs2 1.8.1, webvtt-py 0.6.0, pycaption 2.3.14, media-captions 1.0.4; run on
#          2026-11-27.
# Matters: Captions of a text with "<" are bought as SRT, converted for the web, and lose the rest of the line without an
#          error. WebVTT must come from whoever knows the text.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0 pysubs2==1.8.1 webvtt-py==0.6.0 pycaption==2.3.14
npm install --silent --no-package-lock --no-audit --no-fund media-captions@1.0.4
printf '1\n00:00:01,250 --> 00:00:02,750\n1 < 2 & 3\n' >text.srt
venv/bin/python - <<'PY'
import subprocess
import imageio_ffmpeg, pycaption, pysubs2, webvtt
subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", "text.srt", "ffmpeg.vtt"], check=True)
pysubs2.load("text.srt").save("pysubs2.vtt")
webvtt.from_srt("text.srt").save("webvtt-py.vtt")
captions = pycaption.SRTReader().read(open("text.srt").read(), lang="mn")
open("pycaption.vtt", "w").write(pycaption.WebVTTWriter().write(captions))
PY
cat >parse.mjs <<'JS'
import { readFileSync } from "node:fs";
import { parseText, tokenizeVTTCue } from "media-captions";
const text = (nodes) => nodes.map((node) => node.children ? text(node.children) : node.data).join("");
for (const name of ["ffmpeg", "pysubs2", "webvtt-py", "pycaption"]) {
  const source = readFileSync(`${name}.vtt`, "utf8");
  const { cues: [cue] } = await parseText(source, { type: "vtt" });
  console.log(`${name}: writes "${source.split("\n").find((line) => line.startsWith("1 "))}", is shown as "${text(tokenizeVTTCue(cue))}"`);
}
JS
node parse.mjs | tee seen
diff - seen <<'WANT'
ffmpeg: writes "1 < 2 & 3", is shown as "1 "
pysubs2: writes "1 < 2 & 3", is shown as "1 "
webvtt-py: writes "1 < 2 & 3", is shown as "1 "
pycaption: writes "1 &lt; 2 &amp; 3", is shown as "1 < 2 & 3"
WANT
