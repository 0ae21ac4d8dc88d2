#!/usr/bin/env bash
# dayjs writes "5м" for "in five minutes" and for "five minutes ago" in Mongolian: to a voice both are five metres
#
# Guess:   moment, dayjs and date-fns have a Mongolian locale with the same words: "5 минутын дараа" (in five minutes) and "5 минутын өмнө" (five minutes ago).
# Came:    moment and date-fns have. dayjs writes "5м", "3ц", "5ө" and "2с", and the same for the past as for the future; what is to begin in 30 seconds was
#          "саяхан" (lately). It raises nothing.
# With:    dayjs 1.11.23, moment 2.31.0, date-fns 4.4.0; run on 2026-11-28.
# Matters: Programs put such words into announcements. A voice says "таван метр" or a letter, nobody knows whether the bus has left or is to come, and each
#          announcement is paid for. Take date-fns or moment for Mongolian, or give dayjs the words with updateLocale.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund dayjs@1.11.23 moment@2.31.0 date-fns@4.4.0
cat >say.mjs <<'JS'
import { formatDistance } from "date-fns";
import { mn } from "date-fns/locale";
import dayjs from "dayjs";
import "dayjs/locale/mn.js";
import relativeTime from "dayjs/plugin/relativeTime.js";
import moment from "moment";
import "moment/locale/mn.js";
dayjs.extend(relativeTime);
dayjs.locale("mn");
moment.locale("mn");
const now = new Date(2026, 10, 28, 12);
const minute = 60_000;
for (const [name, distance] of [["30 s", minute / 2], ["5 min", 5 * minute], ["3 h", 180 * minute], ["5 d", 7_200 * minute], ["2 months", 61 * 1_440 * minute]]) {
  for (const [direction, ms] of [["in", distance], ["ago", -distance]]) {
    const then = new Date(now.getTime() + ms);
    console.log(`${name} ${direction}: dayjs "${dayjs(then).from(now)}", moment "${moment(then).from(now)}", date-fns "${formatDistance(then, now, { locale: mn, addSuffix: true })}"`);
  }
}
JS
TZ=UTC node say.mjs | tee seen
diff - seen <<'WANT'
30 s in: dayjs "саяхан", moment "хэдхэн секундын дараа", date-fns "1 минутын дараа"
30 s ago: dayjs "саяхан", moment "хэдхэн секундын өмнө", date-fns "1 минутын өмнө"
5 min in: dayjs "5м", moment "5 минутын дараа", date-fns "5 минутын дараа"
5 min ago: dayjs "5м", moment "5 минутын өмнө", date-fns "5 минутын өмнө"
3 h in: dayjs "3ц", moment "3 цагийн дараа", date-fns "ойролцоогоор 3 цагийн дараа"
3 h ago: dayjs "3ц", moment "3 цагийн өмнө", date-fns "ойролцоогоор 3 цагийн өмнө"
5 d in: dayjs "5ө", moment "5 өдрийн дараа", date-fns "5 өдрийн дараа"
5 d ago: dayjs "5ө", moment "5 өдрийн өмнө", date-fns "5 өдрийн өмнө"
2 months in: dayjs "2с", moment "2 сарын дараа", date-fns "2 сарын дараа"
2 months ago: dayjs "2с", moment "2 сарын өмнө", date-fns "2 сарын өмнө"
WANT
