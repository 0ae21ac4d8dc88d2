import { assertEquals, assertThrows } from "@std/assert";
import { splitSentences } from "../../src/text/mod.ts";
import { declaration, testBoth } from "./support.ts";

/** Sentences by their bars, which are not part of the text. */
const WHOLE: Readonly<Record<string, readonly string[]>> = {
  "an initial before a name": [
    "А. Амар ирлээ. |Тэр явав.",
    "Д. Б. Нямаа ирэв. |Ж.-П. Сартр бичив.",
    "Ерөнхийлөгч Ц.Элбэгдорж хэлэв. |Дараа нь явав.",
  ],
  "an initial behind a number": [
    "1 М.Намуун /УБ/, 2 Г.Саруул, 3 Т.Анужин",
    "Баг 1 М.Дорж ахлагчтай, 2024 Г.Бат, №1 Т.Болд",
  ],
  "the number of a table, a standard or a model": [
    "Хүснэгт-1.Хүн ам, Хавсралт-2.Жагсаалт, MNS-5828.Усны стандарт, GPT-4.Turbo",
  ],
  "a long abbreviation": [
    "Улаанб. хотод болов, Сүхбаат. дүүрэг, Чингэлт. дүүрэг, профессор. академич Дорж",
    "Eng.Бат, Assoc.Дорж, Capt.Болд, Fig.Зураг",
  ],
  "the name of a file, and code": [
    'Тайлан 2024.Pdf, Тайлан-2024.Хавсралт.docx, IMG-2024.Jpg, "Тайлан".Docx',
    "data[index].Value, getUser(name).Then(x)",
  ],
  "a quote that the sentence goes on behind": [
    '"Сайн уу?" гэж тэр асуув. |Тэр явав.',
    "«Сайн уу?» гэж тэр асуув.",
    "“Явъя!” гэв. |„Үгүй.“ гэж хариулав.",
    "« Сайн уу? » гэж тэр асуув. |« Тийм. » |Тэр явав.",
    '"Би ирлээ. |Чи яв." гэж тэр хэлэв.',
    '"Тийм." |Дорж явав.',
    "(Тийм үү?) гэж бодов.",
    '"Явъя!" тэр хашгирав. |"Хаашаа?" би асуув.',
  ],
  "reported speech without quotes": [
    "Сайн уу? гэж тэр асуув.",
    "Явъя! хэмээн хашгирав. |Бид явав.",
    "— Сайн уу? — гэж асуув. |— Сайн. |— Чи?",
    "— Явъя! — тэр хашгирав. |— Хаашаа?",
    "сайн уу? |би ирлээ",
    "Хаана байна? |гэр хол байна.",
  ],
  "an abbreviation": [
    "Талбай нь 50 м.кв. талбай. |Дараа нь.",
    "Талбай нь 50 м.кв. |Үнэ нь өндөр.",
    "ж.нь. Монгол улс. |Проф. Дорж ирэв. |Тэр д-р. Бат.",
    "м.э.ө. 209 онд байв. |М.э. 1206 онд. |НТӨ. 209 он.",
    "Хонь, ямаа г.м. мал бий. |Үхэр г.м. |Адуу.",
  ],
  "a decimal, an ordinal, a date": [
    "Тэр 3.5 км явав. |3-р анги.",
    "Өдөр нь 2024.05.12 байв. |Өчигдөр 2024. 05. 12 байв.",
  ],
  "the number of an item": [
    "1. Оршил байна. |2. Зорилго. |2.3. Арга зам.",
    "IV. Бүлэг эхлэв. |V. Бүлэг.",
    "а. Эхний зүйл. |1) Хоёр. |2) Гурав.",
    "i. нэг\n|ii. хоёр\n|iii. гурав\n|vii. долоо\n|xii. арван хоёр",
  ],
  "an ellipsis in mid-sentence": [
    "Би… мэдэхгүй. |Би... мэдэхгүй... |Тэр ирэв… |Явав.",
    "Би . . . мэдэхгүй.",
  ],
  "a report by any form of гэх": [
    "Хэн бэ? гэтэл тэр дуугарсангүй.",
    "Явъя! гэлцэв. |Ирэв үү? гэмэгц гарав. |Юу? гэнгүүт нь харав.",
    "Ирэх үү? гэдгийг мэдэхгүй. |Яах вэ? гэхчлэн асууна. |Тийм үү? гэснээр дуусав.",
    // Not the verb: home, light, suddenly.
    "Хаана байна? |гэр хол. |Юу вэ? |гэрэл асав. |Юу болов? |гэнэт чимээ гарав.",
    // After a full stop these are conjunctions.
    "би явлаа. |гэвч тэр ирсэнгүй. |гэтэл бороо оров",
  ],
  "the number of a footnote": [
    "Тэр гарав.[5] |Ээж нь хоцров.[6][12] |«Юу вэ?»[7] гэж асуув.² |1990 онд болов.[8]|Тэр явав.",
    "Хүснэгт [5]. |Тэр явав. |Талбай 5 м². |Тэр том. |Хариу 3.[2] гэв.",
  ],
  "a unit": [
    "Гадаа -15 °С. |Салхи их байна.",
    "Гадаа -15°C. |Салхи. |Хүчдэл 220 В. |Гэрэл асав. |Цонх 9 А. |Багш ирэв.",
    "Замд 5 мин. 30 сек. зарцуулав. |Өндөр нь 3 м. 20 см. |Жин 2 кг. 300 гр. мах.",
    // The number belongs to the next sentence.
    "Замд 5 мин. |30 хүн ирэв. |Жин 2 кг. |3 хүн иднэ.",
    "Замд 5мин. 30сек. явав. |Замд 5 мин. 30-40 сек. явав. |Замд 1.5мин. 30 секундэд явав.",
    "Урт нь 3 м. 20 сантиметр. |Үнэ нь 5 мян. 300 төгрөгийн өртөг. |Жин 5кг. |2020 онд 3 хүн иднэ.",
    "Тэр 15 м. |12 цагаан морь ирэв.",
    "Тел. 1800-1917. |Хаяг: х. 25, хх. 12-15.",
    "Утас. 9911-2233 руу залга. |Факс. 11-323232. |Моб. 99112233. |СБД, 1-р хор. 5-р байр.",
    // No telephone number.
    "Энэ бол утас. |5 минут болов. |Энэ бол утас. |2020 онд авсан.",
    "Үнэ нь 2.5 тэрб. төгрөг. |Тэр 10 мянг. хүн.",
  ],
  "a Markdown heading": [
    "## 1. Танилцуулга",
    "**2. Арга зүй**\n\n|Дараах байдлаар хийв.",
    "# **3.1. Үр дүн**\n|Дүн гарав.",
    "### Бүлэг 2. Онол\n|> 1. Ишлэл\n|> 2. Ишлэл",
    "## IV. Дүгнэлт\n|__5. Хавсралт__",
    "**Гарчиг.** |Бичвэр *налуу.* |Дараа нь.",
    "## гарчиг\n|бичвэр",
  ],
  "the number and title of a law": [
    "7 дугаар зүйл. Иргэний эрх\n|7.1.Иргэн эрхтэй.",
    "НЭГДҮГЭЭР БҮЛЭГ. НИЙТЛЭГ ҮНДЭСЛЭЛ",
    "Арван дөрөвдүгээр зүйл.Эрх, үүрэг",
    "Хүснэгт 2. Хүн ам\n|§ 5. Талууд",
  ],
  "a name without a space": [
    "Ц.Элбэгдорж ирэв. |Д.Нацагдорж, Ж.-П.Сартр нар.",
    "проф.Дорж, акад.Регдэл нар. |Ганбат.Д бичив.",
    "тайлан.docx, README.md, v2.0, Node.js, 3.5, м.кв, 2024.05.12 болно.",
    "Жагсаалт: 10.Сүү 11.Талх, (а).Нэг (б).Хоёр, 7.1.2024.Хурал",
    "Dr.Дорж, prof.Бат, Mr.Сүх нар.",
    "Д.Ганбат.Д.Дорж нар. |Node.js, 5.Ус, м.5 болно.",
    "www.байна.Мон, http://a.mn/а.Б, бат@сайн.Мон хаяг.",
  ],
  "a unit in mid-sentence": [
    "Үнэ 5 мян. төг. байна. |Тэр мөн. |Хямд.",
    "н.ө. 5 дугаар зуун, н.э. 12 дугаар зуун. |Тэр үед.",
  ],
  "the number of a line that stands alone above it": [
    "1.\nТанилцуулга\n\n|Текст.",
    "Дараах нь:\n|а)\nСүү\n|б)\nТалх",
    "12.\nДараах зүйл\n|13.\nБусад",
  ],
  "the line under a heading": [
    "Танилцуулга\n===========\n|Текст эхэллээ.",
    "Танилцуулга\n-----------\n|Текст эхэллээ.",
  ],
  "an address": ["http://a.mn/a?Q=A гэж бич. |Дараа нь a@b.mn."],
};

