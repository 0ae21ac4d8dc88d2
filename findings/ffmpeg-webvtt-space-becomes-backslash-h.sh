#!/usr/bin/env bash
# ffmpeg makes "\h" of a no-break space between WebVTT and SRT, and keeps other entities as they are spelt
#
# Guess:   "5&nbsp;кг &quot;А&quot;" comes out of ffmpeg as 5, a no-break space, кг "А": WebVTT says that its text has HTML's
#          character references.
# Came:    '5\hкг &quot;А&quot;'. &nbsp; becomes the no-break space of the ASS format, which SRT does not have; &lt; &gt; and
#          &amp; are read; &quot; and numeric references stay letters.
# With:    ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0), run on 2026-11-27.
# Matters: A viewer reads "5\hкг". Captions that stay whole in ffmpeg use the characters themselves, and escape nothing but
#          &, < and >.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0
printf 'WEBVTT\n\n00:00:01.250 --> 00:00:02.750\n5&nbsp;кг &quot;А&quot; &#1041; &lt;в&gt; &amp;\n' >text.vtt
"$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')" -v error -i text.vtt text.srt
tail -n +3 text.srt | tee seen
diff - seen <<'WANT'
5\hкг &quot;А&quot; &#1041; <в> &

WANT
