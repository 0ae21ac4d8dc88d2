import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { checkText, type FindingKind, repairText } from "../../src/text/mod.ts";
import { declaration } from "./support.ts";

/** A text, and of each finding its kind, what stands there, and the suggestion. */
type Case = [text: string, ...findings: [FindingKind, excerpt: string, suggestion?: string][]];

const CASES: Readonly<Record<string, readonly Case[]>> = {
  "Latin and Greek look-alikes in Cyrillic words": [
    ["Мoнгол", ["latin-letter", "Мoнгол", "Монгол"]],
    ["Caйн бaйнa yу?", ["latin-letter", "Caйн", "Сайн"], ["latin-letter", "бaйнa", "байна"], [
      "latin-letter",
      "yу",
      "уу",
    ]],
    ["cурaлцаx", ["latin-letter", "cурaлцаx", "суралцах"]],
    ["AБBГCEHЖ KMOРPTX", ["latin-letter", "AБBГCEHЖ", "АБВГСЕНЖ"], [
      "latin-letter",
      "KMOРPTX",
      "КМОРРТХ",
    ]],
    ["kино mал tоо", ["latin-letter", "kино", "кино"], ["latin-letter", "mал", "мал"], [
      "latin-letter",
      "tоо",
      "тоо",
    ]],
    ["Μонгοл", ["latin-letter", "Μонгοл", "Монгол"]],
  ],
  "Latin letters that stand for one of two, by vowel harmony and place": [
    ["сургyyль", ["latin-letter", "сургyyль", "сургууль"]],
    ["эрyyл", ["latin-letter", "эрyyл", "эрүүл"]],
    ["тYYх", ["latin-letter", "тYYх", "түүх"]],
    ["хэbлэл", ["latin-letter", "хэbлэл", "хэвлэл"]],
    ["хyн", ["latin-letter", "хyн"]],
    ["HYБ, YИХ, MYИС, ЗYЙ", ["latin-letter", "HYБ", "НҮБ"], ["latin-letter", "YИХ", "УИХ"], [
      "latin-letter",
      "MYИС",
      "МУИС",
    ], ["latin-letter", "ЗYЙ"]],
    ["тавb", ["latin-letter", "тавb"]],
    ["hүн", ["latin-letter", "hүн"]],
  ],
  "Cyrillic look-alikes in Latin words": [
    ["ТV үзэв, СV бичив, ҮР дүн, VР дүн", ["latin-letter", "ТV", "TV"], [
      "latin-letter",
      "СV",
      "CV",
    ], ["letter-substitute", "VР", "ҮР"]],
    ["ХІХ зуун, ІІ дайн, ХХI зуун", ["latin-letter", "ХІХ", "XIX"], ["latin-letter", "ІІ", "II"], [
      "latin-letter",
      "ХХI",
      "XXI",
    ]],
    ["Ісус", ["foreign-letter", "Ісус"]],
    ["Fаcebооk нь", ["latin-letter", "Fаcebооk", "Facebook"]],
  ],
  "stand-ins for ө and ү": [
    ["хїн тєрєлхтєн", ["letter-substitute", "хїн", "хүн"], [
      "letter-substitute",
      "тєрєлхтєн",
      "төрөлхтөн",
    ]],
    ["Vитамин", ["letter-substitute", "Vитамин"]],
    ["Єндєр Їг", ["letter-substitute", "Єндєр", "Өндөр"], ["letter-substitute", "Їг", "Үг"]],
    ["тvvх Vг тVVх", ["letter-substitute", "тvvх", "түүх"], ["letter-substitute", "Vг", "Үг"], [
      "letter-substitute",
      "тVVх",
      "түүх",
    ]],
    ["ѳдѳр Ѳдѳр", ["letter-substitute", "ѳдѳр", "өдөр"], ["letter-substitute", "Ѳдѳр", "Өдөр"]],
    ["θдθр ɵдɵр", ["letter-substitute", "θдθр", "өдөр"], ["letter-substitute", "ɵдɵр", "өдөр"]],
    ["Өвөrхангай өдöр øдøр", ["mixed-scripts", "Өвөrхангай"], [
      "letter-substitute",
      "өдöр",
      "өдөр",
    ], ["letter-substitute", "øдøр", "өдөр"]],
    [
      "түüх тÿÿх тγγх хųн",
      ["letter-substitute", "түüх", "түүх"],
      [
        "letter-substitute",
        "тÿÿх",
        "түүх",
      ],
      ["letter-substitute", "тγγх", "түүх"],
      ["letter-substitute", "хųн", "хүн"],
    ],
    // Ukrainian: no ү follows these vowels in Mongolian.
    ["Україна Київ", ["letter-substitute", "Україна"], ["letter-substitute", "Київ"]],
  ],
  "letters of other languages and words of two scripts": [
    ["Қазақ", ["foreign-letter", "Қазақ"]],
    ["Facebookийн", ["mixed-scripts", "Facebookийн"]],
  ],
  "letters in two characters": [
    ["сайн".normalize("NFD"), ["decomposed-letter", "сайн".normalize("NFD"), "сайн"]],
  ],
  "the traditional script": [
    ["Энэ ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ\u202fᠦᠨ үг", ["traditional-script", "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ\u202fᠦᠨ"]],
    ["сайнᠮᠣ", ["traditional-script", "ᠮᠣ"]],
    ["ᠮᠣᠩᠭᠣᠯ", ["traditional-script", "ᠮᠣᠩᠭᠣᠯ"]],
  ],
  "text without Cyrillic, and without anything to say": [
    ["Sain baina uu", ["no-cyrillic", "Sain baina uu"]],
    ["你好", ["no-cyrillic", "你好"]],
    ["", ["nothing-to-say", ""]],
    ["…!", ["nothing-to-say", "…!"]],
    ["1990"],
  ],
  "characters that nobody sees": [
    ["Мон\u00adгол\u200b", ["invisible-character", "\u00ad", ""], [
      "invisible-character",
      "\u200b",
      "",
    ]],
    ["\ufeffСайн\u202e", ["invisible-character", "\ufeff", ""], [
      "invisible-character",
      "\u202e",
      "",
    ]],
    ["Мон\u034fгол\u3164", ["invisible-character", "\u034f", ""], [
      "invisible-character",
      "\u3164",
      "",
    ]],
    ["а\0б\x1b", ["control-character", "\0", ""], ["control-character", "\x1b", ""]],
    ["а\vб\x85в", ["control-character", "\v", "\n"], ["control-character", "\x85", "\n"]],
  ],
  "what a lost encoding left": [
    ["х?н", ["damaged-character", "?"]],
    ["х\ufffdн", ["damaged-character", "\ufffd"]],
    ["а\ud800 б\udc00", ["damaged-character", "\ud800", ""], ["damaged-character", "\udc00", ""]],
    ["\ue000 а", ["damaged-character", "\ue000"]],
  ],
  "emoji": [
    ["Сайн 👨‍👩‍👧👍🏽 🇲🇳 5️⃣ ❤️ ☎", ["emoji", "👨‍👩‍👧👍🏽", ""], ["emoji", "🇲🇳", ""], ["emoji", "5️⃣", ""], [
      "emoji",
      "❤️",
      "",
    ], ["emoji", "☎", ""]],
  ],
  "Latin initials and abbreviations": [
    ["Д.H. Бат", ["latin-letter", "H", "Н"]],
    ["M. Баяр ирэв. X. Дорж явав, P. Бат", ["latin-letter", "M", "М"], ["latin-letter", "X", "Х"], [
      "latin-letter",
      "P",
      "Р",
    ]],
    ["M.Баяр ирэв.", ["latin-letter", "M", "М"]],
    ["ДАРГА M.ЭНХБОЛД", ["latin-letter", "M", "М"]],
    ["Д.H. БАТ", ["latin-letter", "H", "Н"]],
    ["Б.M.Баяр, C.B.Дорж", ["latin-letter", "M", "М"], ["latin-letter", "C", "С"], [
      "latin-letter",
      "B",
      "В",
    ]],
    ["гишүүн M. Баяр", ["latin-letter", "M", "М"]],
    ["Y.Бат, J.Бат", ["latin-letter", "Y"], ["latin-letter", "J"]],
    ["Хүрд XXK-ийн, AHY, OXY", ["latin-letter", "XXK", "ХХК"], ["latin-letter", "AHY", "АНУ"], [
      "latin-letter",
      "OXY",
      "ОХУ",
    ]],
    ["Витамин C. Энэ нь A. Тийм, XX. Бүлэг, ATM-ийн, XXI зуун, H.264 формат."],
  ],
  "signs of Markdown": [
    ["**Тод** үг", ["markdown", "**", ""], ["markdown", "**", ""]],
    ["# Гарчиг\n\nЭхлэл.", ["markdown", "# ", ""]],
    ["### Гарчиг ##", ["markdown", "### ", ""], ["markdown", " ##", ""]],
    ["> ишлэл", ["markdown", "> ", ""]],
    ["* нэг\n+ хоёр\n- гурав", ["markdown", "* ", "- "], ["markdown", "+ ", "- "]],
    ["- [x] болсон", ["markdown", "[x] ", ""]],
    ["`код` үг", ["markdown", "\`", ""], ["markdown", "\`", ""]],
    ["Гарчиг\n===\nБичвэр", ["markdown", "===", ""]],
    ['[энд](https://a.mn/x_(y) "нэр")', ["markdown", "[", ""], [
      "markdown",
      '](https://a.mn/x_(y) "нэр")',
      "",
    ]],
    ["![зураг](a.png)", ["markdown", "![", ""], ["markdown", "](a.png)", ""]],
    ["үг[^1]", ["markdown", "[^1]", ""]],
    ["\\*од\\*", ["markdown", "\\*", "*"], ["markdown", "\\*", "*"]],
    ["| а | б |\n|---|---|", ["markdown", "| ", ""], ["markdown", " | ", ", "], [
      "markdown",
      " |",
      ".",
    ], ["markdown", "|---|---|", ""]],
    ["**Тод үг", ["markdown", "**", ""]],
    // What plain text holds, too.
    ["- нэг\n– хоёр\n1. гурав\n\n* * *\n\n5 * 3, 5*3*2, үнэ*, а_б_в, __________, [1], (2), x**н, 5 < 7 > 3"],
  ],
  "blocks of code as a whole, and only the fences around prose": [
    ["а\n\`\`\`js\nx = 'Сайн'\n\`\`\`", ["markdown", "\`\`\`js\nx = 'Сайн'\n\`\`\`", ""]],
    ["\`\`\`\n**Сайн** уу\n\`\`\`", ["markdown", "\`\`\`\n", ""], ["markdown", "\`\`\`", ""]],
  ],
  "character references": [
    ["Ном &mdash; гэр &nbsp;ба &amp;", ["entity", "&mdash;", "—"], ["entity", "&nbsp;", "\u00a0"], [
      "entity",
      "&amp;",
      "&",
    ]],
    [
      "а &#8212; &#x2014; &#X2014; &#151; &laquo",
      ["entity", "&#8212;", "—"],
      [
        "entity",
        "&#x2014;",
        "—",
      ],
      ["entity", "&#X2014;", "—"],
      ["entity", "&#151;", "—"],
      ["entity", "&laquo", "«"],
    ],
    ["а &amp;amp;mdash;", ["entity", "&amp;amp;mdash;", "—"]],
    ["а &tugrik; &#0; &#xD800;", ["entity", "&tugrik;"], ["entity", "&#0;"], [
      "entity",
      "&#xD800;",
    ]],
    ["АНУ & ОХУ, R&D, a&b=c; AT&T;"],
  ],
  "tags": [
    ["<p>Сайн байна уу?</p>", ["tag", "<p>", ""], ["tag", "</p>", ""]],
    ["Нэг.<br/>Хоёр.", ["tag", "<br/>", "\n"]],
    ['а <a href="b > c">г</a>', ["tag", '<a href="b > c">', ""], ["tag", "</a>", ""]],
    ["а<!-- б -->в", ["tag", "<!-- б -->", ""]],
    ["<script>x<y</script>а", ["tag", "<script>x<y</script>", ""]],
    [
      "<!DOCTYPE html>\n<ul><li>а</li><li>б</li></ul>",
      [
        "tag",
        "<!DOCTYPE html>\n<ul><li>",
        "- ",
      ],
      ["tag", "</li><li>", "\n- "],
      ["tag", "</li></ul>", ""],
    ],
    ["<<Би ирлээ.>> 3 < 5, <нэр>"],
  ],
  "SSML": [
    ["<speak><s>Нэг.</s><s>Хоёр.</s></speak>", ["ssml", "<speak><s>", ""], [
      "tag",
      "</s><s>",
      " ",
    ], ["ssml", "</s></speak>", ""]],
    ['<lang xml:lang="en-US">hello</lang> гэв', ["ssml", '<lang xml:lang="en-US">', ""], [
      "ssml",
      "</lang>",
      "",
    ]],
    ['<break time="1s"/> Сайн', ["ssml", '<break time="1s"/> ', ""]],
    ["<speak><prosody rate='slow'>а</prosody></speak>", [
      "ssml",
      "<speak><prosody rate='slow'>",
      "",
    ], ["ssml", "</prosody></speak>", ""]],
  ],
  "words divided at the end of a line": [
    ["Тэр хурдан яв-\nсан.", ["divided-word", "яв-\nсан", "явсан"]],
    ["Тэр яв-\nжээ.", ["divided-word", "яв-\nжээ", "явжээ"]],
    ["яваа-\nгүйгээс", ["divided-word", "яваа-\nгүйгээс", "яваагүйгээс"]],
    ["эцэг-\nэх нь, аав-\nах, ээж-\nэгч"],
    ["хэ-\r\n  лэв", ["divided-word", "хэ-\r\n  лэв", "хэлэв"]],
    ["яв\u00ad\nсан я‐\nвав", ["divided-word", "яв\u00ad\nсан", "явсан"], [
      "divided-word",
      "я‐\nвав",
      "явав",
    ]],
    // A hyphen of the word's own, a name, a pair, a dash.
    ["3-\nр анги, ХХК-\nийн, Ням-\nОсор, аль-\nаль, ном-\nмом, ажил-\nхөдөлмөр, ям-\nба"],
  ],
  "addresses": [
    [
      "Энд: https://tsetsen.ai/a?b=c. Тэнд (www.x.mn), gogo.mn/news.",
      [
        "url",
        "https://tsetsen.ai/a?b=c",
      ],
      ["url", "www.x.mn"],
      ["url", "gogo.mn/news"],
    ],
    ["bat.dorj@mail.mn хаяг", ["email", "bat.dorj@mail.mn"]],
  ],
};

