#!/usr/bin/env bash
# pylrc and lrc-kit write a line of 3.05 s as 3.50 s, and pylrc reads no line behind the first hour
#
# Guess:   Both read the times of an LRC file and write the same times. Minutes have as many digits as they need, so that a book of two hours has lines such as
#          "[123:45.00]".
# Came:    Both write [00:03.05] as [00:03.50]: the zero before the hundredths is gone, and so it is with each line whose hundredths are below ten. They read it right.
#          pylrc leaves out each line from [60:00.00] on. lrc-kit reads and writes these. Nothing is raised.
# With:    pylrc 0.1.2, lrc-kit 1.2.1 on Node 20.20; run on 2026-11-28.
# Matters: LRC is what music players show beside speech. A file that such a program has shifted, or given a title, has one line in ten up to 0.8 s late, and a book ends
#          after an hour. Read the written file again and compare the times, or deliver WebVTT.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check pylrc==0.1.2
npm install --silent --no-package-lock --no-audit --no-fund lrc-kit@1.2.1
printf '[00:03.05]Нэг\n[00:03.50]Хоёр\n[59:59.90]Гурав\n[60:00.00]Дөрөв\n[75:12.50]Тав\n[123:45.00]Зургаа\n' >book.lrc
venv/bin/python - <<'PY' | tee seen
import pylrc
book = pylrc.parse(open("book.lrc").read())
print("pylrc reads", [line.time for line in book])
print("pylrc writes", book.toLRC().split())
PY
cat >read.mjs <<'JS'
import { readFileSync } from "node:fs";
import * as kit from "lrc-kit";
const book = (kit.Lrc ?? kit.default.Lrc).parse(readFileSync("book.lrc", "utf8"));
console.log("lrc-kit reads", book.lyrics.map((line) => line.timestamp).join(" "));
console.log("lrc-kit writes", book.toString().trim().split(/\s+/).join(" "));
JS
node read.mjs | tee -a seen
diff - seen <<'WANT'
pylrc reads [3.05, 3.5, 3599.9]
pylrc writes ['[00:03.50]Нэг', '[00:03.50]Хоёр', '[59:59.90]Гурав']
lrc-kit reads 3.05 3.5 3599.9 3600 4512.5 7425
lrc-kit writes [00:03.50]Нэг [00:03.50]Хоёр [59:59.90]Гурав [60:00.00]Дөрөв [75:12.50]Тав [123:45.00]Зургаа
WANT
