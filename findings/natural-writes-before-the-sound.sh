#!/usr/bin/env bash
# npm's natural writes a line to stdout when it is imported, and reads the .env of the folder
#
# Guess:   To import a package prints nothing. If a package has something to say, it says it on stderr. A program that writes sound to stdout writes only
#          that.
# Came:    The line "◇ injected env (1) from .env // tip: …" stands before the sound. natural brings dotenv along and calls it at the import, which also puts
#          each variable of the file .env into the program's environment. The tip, an advertisement, is drawn by lot, and the line's length with it.
# With:    natural 8.1.1, dotenv 17.4.2 on Node 20.20, run on 2026-11-28.
# Matters: A program cuts a text into sentences with natural and pipes PCM to a player or to ffmpeg. It begins with a click, and on each run whose line has an
#          odd number of bytes all of the speech behind it is noise. DOTENV_CONFIG_QUIET=true in the environment keeps dotenv silent.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund natural@8.1.1 dotenv@17.4.2
echo "VOICE_OF_THE_FILE=mn-1" >.env
cat >speak.mjs <<'JS'
import natural from "natural";
const sentences = new natural.SentenceTokenizer([]).tokenize("Сайн байна уу? Баяртай.");
for (const _ of sentences) process.stdout.write(Buffer.alloc(24_000));
console.error(`${sentences.length} sentences, VOICE_OF_THE_FILE=${process.env.VOICE_OF_THE_FILE}`);
JS
{
  node speak.mjs 2>&1 >speech.pcm
  echo "before the sound: $(head -1 speech.pcm | tr -d '\0' | cut -d/ -f1)"
  DOTENV_CONFIG_QUIET=true node speak.mjs 2>/dev/null >quiet.pcm
  echo "quiet: $(wc -c <quiet.pcm) bytes"
  for _ in $(seq 40); do node speak.mjs 2>/dev/null | wc -c; done | awk '{ odd[$1 % 2] = 1 } END { print "odd lengths among 40 runs: " (odd[1] ? "some" : "none") }'
} | tee seen
diff - seen <<'WANT'
2 sentences, VOICE_OF_THE_FILE=mn-1
before the sound: ◇ injected env (1) from .env 
quiet: 48000 bytes
odd lengths among 40 runs: some
WANT
