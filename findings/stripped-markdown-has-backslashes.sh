#!/usr/bin/env bash
# strip-markdown writes backslashes into plain prose, and deletes the year that begins a line, as remove-markdown does
#
# Guess:   Both take the markup of Markdown away and leave the rest of the prose as it is, its numbers too. Only remove-markdown may take what stands between
#          < and > for a tag of HTML.
# Came:    strip-markdown, as its page tells one to use it, gives "5 \* 3 \* 2", "\#1", "\[тэмдэглэл]" and "\~10 кг": remark writes Markdown, and escapes.
#          remove-markdown makes "Үнэ 500₮ байна." of "Үнэ <1000₮ ба >500₮ байна.". Both delete "2024." at the start of a line and each number of a list. A line
#          behind four spaces is deleted by strip-markdown, and "~10 кг ба ~20 кг" loses its "~" (about) in remove-markdown.
# With:    strip-markdown 6.0.0, remark 15.0.1, remove-markdown 0.7.0; run on 2026-11-28.
# Matters: Answers of language models pass through these packages before they are spoken. A voice reads each backslash, the listener misses the year,
#          the price and the numbers of the steps, and nothing is raised. Compare the digits, and count the backslashes, before the text is sent.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund strip-markdown@6.0.0 remark@15.0.1 remove-markdown@0.7.0
cat >strip.mjs <<'JS'
import { remark } from "remark";
import removeMarkdown from "remove-markdown";
import strip from "strip-markdown";
const texts = [
  "**5 * 3 * 2** гэж бодов.",
  "#1 дугаар ирлээ.",
  "[тэмдэглэл] үгүй.",
  "~10 кг ба ~20 кг.",
  "Үнэ <1000₮ ба >500₮ байна.",
  "2024. Тэр жил ирлээ.",
  "1. Нэгдэх\n2. Хоёрдох",
  "    Зайтай мөр.",
];
const show = (text) => JSON.stringify(String(text).trimEnd()).replaceAll("\\\\", "\\");
for (const text of texts) {
  console.log(`${show(text)} -> strip-markdown ${show(await remark().use(strip).process(text))}, remove-markdown ${show(removeMarkdown(text))}`);
}
JS
node strip.mjs | tee seen
diff - seen <<'WANT'
"**5 * 3 * 2** гэж бодов." -> strip-markdown "5 \* 3 \* 2 гэж бодов.", remove-markdown "5 * 3 * 2 гэж бодов."
"#1 дугаар ирлээ." -> strip-markdown "\#1 дугаар ирлээ.", remove-markdown "#1 дугаар ирлээ."
"[тэмдэглэл] үгүй." -> strip-markdown "\[тэмдэглэл] үгүй.", remove-markdown "[тэмдэглэл] үгүй."
"~10 кг ба ~20 кг." -> strip-markdown "\~10 кг ба ~20 кг.", remove-markdown "10 кг ба 20 кг."
"Үнэ <1000₮ ба >500₮ байна." -> strip-markdown "Үнэ <1000₮ ба >500₮ байна.", remove-markdown "Үнэ 500₮ байна."
"2024. Тэр жил ирлээ." -> strip-markdown "Тэр жил ирлээ.", remove-markdown "Тэр жил ирлээ."
"1. Нэгдэх\n2. Хоёрдох" -> strip-markdown "Нэгдэх\n\nХоёрдох", remove-markdown "Нэгдэх\nХоёрдох"
"    Зайтай мөр." -> strip-markdown "", remove-markdown "    Зайтай мөр."
WANT