for (const [what, cases] of Object.entries(CASES)) {
  Deno.test(`checkText finds ${what}`, () => {
    for (const [text, ...expected] of cases) {
      const findings = checkText(text);
      assertEquals(
        findings.map(({ kind, excerpt, suggestion }) => [kind, excerpt, suggestion]),
        expected.map(([kind, excerpt, suggestion]) => [kind, excerpt, suggestion]),
      );
      for (const { start, end, excerpt } of findings) {
        assertEquals(text.slice(start, end), excerpt);
      }
    }
  });
}

Deno.test("checkText has nothing to say about correct text", () => {
  assertEquals(checkText(declaration), []);
  for (
    const text of [
      "«Сайн байна уу?» гэж Ц.Элбэгдорж асуув. „Сайн“ — гэв… (Тийм ээ!)",
      "Үнэ нь 3.5 сая ₮, 50 м.кв., 25%, №5, 3-р хороо, 10:30 цагт; +20°, §2, 5\u00a0км.",
      "ХХ зуун, XXI зуун, COVID-19-ийн, Facebook-ийн, Wi-Fi, B2B, H2O, Node.js, 9А анги, © 2024.",
      "юүлэх, Өвөрхангай, Өмнөговь, ёотон, объект, тавь, Щедрин, ЮНЕСКО, д-р Бат, т.м.",
      "Нэг\r\n\tхоёр\n\nгурав\u2028дөрөв",
    ]
  ) assertEquals(checkText(text), [], text);
});

