#!/usr/bin/env bash
# npm's podcast and rss write type="false" for the sound of an episode, and feed writes type="image/mp3"
#
# Guess:   Makers of feeds write the enclosure of an episode with type="audio/mpeg" for .mp3, with and without a query behind it, as the addresses of kept files have; for .m4b with
#          a type of audio. Where they do not know one, they raise or leave the attribute out. podgen (Python) does so.
# Came:    podcast and rss write type="false" where a query follows, and for .m4b and .opus always. feed writes "audio/mp3" where the sound is given as audio, and "image/mp3" where it is
#          given as enclosure, which its type has, too; its feed in JSON has no sound at all. podgen is as guessed. Nothing is raised.
# With:    podcast 2.0.1, rss 1.2.2, feed 6.0.0 on Node 20.20, podgen 1.1.0; run on 2026-11-28.
# Matters: An app of podcasts takes the type to find the sound: an episode that was bought is a picture, or cannot be played. Give podcast and rss the type yourself
#          (enclosure.type), and read the written feed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check podgen==1.1.0
npm install --silent --no-package-lock --no-audit --no-fund podcast@2.0.1 rss@1.2.2 feed@6.0.0
cat >observe.cjs <<'JS'
const { Podcast } = require("podcast");
const RSS = require("rss");
const { Feed } = require("feed");

const date = new Date(0);
const head = { title: "Цуврал", description: "Яриа", id: "1", link: "https://example.mn", site_url: "https://example.mn", feed_url: "https://example.mn/feed", siteUrl: "https://example.mn", feedUrl: "https://example.mn/feed" };
const type = (xml) => xml.match(/<enclosure[^>]*/)?.[0].match(/ type="[^"]*"/)?.[0] ?? " no type";
for (const file of ["1.mp3", "1.mp3?signature=1", "1.m4b", "1.opus"]) {
  const url = `https://example.mn/${file}`;
  const item = { title: "Анги", guid: "1", id: "1", url: "https://example.mn/1", link: "https://example.mn/1", date };
  const podcast = new Podcast(head);
  podcast.addItem({ ...item, enclosure: { url, size: 9 } });
  const rss = new RSS(head);
  rss.item({ ...item, enclosure: { url, size: 9 } });
  const audio = new Feed(head);
  audio.addItem({ ...item, audio: { url, length: 9 } });
  const enclosure = new Feed(head);
  enclosure.addItem({ ...item, enclosure: { url, length: 9 } });
  console.log(`${file}: podcast${type(podcast.buildXml())}, rss${type(rss.xml())}, feed (audio)${type(audio.rss2())}, feed (enclosure)${type(enclosure.rss2())}, in JSON ${audio.json1().includes(".mp3") || enclosure.json1().includes(".mp3")}`);
}
const podcast = new Podcast(head);
podcast.addItem({ title: "Анги", date, enclosure: { url: "https://example.mn/1.mp3?signature=1", size: 9, type: "audio/mpeg" } });
console.log("podcast, told the type:", type(podcast.buildXml()));
JS
cat >observe.py <<'PY'
from podgen import Episode, Media, Podcast
import re
for file in ("1.mp3", "1.mp3?signature=1", "1.m4b", "1.opus"):
    try:
        episode = Episode(title="Анги", media=Media(f"https://example.mn/{file}", 9))
        podcast = Podcast(name="Цуврал", description="Яриа", website="https://example.mn", explicit=False, episodes=[episode])
        print(file, "podgen", re.search(r'<enclosure[^>]*( type="[^"]*")', podcast.rss_str())[1])
    except ValueError as error:
        print(file, "podgen raises", type(error).__name__)
PY
{ node observe.cjs; venv/bin/python -W ignore observe.py; } | tee seen
diff - seen <<'WANT'
1.mp3: podcast type="audio/mpeg", rss type="audio/mpeg", feed (audio) type="audio/mp3", feed (enclosure) type="image/mp3", in JSON false
1.mp3?signature=1: podcast type="false", rss type="false", feed (audio) type="audio/mp3", feed (enclosure) type="image/mp3", in JSON false
1.m4b: podcast type="false", rss type="false", feed (audio) type="audio/m4b", feed (enclosure) type="image/m4b", in JSON false
1.opus: podcast type="false", rss type="false", feed (audio) type="audio/opus", feed (enclosure) type="image/opus", in JSON false
podcast, told the type:  type="audio/mpeg"
1.mp3 podgen  type="audio/mpeg"
1.mp3?signature=1 podgen  type="audio/mpeg"
1.m4b podgen raises ValueError
1.opus podgen raises ValueError
WANT
