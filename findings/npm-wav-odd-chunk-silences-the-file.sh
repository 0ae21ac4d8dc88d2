#!/usr/bin/env bash
# npm's wav reads no sound after a chunk of odd length
#
# Guess:   A chunk of odd length before the data (iXML, as recorders write it), with its pad byte, is skipped by every reader: RIFF
#          has had pad bytes since 1991.
# Came:    wavefile gives 1,000 samples. wav (1.0.2, a Reader that streams) gives none, ends without an error, and has told the format
#          before: a success without sound. wav-decoder throws a RangeError.
# With:    wav 1.0.2, wav-decoder 1.3.0, wavefile 11.0.0, run on 2026-11-27.
# Matters: The audio behind audio_url is not documented, and whoever adds a title to a WAV makes such a chunk. Programs that play or join
#          speech with these packages are silent.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund wav@1.0.2 wav-decoder@1.3.0 wavefile@11.0.0
cat >read.cjs <<'JS'
const { Reader } = require("wav");
const decoder = require("wav-decoder");
const { WaveFile } = require("wavefile");
const chunk = (id, body) => {
  const head = Buffer.alloc(8);
  head.write(id);
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
};
const fmt = Buffer.alloc(16);
fmt.writeUInt16LE(1, 0);
fmt.writeUInt16LE(1, 2);
fmt.writeUInt32LE(24_000, 4);
fmt.writeUInt32LE(48_000, 8);
fmt.writeUInt16LE(2, 12);
fmt.writeUInt16LE(16, 14);
const file = (xml) => {
  const chunks = [chunk("fmt ", fmt), chunk("iXML", Buffer.from(xml)), chunk("data", Buffer.alloc(2_000, 1))];
  return chunk("RIFF", Buffer.concat([Buffer.from("WAVE"), ...chunks]));
};
const streamed = (bytes) =>
  new Promise((resolve, reject) => {
    let count = 0;
    const reader = new Reader();
    reader.on("data", ({ length }) => count += length / 2).on("end", () => resolve(count)).on("error", reject);
    reader.end(bytes);
  });
const ways = {
  wav: streamed,
  "wav-decoder": async (bytes) => (await decoder.decode(new Uint8Array(bytes).buffer)).channelData[0].length,
  wavefile: (bytes) => new WaveFile(bytes).getSamples(false, Int16Array).length,
};
(async () => {
  for (const [kind, xml] of [["even", "<BWFXML></BWFXML> "], ["odd", "<BWFXML></BWFXML>"]]) {
    for (const [name, read] of Object.entries(ways)) {
      const result = await Promise.resolve().then(() => read(file(xml))).catch((error) => error.name);
      console.log(`${kind}, ${name}: ${result}`);
    }
  }
})();
JS
node read.cjs | tee seen
diff - seen <<'WANT'
even, wav: 1000
even, wav-decoder: 1000
even, wavefile: 1000
odd, wav: 0
odd, wav-decoder: RangeError
odd, wavefile: 1000
WANT
