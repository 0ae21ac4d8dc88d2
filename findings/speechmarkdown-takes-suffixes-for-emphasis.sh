#!/usr/bin/env bash
# speechmarkdown-js takes the hyphens of Mongolian suffixes, and the plus signs of a sum, for emphasis, and deletes them
#
# Guess:   A text without Speech Markdown comes out of toText as it went in. Its marks of emphasis stand close around a word (+үг+, -үг-), so that "5 + 3 + 2", with
#          spaces around each sign, and "-5, маргааш -10" stay.
# Came:    "5 + 3 + 2 болно." becomes "5 3 2 болно.", "10-аас 12-ны" (from ten to twelve) "10аас 12ны", and "2024-11-28-нд" "2024-1128нд". "-5-аас -10" loses its first
#          minus. toSSML puts an <emphasis> there. "-5, маргааш -10" and "7000-1234" stay. Nothing is raised.
# With:    speechmarkdown-js 2.1.1, run on 2026-11-28 on Node 20.20.
# Matters: Mongolian joins suffixes to numbers with a hyphen, so that each date and each range of hours is such a text. A voice reads the 1128th of a month, a sum as three
#          numbers, and five degrees below zero as five. Each is paid for. Give the package only text that was written in Speech Markdown.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund speechmarkdown-js@2.1.1
cat >speak.cjs <<'JS'
const { SpeechMarkdown } = require("speechmarkdown-js");
const speech = new SpeechMarkdown();
for (
  const text of [
    "5 + 3 + 2 болно.",
    "10-аас 12-ны хооронд",
    "2024-11-28-нд ирлээ.",
    "Өнөөдөр -5-аас -10 хэм.",
    "Өнөөдөр -5, маргааш -10 хэм.",
    "Утас 7000-1234.",
  ]
) {
  console.log(`${text} -> ${speech.toText(text)}`);
}
console.log(speech.toSSML("10-аас 12-ны хооронд", { platform: "amazon-alexa" }).replaceAll("\n", ""));
JS
node speak.cjs | tee seen
diff - seen <<'WANT'
5 + 3 + 2 болно. -> 5 3 2 болно.
10-аас 12-ны хооронд -> 10аас 12ны хооронд
2024-11-28-нд ирлээ. -> 2024-1128нд ирлээ.
Өнөөдөр -5-аас -10 хэм. -> Өнөөдөр 5аас -10 хэм.
Өнөөдөр -5, маргааш -10 хэм. -> Өнөөдөр -5, маргааш -10 хэм.
Утас 7000-1234. -> Утас 7000-1234.
<speak>10<emphasis level="reduced">аас 12</emphasis>ны хооронд</speak>
WANT
