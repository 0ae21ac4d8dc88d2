#!/usr/bin/env bash
# goose3, unfluff and justext find nothing in a page of Mongolian news, and raise nothing
#
# Guess:   A page with an <article> of three long paragraphs is read by each extractor of articles. Those that count stop words have none of Mongolian, and go by the
#          length of the paragraphs then.
# Came:    goose3, unfluff, and justext with each of its lists, answer an empty text, and raise nothing. The same page with three English paragraphs they read. newspaper4k,
#          which counts stop words, too, trafilatura, readability-lxml and Mozilla's Readability read both.
# With:    goose3 3.1.22, justext 3.0.2, newspaper4k 0.9.6, trafilatura 2.3.1, readability-lxml 0.9, unfluff 3.2.0, @mozilla/readability 0.6.0 with jsdom 26.1.0;
#          run on 2026-11-28 on Node 20.20.
# Matters: Programs that read news aloud take the text from a page with such a package. The listener hears the title alone, or nothing, and the program succeeds. Take
#          trafilatura or Readability, and refuse an article without a text.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check --upgrade pip==25.3
venv/bin/pip -q install --disable-pip-version-check goose3==3.1.22 justext==3.0.2 newspaper4k==0.9.6 trafilatura==2.3.1 readability-lxml==0.9
npm install --silent --no-package-lock --no-audit --no-fund unfluff@3.2.0 @mozilla/readability@0.6.0 jsdom@26.1.0
cat >pages.py <<'PY'
MONGOLIAN = [
    "Өнөөдөр өглөө Улаанбаатар хотод энэ намрын анхны цас орж, зам тээврийн хөдөлгөөнд саад учрууллаа. Цаг уурын албаныхны мэдээлснээр цас үдээс хойш зогсох бөгөөд маргааш дахин үргэлжлэх магадлалтай байна.",
    "Хотын захиргаа иргэдийг нийтийн тээврээр зорчихыг уриалж, гол замуудыг цэвэрлэх ажилд хоёр зуун машин техник гаргажээ. Жолооч нар хурдаа хасаж, зай барьж явах шаардлагатай гэж замын цагдаагийн газраас анхааруулав.",
    "Эмч нар хальтиргаанаас сэргийлж, дулаан хувцаслахыг зөвлөж байна. Өнгөрсөн жил мөн үед хальтирч бэртсэн хүний тоо ердийнхөөс гурав дахин өссөн гэсэн тоо баримт бий.",
]
ENGLISH = [
    "This morning the first snow of the autumn fell on the city, and it was a trouble for the traffic on the roads. The weather service says that the snow will stop in the afternoon and that it is likely to go on tomorrow.",
    "The city asks all of its people to go by bus, and it has sent two hundred machines to clear the main roads. Drivers should be slow and keep their distance, as the police of the roads have told them this morning.",
    "Doctors advise people to wear warm clothes and to be careful on the ice. In the last year the number of those who fell and were hurt at this time was three times as high as it is in other months.",
]
for name, language, title, paragraphs in (("mn", "mn", "Анхны цас орлоо", MONGOLIAN), ("en", "en", "The first snow has come", ENGLISH)):
    article = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    with open(f"{name}.html", "w") as file:
        file.write(f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head><body><article><h1>{title}</h1>{article}</article></body></html>')
PY
python3 pages.py
cat >extract.py <<'PY'
import logging
import justext, newspaper, readability, trafilatura
from goose3 import Goose
from pages import ENGLISH, MONGOLIAN

def with_newspaper(html):
    article = newspaper.Article("http://news.example/a")
    article.download(input_html=html)
    article.parse()
    return article.text

def with_justext(html):
    found = [[p.text for p in justext.justext(html.encode(), justext.get_stoplist(name)) if not p.is_boilerplate] for name in justext.get_stoplists()]
    return max(map("\n".join, found), key=len)

for name, extract in {
    "goose3": lambda html: Goose().extract(raw_html=html).cleaned_text,
    "justext": with_justext,
    "newspaper4k": with_newspaper,
    "trafilatura": trafilatura.extract,
    "readability-lxml": lambda html: readability.Document(html).summary(),
}.items():
    seen = []
    for page, paragraphs in (("mn", MONGOLIAN), ("en", ENGLISH)):
        text = extract(open(f"{page}.html").read()) or ""
        seen.append(f"{sum(paragraph in text for paragraph in paragraphs)} of 3" if text else "an empty text")
    print(f"{name}: Mongolian {seen[0]}, English {seen[1]}")
PY
venv/bin/python extract.py 2>/dev/null | tee seen
cat >extract.mjs <<'JS'
import { readFileSync } from "node:fs";
import { Readability } from "@mozilla/readability";
import { JSDOM } from "jsdom";
import unfluff from "unfluff";
const extractors = {
  unfluff: (html) => unfluff(html).text,
  "@mozilla/readability": (html) => new Readability(new JSDOM(html).window.document).parse()?.textContent ?? "",
};
for (const [name, extract] of Object.entries(extractors)) {
  const [mongolian, english] = ["mn", "en"].map((page) => {
    const html = readFileSync(`${page}.html`, "utf8");
    const text = extract(html);
    const paragraphs = [...html.matchAll(/<p>(.*?)<\/p>/g)].map(([, paragraph]) => paragraph);
    return text === "" ? "an empty text" : `${paragraphs.filter((paragraph) => text.includes(paragraph)).length} of 3`;
  });
  console.log(`${name}: Mongolian ${mongolian}, English ${english}`);
}
JS
node extract.mjs | tee -a seen
diff - seen <<'WANT'
goose3: Mongolian an empty text, English 3 of 3
justext: Mongolian an empty text, English 3 of 3
newspaper4k: Mongolian 3 of 3, English 3 of 3
trafilatura: Mongolian 3 of 3, English 3 of 3
readability-lxml: Mongolian 3 of 3, English 3 of 3
unfluff: Mongolian an empty text, English 3 of 3
@mozilla/readability: Mongolian 3 of 3, English 3 of 3
WANT
