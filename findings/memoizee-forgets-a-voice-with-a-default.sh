#!/usr/bin/env bash
# memoizee answers for another voice with the first voice's sound once the voice has a default, and fast-memoize drops the voice
#
# Guess:   A memoized (text, voice = "bat") is kept for each text and voice with memoizee, moize, micro-memoize and memoize-one. memoize and p-memoize look at the
#          text only, as their pages say. fast-memoize looks at the text only, too: it counts the parameters, and the default takes the voice out of fn.length.
# Came:    memoizee counts fn.length as well: for ("нэг", "сараа") it answers with the sound of ("нэг", "bat"). fast-memoize calls the function with the text alone: a
#          text that is new is spoken by the default voice, whichever was asked for. The others are as guessed. None raises anything. Without the default both are right.
# With:    memoizee 0.4.17, fast-memoize 2.5.2, moize 6.1.7, micro-memoize 5.2.0, memoize-one 6.0.0, memoize 10.2.0, p-memoize 8.0.0; run on 2026-11-28 on Node 20.20.
# Matters: A dialogue is spoken by one voice, and a default that is added to a signature does it, far from the cache. Give memoizee { length: false } or a normalizer,
#          and keep sound under a key that is made of text, voice, speed and version.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund memoizee@0.4.17 fast-memoize@2.5.2 moize@6.1.7 micro-memoize@5.2.0 memoize-one@6.0.0 memoize@10.2.0 p-memoize@8.0.0
cat >voices.mjs <<'JS'
import fastMemoize from "fast-memoize";
import memoize from "memoize";
import memoizee from "memoizee";
import memoizeOne from "memoize-one";
import { memoize as microMemoize } from "micro-memoize";
import moize from "moize";
import pMemoize from "p-memoize";
const memoizers = {
  memoizee: (speak) => memoizee(speak, { promise: true }),
  "memoizee, length: false": (speak) => memoizee(speak, { promise: true, length: false }),
  "fast-memoize": (speak) => fastMemoize(speak),
  moize: (speak) => (moize.default ?? moize)(speak, { isPromise: true, maxSize: 9 }),
  "micro-memoize": (speak) => microMemoize(speak, { async: true, maxSize: 9 }),
  "memoize-one": (speak) => (memoizeOne.default ?? memoizeOne)(speak),
  memoize: (speak) => memoize(speak),
  "p-memoize": (speak) => pMemoize(speak),
};
const withDefault = async (text, voice = "bat") => `${text} by ${voice}`;
const without = async (text, voice) => `${text} by ${voice}`;
for (const [name, memoized] of Object.entries(memoizers)) {
  const seen = [];
  for (const speak of [withDefault, without]) {
    const cached = memoized(speak);
    await cached("нэг", "bat");
    seen.push(`${await cached("нэг", "сараа")}, ${await cached("хоёр", "сараа")}`);
  }
  console.log(`${name}: with a default ${seen[0]}; without ${seen[1]}`);
}
JS
node voices.mjs | tee seen
diff - seen <<'WANT'
memoizee: with a default нэг by bat, хоёр by сараа; without нэг by сараа, хоёр by сараа
memoizee, length: false: with a default нэг by сараа, хоёр by сараа; without нэг by сараа, хоёр by сараа
fast-memoize: with a default нэг by bat, хоёр by bat; without нэг by сараа, хоёр by сараа
moize: with a default нэг by сараа, хоёр by сараа; without нэг by сараа, хоёр by сараа
micro-memoize: with a default нэг by сараа, хоёр by сараа; without нэг by сараа, хоёр by сараа
memoize-one: with a default нэг by сараа, хоёр by сараа; without нэг by сараа, хоёр by сараа
memoize: with a default нэг by bat, хоёр by сараа; without нэг by bat, хоёр by сараа
p-memoize: with a default нэг by bat, хоёр by сараа; without нэг by bat, хоёр by сараа
WANT
