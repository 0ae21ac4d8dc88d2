#!/usr/bin/env bash
# epub4j makes a mute EPUB 2 of a talking book when it changes the title
#
# Guess:   Reading a book with media overlays, setting its title and writing it changes the title alone: each chapter names its SMIL, the book has its length, and its version is 3.0.
# Came:    The written book is EPUB 2.0. No chapter names its SMIL, so no reader plays the sound, and the length of the chapter is gone. The SMIL and the sound are still in the file. The page of
#          navigation is an ordinary page. EbookLib keeps the SMIL, lengths and version. Nothing is raised.
# With:    epub4j-core 4.2.2 (Maven), Java 17, EbookLib 0.20, Python 3.11; run on 2026-11-29.
# Matters: A narration with its text is delivered as EPUB 3 with media overlays. Who mends its title in a program of Java delivers silence of the same size. Write the OPF with a library of XML, or
#          take EbookLib and set the languages again.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check EbookLib==0.20
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>0</version>
  <dependencies>
    <dependency><groupId>io.documentnode</groupId><artifactId>epub4j-core</artifactId><version>4.2.2</version></dependency>
  </dependencies>
</project>
XML
mvn --quiet --batch-mode dependency:build-classpath -Dmdep.outputFile=classpath >&2
cat >make.py <<'PY'
import zipfile

files = {
    "META-INF/container.xml": '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
    "EPUB/package.opf": """<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="mn">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:uuid:1</dc:identifier><dc:title>Ном</dc:title><dc:language>mn</dc:language>
<meta property="dcterms:modified">2026-11-28T00:00:00Z</meta>
<meta property="media:duration" refines="#chapter-1-sound">0:00:02</meta><meta property="media:duration">0:00:02</meta></metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="chapter-1" href="chapter-1.xhtml" media-type="application/xhtml+xml" media-overlay="chapter-1-sound"/>
<item id="chapter-1-sound" href="chapter-1.smil" media-type="application/smil+xml"/>
<item id="sound" href="chapter-1.mp3" media-type="audio/mpeg"/></manifest>
<spine><itemref idref="chapter-1"/></spine></package>""",
    "EPUB/nav.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" xml:lang="mn"><head><title>Ном</title></head><body><nav epub:type="toc"><ol><li><a href="chapter-1.xhtml">Нэг</a></li></ol></nav></body></html>',
    "EPUB/chapter-1.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="mn"><head><title>Нэг</title></head><body><p id="s1">Сайн байна уу?</p></body></html>',
    "EPUB/chapter-1.smil": '<smil xmlns="http://www.w3.org/ns/SMIL" version="3.0"><body><par id="p1"><text src="chapter-1.xhtml#s1"/><audio src="chapter-1.mp3" clipBegin="0s" clipEnd="2s"/></par></body></smil>',
}
with zipfile.ZipFile("book.epub", "w") as book:
    book.writestr("mimetype", "application/epub+zip")
    for name, text in files.items():
        book.writestr(name, '<?xml version="1.0" encoding="utf-8"?>\n' + text)
    book.writestr("EPUB/chapter-1.mp3", b"\xff\xfb\x90\x00" + bytes(100))
PY
cat >Change.java <<'JAVA'
import io.documentnode.epub4j.epub.EpubReader;
import io.documentnode.epub4j.epub.EpubWriter;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.util.ArrayList;
import java.util.List;

public class Change {
  public static void main(String[] arguments) throws Exception {
    var book = new EpubReader().readEpub(new FileInputStream("book.epub"));
    book.getMetadata().setTitles(new ArrayList<>(List.of("Шинэ нэр")));
    new EpubWriter().write(book, new FileOutputStream("epub4j.epub"));
  }
}
JAVA
cat >change.py <<'PY'
from ebooklib import epub

book = epub.read_epub("book.epub")
book.set_unique_metadata("DC", "title", "Шинэ нэр")
epub.write_epub("EbookLib.epub", book)
PY
cat >look.py <<'PY'
import sys
import xml.etree.ElementTree as tree
import zipfile

opf = "{http://www.idpf.org/2007/opf}"
for name in sys.argv[1:]:
    with zipfile.ZipFile(f"{name}.epub") as book:
        package = tree.fromstring(book.read(next(file for file in book.namelist() if file.endswith(".opf"))))
        sounds = sum(file.endswith((".smil", ".mp3")) for file in book.namelist())
    items = {item.get("href"): item for item in package.iter(f"{opf}item")}
    lengths = sum(meta.get("property") == "media:duration" for meta in package.iter() if meta.tag.endswith("meta"))
    print(
        f"{name}: {next(package.iter('{http://purl.org/dc/elements/1.1/}title')).text}, EPUB {package.get('version')},",
        f"SMIL of the chapter {items['chapter-1.xhtml'].get('media-overlay')}, lengths {lengths}, files of sound {sounds}, nav {items['nav.xhtml'].get('properties')}",
    )
PY
python3 make.py
java -cp "$(cat classpath)" Change.java >&2 2>/dev/null
venv/bin/python -W ignore change.py
python3 look.py book epub4j EbookLib | tee seen
diff - seen <<'WANT'
book: Ном, EPUB 3.0, SMIL of the chapter chapter-1-sound, lengths 2, files of sound 2, nav nav
epub4j: Шинэ нэр, EPUB 2.0, SMIL of the chapter None, lengths 1, files of sound 2, nav None
EbookLib: Шинэ нэр, EPUB 3.0, SMIL of the chapter chapter-1-sound, lengths 2, files of sound 2, nav nav
WANT
