#!/usr/bin/env bash
# libsamplerate-js gives no more sound from full() once simple() was called
#
# Guess:   simple() converts one whole sound, full() a stream of pieces, and one converter serves both: after a simple() the pieces of a stream come out as before. full() holds back
#          the last milliseconds of a stream, as its filter must.
# Came:    After one simple() full() gives 179 samples of 8,000, and then none for ever: simple() told the filter that the input has ended. It is so with the three sinc converters,
#          the default among them; the linear one goes on. A second simple() is right. Nothing is raised. destroy() and create() make it sound again.
# With:    @alexanderolsen/libsamplerate-js 2.1.2 on Node 20.20; run on 2026-11-28.
# Matters: A program says a greeting that it has at hand, and then streams answers through the same converter: the caller hears the greeting, and nothing after it, while each
#          answer is paid for. Make a converter for each stream.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund @alexanderolsen/libsamplerate-js@2.1.2
cat >observe.cjs <<'JS'
const { create, ConverterType } = require("@alexanderolsen/libsamplerate-js");

const second = Float32Array.from({ length: 24_000 }, (_, i) => 0.3 * Math.sin(i / 10));
const stream = (converter) => {
  let samples = 0;
  for (let start = 0; start < second.length; start += 480) samples += converter.full(second.slice(start, start + 480)).length;
  return samples;
};

(async () => {
  for (const name of ["SRC_SINC_BEST_QUALITY", "SRC_SINC_FASTEST", "SRC_LINEAR"]) {
    const converter = await create(1, 24_000, 8000, { converterType: ConverterType[name] });
    console.log(`${name}: full ${stream(converter)}, full ${stream(converter)}, simple ${converter.simple(second).length}, full ${stream(converter)}, full ${stream(converter)}, simple ${converter.simple(second).length}`);
  }
})();
JS
node observe.cjs | tee seen
diff - seen <<'WANT'
SRC_SINC_BEST_QUALITY: full 7857, full 8000, simple 8000, full 303, full 0, simple 8000
SRC_SINC_FASTEST: full 7981, full 8000, simple 8000, full 179, full 0, simple 8000
SRC_LINEAR: full 8000, full 8000, simple 8000, full 8000, full 8000, simple 8000
WANT
