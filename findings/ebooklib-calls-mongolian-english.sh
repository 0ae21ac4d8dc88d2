#!/usr/bin/env bash
# EbookLib calls the chapters of a Mongolian book English once it has read and written the book
#
# Guess:   A book with media overlays (SMIL) that is read and written again keeps its overlays, or loses them; each chapter keeps its own head: its language, title and style sheet.
# Came:    The overlays are kept, with their lengths and the narrator. Each chapter has lang="en" xml:lang="en" in place of "mn", although the package of the book still says mn, and its head
#          is empty: the title and the style sheet that shows the spoken sentence are gone. Nothing is raised.
# With:    EbookLib 0.20 (Python); run on 2026-11-28.
# Matters: A reader of screens takes an English voice for Mongolian text, and the sentence that is spoken is not marked any more. Programs add bought speech to a book in this way. Set
#          item.lang = "mn" and add_link() on each chapter before write_epub.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check EbookLib==0.20
cat >observe.py <<'PY'
import re
import zipfile
from ebooklib import epub

files = {
    "META-INF/container.xml": """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>""",
    "EPUB/package.opf": """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="mn">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:uuid:1</dc:identifier><dc:title>Ном</dc:title><dc:language>mn</dc:language>
<meta property="dcterms:modified">2026-11-28T00:00:00Z</meta><meta property="media:duration">0:00:02.000</meta>
<meta property="media:duration" refines="#overlay">0:00:02.000</meta><meta property="media:active-class">spoken</meta></metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="chapter" href="chapter.xhtml" media-type="application/xhtml+xml" media-overlay="overlay"/>
<item id="overlay" href="chapter.smil" media-type="application/smil+xml"/><item id="style" href="style.css" media-type="text/css"/>
<item id="sound" href="chapter.mp3" media-type="audio/mpeg"/></manifest><spine><itemref idref="chapter"/></spine></package>""",
    "EPUB/nav.xhtml": """<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="mn" xml:lang="mn"><head><title>Ном</title></head>
<body><nav epub:type="toc"><ol><li><a href="chapter.xhtml">Нэг</a></li></ol></nav></body></html>""",
    "EPUB/chapter.xhtml": """<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" lang="mn" xml:lang="mn"><head><title>Нэгдүгээр бүлэг</title><link rel="stylesheet" href="style.css"/></head>
<body><p id="s1">Сайн байна уу?</p><p id="s2">Баяртай.</p></body></html>""",
    "EPUB/chapter.smil": """<?xml version="1.0" encoding="UTF-8"?>
<smil xmlns="http://www.w3.org/ns/SMIL" version="3.0"><body>
<par><text src="chapter.xhtml#s1"/><audio src="chapter.mp3" clipBegin="0s" clipEnd="1s"/></par>
<par><text src="chapter.xhtml#s2"/><audio src="chapter.mp3" clipBegin="1s" clipEnd="2s"/></par></body></smil>""",
    "EPUB/style.css": ".spoken { background: yellow }",
    "EPUB/chapter.mp3": b"sound",
}
with zipfile.ZipFile("in.epub", "w") as book:
    book.writestr("mimetype", "application/epub+zip")
    for name, content in files.items():
        book.writestr(name, content)

def show(name, book):
    with zipfile.ZipFile(book) as archive:
        chapter = archive.read("EPUB/chapter.xhtml").decode()
        package = archive.read(next(n for n in archive.namelist() if n.endswith(".opf"))).decode()
    print(f"{name}: chapter", *re.findall(r'(?:xml:)?lang="[^"]*"', chapter), "| title", "Нэгдүгээр" in chapter, "| style sheet", "style.css" in chapter,
          "| book", re.search(r"<dc:language>(.*?)<", package)[1], "| overlay", 'media-overlay="overlay"' in package, package.count("0:00:02.000"))

show("as it was", "in.epub")
book = epub.read_epub("in.epub")
epub.write_epub("out.epub", book)
show("read and written", "out.epub")
for item in book.get_items():
    if item.get_name() == "chapter.xhtml":
        item.lang = "mn"
        item.add_link(href="style.css", rel="stylesheet", type="text/css")
epub.write_epub("told.epub", book)
show("told", "told.epub")
PY
venv/bin/python -W ignore observe.py | tee seen
diff - seen <<'WANT'
as it was: chapter lang="mn" xml:lang="mn" | title True | style sheet True | book mn | overlay True 2
read and written: chapter lang="en" xml:lang="en" | title False | style sheet False | book mn | overlay True 2
told: chapter lang="mn" xml:lang="mn" | title False | style sheet True | book mn | overlay True 2
WANT