Deno.test("checkText says what is wrong without the text around it, and cuts what it shows", () => {
  const [finding] = checkText(`нууц үг ${"о".repeat(60)}o`);
  assertEquals(finding?.excerpt, "о".repeat(40));
  assertEquals(finding?.message, "o (U+006F) stands in a Cyrillic word for о");
  const [whole] = checkText(`${"a".repeat(39)}😀`);
  assertEquals(whole?.excerpt, "a".repeat(39));
  assertEquals(checkText("а\u200b")[0]?.message, "Invisible character U+200B");
  assertThrows(() => checkText(undefined as unknown as string), TypeError, "got undefined");
});

const messy = fc.array(
  fc.constantFrom(
    ..."аяөүэийуоАЯӨҮ aeopcxykmtbhvYVBHTюё.?!@ \n",
    ..."єїЄЇіґқһθΘɵѳöüÿøųγνοΥ",
    ..."\0\v\x85\u00ad\u200b\u200d\ufe0f\ufeff\u0301\u0306\u0308\ufffd\u20e3©5",
    "\ud83d",
    "\ude00",
    "😀",
    "🇲",
    "👍🏽",
    "ᠮᠣ",
    "gogo.mn",
    "a@b.mn",
    "http://",
    ..."*_~`<>[]|#&;\\-",
    "**",
    "\n# ",
    "](б)",
    "<b>",
    "</p>",
    "<br/>",
    "<!--",
    "-->",
    "&amp;",
    "&lt;",
    "&mdash;",
    "\n```\n",
    "\n|",
    "яв-\nсан",
    "M.Баяр",
    "XXK",
  ),
  { maxLength: 30 },
).map((pieces) => pieces.join(""));