const APART: readonly string[] = [
  "Тэр гэрээсээ гарав.|Ээж нь хоцров.|Би үлдэв.",
  "Тэр ирэв.|2025 онд төгсөв.",
  "Б.Бат ирэв.|Д.Дорж явав.|Х. Баттулга үлдэв.",
  "Үнэ 5000₮.|Хямдралтай. |Өсөлт 20%.|Энэ их. |Хүн ам 3.5 сая.|Энэ нь бага. |Жин 5 кг.|Урт нь 3 м.",
  "220 В. |Гэрэл асав.",
  "Гадаа -15 °С.|Салхи их. |20°С.|Нар гарав.",
  "Хурал 18:30.|Тэр ирэв. |Он нь 1990.|Тэр төрөв.",
  "Тэр явав (1990 он).|Дараа нь ирэв. |Тэр «Ном».|Би «Дэвтэр».|Чи?",
  "Энэ бол Samsung.|Дараа нь Google.|Тийм.",
  "Хариулт нь\n5.\n|Тэр зөв.",
  "Үнэ бол\r\n12.\r\n|Бат авав.",
  "Дараах нь\n|1.\nНэг.\n|2.\nХоёр.",
  "Хариулт нь:\n|5.\n|6.",
  "Тэр гарав.|«Явъя» гэв. |Тэр гарав.|—Тийм. |Юу вэ?|«Ном.»",
  "тэр гарав.|ээж нь хоцров!|бид үлдэв. |чи яах вэ?|би мэдэхгүй",
  "Тэр гарав. |ээж нь хоцров. |Бат байна. |би ч ирсэн.",
  "за. |тэгье. |маргааш уулзъя. |10 цагт",
  "<<Би ирлээ.>> |Тэр явав. |<<Юу?>> |Тэр.",
  '"Би ирлээ."|Тэр явав. |(Тийм.)|Тэр гарав.',
  "Тийм юм.|Тэр мэднэ. |Ирэв үү?|Үгүй…|Тэгээд явав.",
  "Тийм.|Үгүй.|Мэдэхгүй. |Ц.Бат ирэв.|Явлаа.",
  "Тэр ирлээ. |3 хүн байсан. |2020 онд.",
  "Юу?! |Үгүй!! |Тийм.",
  "Сайн уу?|Би ирлээ.",
  "Тэр ирлээ. |— Би ч бас.",
  'Тэр ирлээ. |"Сайн уу?"',
  "Сайн. |😀 Тэр инээв. 😀",
];

