#!/usr/bin/env bash
# ssml-split and polly-ssml-split cut a number at its decimal point, and ssml-split makes parts beyond its hard limit and an empty one
#
# Guess:   Both cut a long text behind a full stop and a space, a comma or a semicolon, and leave "1,234.5" whole. No part is longer than hardLimit, as Google counts it ("google" counts
#          the tags): their page says that a longer one is an error. Joined, the parts are the text.
# Came:    "… 1,234." is the end of one part, and "5 төгрөг …" the beginning of the next. With hardLimit 500 parts of up to 510 characters come, and behind them a part without a word,
#          "<speak></speak>". Joined, the parts are the text. Nothing is raised.
# With:    ssml-split 0.5.0, polly-ssml-split 0.1.0 on Node 20.20; run on 2026-11-28.
# Matters: A voice reads an amount as two numbers in two sounds. The service refuses the part that is too long, and the empty one, after the others were bought. Cut at sentences, set
#          hardLimit lower by the 15 of <speak></speak>, and leave parts without letters out.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund ssml-split@0.5.0 polly-ssml-split@0.1.0
cat >observe.cjs <<'JS'
const { SSMLSplit } = require("ssml-split");
const polly = require("polly-ssml-split");

const text = "Өнөөдөр хүйтэн байна. Тэр 1,234.5 төгрөг авав; дараа нь явлаа. Цаг болж байна. ".repeat(50);
const limits = { softLimit: 300, hardLimit: 500 };
polly.configure(limits);
const packages = {
  "ssml-split, google": (ssml) => new SSMLSplit({ synthesizer: "google", ...limits }).split(ssml),
  "ssml-split, aws": (ssml) => new SSMLSplit({ synthesizer: "aws", ...limits }).split(ssml),
  "polly-ssml-split": (ssml) => polly.split(ssml),
};
for (const [name, split] of Object.entries(packages)) {
  const parts = split(`<speak>${text}</speak>`);
  const inner = parts.map((part) => part.replace(/<\/?speak>/g, ""));
  const cut = inner.find((part) => /^\d/.test(part)) ?? "";
  console.log(`${name}: longest ${Math.max(...parts.map(({ length }) => length))} with tags, ${Math.max(...inner.map(({ length }) => length))} without; empty parts ${inner.filter((part) => part === "").length}; joined the same ${inner.join("") === text}`);
  console.log("  cut:", JSON.stringify(inner[inner.indexOf(cut) - 1]?.slice(-10)), JSON.stringify(cut.slice(0, 8)));
}
JS
node observe.cjs | tee seen
diff - seen <<'WANT'
ssml-split, google: longest 510 with tags, 495 without; empty parts 1; joined the same true
  cut: "Тэр 1,234." "5 төгрөг"
ssml-split, aws: longest 510 with tags, 495 without; empty parts 0; joined the same true
  cut: "Тэр 1,234." "5 төгрөг"
polly-ssml-split: longest 510 with tags, 495 without; empty parts 0; joined the same true
  cut: "Тэр 1,234." "5 төгрөг"
WANT