Deno.test("checkText's findings are in order, lie inside the text and do not overlap", () =>
  fc.assert(
    fc.property(messy, (text) => {
      let at = 0;
      for (const { kind, start, end, suggestion } of checkText(text)) {
        if (kind === "no-cyrillic" || kind === "nothing-to-say") continue;
        assert(start >= at && end > start && end <= text.length);
        assert(suggestion !== text.slice(start, end), "a suggestion that changes nothing");
        at = end;
      }
    }),
    { numRuns: 3000 },
  ));

Deno.test("repairText repairs all that it can, and a second time changes nothing", () =>
  fc.assert(
    fc.property(messy, (text) => {
      const repaired = repairText(text);
      assertEquals(repairText(repaired), repaired);
      assertEquals(checkText(repaired).filter(({ suggestion }) => suggestion !== undefined), []);
    }),
    { numRuns: 3000 },
  ));

Deno.test("repairText writes what the signs of markup stand for", () => {
  for (
    const [text, repaired] of [
      ["**Тод** үг", "Тод үг"],
      ["Ном &mdash; гэр &nbsp;ба &amp;", "Ном — гэр \u00a0ба &"],
      ["<p>Сайн байна уу?</p>", "Сайн байна уу?"],
      ["Тэр хурдан яв-\nсан.", "Тэр хурдан явсан."],
      ["&lt;b&gt;**Мoнгол**&lt;/b&gt;", "Монгол"],
      ["яв-\ncан", "явсан"],
    ] as const
  ) assertEquals(repairText(text), repaired);
});

Deno.test("repairText leaves correct text alone, and everything between the findings", () => {
  assertEquals(repairText(declaration), declaration);
  assertEquals(
    repairText("Их\u200bэнд хїн \t тєрєв  😀! http://a.mn"),
    "Ихэнд хүн \t төрөв  ! http://a.mn",
  );
});

Deno.test("repairText repairs what only another repair brings to light", () =>
  assertEquals(repairText("Мo\u200bнгол, сaй\u00adн, и\u200b\u0306"), "Монгол, сайн, й"));

Deno.test("repairText applies the findings that it is given and no other", () => {
  const text = "хїн 🎉 Мoнгол";
  const findings = checkText(text);
  assertEquals(repairText(text, []), text);
  assertEquals(repairText(text, [findings[2]!, findings[0]!]), "хүн 🎉 Монгол");
  assertEquals(findings.map(({ start }) => start), [0, 4, 7]);
  assertThrows(() => repairText("х", findings), RangeError, "from 0 to 3");
  assertThrows(() => repairText(text, [findings[0]!, findings[0]!]), RangeError, "apart");
});