for (const [what, texts] of Object.entries(WHOLE)) {
  testBoth(`splitSentences keeps ${what} whole`, () => assertSentences(texts));
}

testBoth("splitSentences ends sentences at every mark", () => assertSentences(APART));

testBoth("splitSentences knows the marks of other scripts", () =>
  assertSentences([
    "नमस्ते। |आप कैसे हैं? |ठीक।",
    "你好。|再见！|Баяртай.",
    "مرحبا؟ |نعم.",
    "ᠮᠣᠩᠭᠣᠯ᠃ |ᠪᠢᠴᠢᠭ᠃",
    "ठीक। |Юу? » гэж асуув. |ठीक। |урт\nмөр.",
  ]));

testBoth("splitSentences has no sentence without a letter or a digit", () => {
  assertSentences(["... Тэгээд ирэв. !!", "— Юу? … ", "Нэг.\n|* * *\nХоёр."]);
  const parts = splitSentences("Нэг.\n\n* * *\n\nХоёр.");
  assertEquals(parts.map(({ speakable }) => speakable), [true, false, true]);
});

testBoth("splitSentences takes blank lines for paragraphs and wrapped lines for one", () => {
  const text =
    "ГАРЧИГ\nЭнэ бол урт\nмөр, харин\r\nДорж ирэв.\nТэр,\nХоёр явав.\n \nШинэ хэсэг\u2029Төгсгөл";
  assertEquals(splitSentences(text).map(({ text, boundary }) => [text, boundary]), [
    ["ГАРЧИГ\n", "sentence"],
    ["Энэ бол урт\nмөр, харин\r\n", "sentence"],
    ["Дорж ирэв.\n", "sentence"],
    ["Тэр,\nХоёр явав.\n \n", "paragraph"],
    ["Шинэ хэсэг\u2029", "paragraph"],
    ["Төгсгөл", "end"],
  ]);
  assertEquals(
    splitSentences("нэг\nхоёр\r\nгурав", { paragraphs: "line" }).map(({ text, boundary }) => [
      text,
      boundary,
    ]),
    [["нэг\n", "paragraph"], ["хоёр\r\n", "paragraph"], ["гурав", "end"]],
  );
});

