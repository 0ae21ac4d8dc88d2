#!/usr/bin/env bash
# jaudiotagger leaves one chapter of a book, without its name, when it changes the title, and mp3tag.js and browser-id3-writer leave none
#
# Guess:   An editor of ID3 keeps the frames that it does not know. A new title leaves the chapters (CHAP and CTOC) as they are in all but browser-id3-writer, whose page says that
#          it removes the old tag.
# Came:    jaudiotagger keeps the first chapter alone, and its name becomes "ch0". mp3tag.js keeps none: it reads the tag without its chapters, and writes what it has read. node-id3, eyeD3,
#          pytaglib, mutagen and mp3agic keep all. Nothing is raised.
# With:    jaudiotagger 3.0.1, mp3agic 0.9.1 (Maven), Java 17, mp3tag.js 3.16.0, browser-id3-writer 6.4.0, node-id3 0.2.9 on Node 20.20, eyeD3 0.9.9, pytaglib 3.2.0, mutagen 1.48.1,
#          ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0); run on 2026-11-28.
# Matters: A narration of one file has a chapter for each part. Who mends its title with such a program delivers a book that nobody can find a place in. Write chapters last, or take one
#          of the five others.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0 eyeD3==0.9.9 pytaglib==3.2.0 mutagen==1.48.1
npm install --silent --no-package-lock --no-audit --no-fund mp3tag.js@3.16.0 browser-id3-writer@6.4.0 node-id3@0.2.9
ffmpeg=$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>0</version>
  <dependencies>
    <dependency><groupId>com.mpatric</groupId><artifactId>mp3agic</artifactId><version>0.9.1</version></dependency>
    <dependency><groupId>net.jthink</groupId><artifactId>jaudiotagger</artifactId><version>3.0.1</version></dependency>
  </dependencies>
</project>
XML
mvn --quiet --batch-mode dependency:build-classpath -Dmdep.outputFile=classpath >&2
cat >chapters.txt <<'TXT'
;FFMETADATA1
title=Ном
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1000
title=Нэгдүгээр бүлэг
[CHAPTER]
TIMEBASE=1/1000
START=1000
END=2000
title=Хоёрдугаар бүлэг
TXT
"$ffmpeg" -v error -f lavfi -i sine=d=2:r=24000 -i chapters.txt -map_metadata 1 -map_chapters 1 -id3v2_version 3 book.mp3
for name in jaudiotagger mp3agic mp3tag.js browser-id3-writer node-id3 eyeD3 pytaglib mutagen; do cp book.mp3 "$name.mp3"; done
cat >Change.java <<'JAVA'
import java.io.File;

public class Change {
  public static void main(String[] arguments) throws Exception {
    java.util.logging.LogManager.getLogManager().reset();
    var file = org.jaudiotagger.audio.AudioFileIO.read(new File("jaudiotagger.mp3"));
    file.getTag().setField(org.jaudiotagger.tag.FieldKey.TITLE, "Шинэ нэр");
    file.commit();
    var mp3 = new com.mpatric.mp3agic.Mp3File("book.mp3");
    mp3.getId3v2Tag().setTitle("Шинэ нэр");
    mp3.save("mp3agic.mp3");
  }
}
JAVA
cat >change.cjs <<'JS'
const { readFileSync, writeFileSync } = require("node:fs");
const MP3Tag = require("mp3tag.js");
const nodeId3 = require("node-id3");

const read = () => Uint8Array.from(readFileSync("book.mp3")).buffer;
const tag = new MP3Tag(read());
tag.read();
tag.tags.title = "Шинэ нэр";
tag.save();
writeFileSync("mp3tag.js.mp3", Buffer.from(tag.buffer));
nodeId3.update({ title: "Шинэ нэр" }, "node-id3.mp3");
import("browser-id3-writer").then(({ ID3Writer }) => {
  const writer = new ID3Writer(read());
  writer.setFrame("TIT2", "Шинэ нэр");
  writer.addTag();
  writeFileSync("browser-id3-writer.mp3", Buffer.from(writer.arrayBuffer));
});
JS
cat >change.py <<'PY'
import eyed3
import taglib
from mutagen.easyid3 import EasyID3

file = eyed3.load("eyeD3.mp3")
file.tag.title = "Шинэ нэр"
file.tag.save()
with taglib.File("pytaglib.mp3", save_on_exit=True) as song:
    song.tags["TITLE"] = ["Шинэ нэр"]
tags = EasyID3("mutagen.mp3")
tags["title"] = "Шинэ нэр"
tags.save()
PY
java -cp "$(cat classpath)" Change.java >&2
node change.cjs
venv/bin/python -W ignore change.py
for name in book jaudiotagger mp3tag.js browser-id3-writer node-id3 eyeD3 pytaglib mutagen mp3agic; do
  "$ffmpeg" -v error -y -i "$name.mp3" -f ffmetadata metadata.txt
  chapters=$(sed -n "/CHAPTER/,\$s/^title=//p" metadata.txt | paste -sd,)
  echo "$name: $(grep -m1 -o 'title=.*' metadata.txt), chapters: ${chapters:-none}"
done | tee seen
diff - seen <<'WANT'
book: title=Ном, chapters: Нэгдүгээр бүлэг,Хоёрдугаар бүлэг
jaudiotagger: title=Шинэ нэр, chapters: ch0
mp3tag.js: title=Шинэ нэр, chapters: none
browser-id3-writer: title=Шинэ нэр, chapters: none
node-id3: title=Шинэ нэр, chapters: Нэгдүгээр бүлэг,Хоёрдугаар бүлэг
eyeD3: title=Шинэ нэр, chapters: Нэгдүгээр бүлэг,Хоёрдугаар бүлэг
pytaglib: title=Шинэ нэр, chapters: Нэгдүгээр бүлэг,Хоёрдугаар бүлэг
mutagen: title=Шинэ нэр, chapters: Нэгдүгээр бүлэг,Хоёрдугаар бүлэг
mp3agic: title=﻿Шинэ нэр, chapters: Нэгдүгээр бүлэг,Хоёрдугаар бүлэг
WANT