testBoth("splitSentences begins anew with each item of a list", () =>
  assertSentences([
    "7.1.1. өргөдөл гаргах;\n|7.1.2. гомдол гаргах;\n|7.1.3. мэдээлэл авах.",
    "7.1.1.өргөдөл гаргах;\r\n|7.1.2.гомдол гаргах.",
    "Үүнд:\n|а) нэг,\n|б) хоёр\n|(в) гурав\n|[г] дөрөв\n|1) тав\n|(2) зургаа\n|iv) долоо",
    "- нэг;\n|- хоёр\n|* гурав,\n|+ дөрөв\n|• тав\n|•зургаа\n|– долоо,\n|— найм\n|–ес;\n|-арав",
    "-нэг,\n|-хоёр,\n|-гурав",
    "1. нэг\n  |1.1. хоёр\n  |1.1.1 гурав\n|2. дөрөв,\n|а. тав",
    "өргөдөл гаргах;\n|гомдол гаргах;",
    "Үүнд:\n|а/ нэг\n|б/ хоёр\n|1/ гурав\n|o дөрөв\n|o\tтав\n|а). зургаа\n|(б).долоо",
    "Ишлэл\n|> Эхний урт\n> мөр,\n> Дорж.\n|> — шинэ мөр\n|> 1. зүйл\nүргэлжлэл",
  ]));

testBoth(
  "splitSentences takes no number, initial or dash of a wrapped text for an item",
  () =>
    assertSentences([
      "Энэ ажилд,\n3.5 сая төгрөг, хэдэн\nхүн оролцов.",
      "Ерөнхийлөгч,\nЦ. Элбэгдорж, 2020–\n2024 онд.",
      "Тэр үгс (хуучин\nба шинэ) олон\n(гурван зуун) байна.",
      "Ном, дэвтэр\nг. м. зүйл.",
      "Хурд нь 60\nкм/ц, үнэ\nт/м тус бүр өөр.",
    ]),
);

testBoth("splitSentences gives white space to the sentence before it", () =>
  assertEquals(
    splitSentences("  Нэг.\u00a0\t Хоёр.  ").map(({ text, start, end }) => [text, start, end]),
    [["  Нэг.\u00a0\t ", 0, 9], ["Хоёр.  ", 9, 16]],
  ));

testBoth(
  "splitSentences cuts no line end from the accent that it carries",
  () => assertSentences(["Нэг.\n\n\u0301Хоёр. |Гурав."]),
);

testBoth("splitSentences finds every sentence of the declaration, headings included", () => {
  const sentences = splitSentences(declaration);
  assertEquals(sentences.map(({ text }) => text).join(""), declaration);
  // In this text every stop before a space and a capital ends a sentence, and so does every paragraph.
  const count = declaration.trim().split(/\n\n+|\. (?=\p{Lu})/u).length;
  assertEquals(sentences.length, count);
  const inner = sentences.filter(({ boundary }) => boundary === "sentence");
  assertEquals(inner.filter(({ text }) => !/[а-яөү]\. $/u.test(text)), []);
  // Nothing ends inside a sentence or goes on behind one.
  assertEquals(sentences.filter(({ text }) => /[.!?]\s+\S/u.test(text)), []);
});

Deno.test("splitSentences asks for the pauses of the marks", () => {
  const text = "Нэг. Хоёр? Гурав! Дөрөв… Тав... Зургаа?! «Долоо.» Гарчиг\nНайм\n\nЕс.";
  assertEquals(
    splitSentences(text).map(({ pause }) => pause),
    [450, 500, 450, 600, 600, 450, 450, 500, 800, 0],
  );
  // Emphasis and quotes close behind the mark.
  assertEquals(
    splitSentences("**Нэг.** <<Хоёр.>> Гурав?[5][6] Тав.² Гурав;\n- дөрөв").map(({ pause }) =>
      pause
    ),
    [450, 450, 500, 450, 300, 0],
  );
  assertEquals(
    splitSentences("Нэг. Хоёр?\n\nГурав", { pauses: { period: 100 }, pauseScale: 0.5 })
      .map(({ pause }) => pause),
    [50, 400, 0],
  );
});

Deno.test("splitSentences refuses what is no text and what is no pause", () => {
  assertThrows(() => splitSentences(null as unknown as string), TypeError, "got null");
  for (const pauseScale of [-1, NaN, Infinity]) {
    assertThrows(() => splitSentences("а", { pauseScale }), RangeError, "pauseScale must be");
  }
  assertThrows(() => splitSentences("а", { pauses: { comma: -1 } }), RangeError, "pauses.comma");
  assertThrows(
    () => splitSentences("а", { pauses: { comma: 1e300 }, pauseScale: 1e300 }),
    RangeError,
    "pauses.comma times pauseScale must be",
  );
  assertThrows(
    () => splitSentences("а", { paragraphs: "page" as "line" }),
    RangeError,
    "paragraphs must be",
  );
});

function assertSentences(texts: readonly string[]): void {
  for (const text of texts) {
    const sentences = splitSentences(text.replaceAll("|", ""));
    assertEquals(sentences.map((sentence) => sentence.text).join("|"), text);
  }
}
