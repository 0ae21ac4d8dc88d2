import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MarkupStripper, stripMarkup } from "../../src/text/mod.ts";

/** Pushes pieces, and returns what each returned, and the rest. */
function streamed(pieces: readonly string[]): string[] {
  const stripper = new MarkupStripper();
  return [...pieces.map((piece) => stripper.push(piece)), stripper.flush()];
}

/** A picture as documents hold it. */
const PICTURE = `data:image/png;base64,${"iVBORw0KGgo".repeat(2_000)}`;

const CASES: readonly (readonly [text: string, stripped: string])[] = [
  ["## 1. Танилцуулга\n\nЭнэ бол **тод** үг.", "1. Танилцуулга\n\nЭнэ бол тод үг."],
  ["***Тод налуу*** ба **тод *налуу*** ба ~~зураас~~", "Тод налуу ба тод налуу ба зураас"],
  ["мон**гол** үг, **нэг\nхоёр**", "монгол үг, нэг\nхоёр"],
  // A suffix behind the sign.
  ["*Ертөнц*ийн эзэн, ~~хуучин~~ыг, *Монгол улс*ын", "Ертөнцийн эзэн, хуучиныг, Монгол улсын"],
  ["__Ертөнц__ийн ба ***Хүн***ий ба нэг~~гу~~рав", "Ертөнцийн ба Хүний ба нэггурав"],
  ["[![лого](a.png)](https://a.mn) нүүр", "лого нүүр"],
  ["[эх][1] ба [Хоёр]\n\n[1]: https://a.mn\n[хоёр]: /b\n", "эх ба Хоёр\n\n"],
  ["Үг[^1].\n\n[^1]: Тайлбар.", "Үг.\n\nТайлбар."],
  // A sign in an address has no partner in the text.
  ["[үг](/а/*b) нэг* ба ![зураг](/a/_b_c) хоёр_ үг", "үг нэг* ба зураг хоёр_ үг"],
  ["<https://a.mn> хаяг", "https://a.mn хаяг"],
  ["https://a.mn/_x_/*y* хаяг", "https://a.mn/_x_/y хаяг"],
  ["| Нэр | Нас |\n|:--|--:|\n| Бат | 25 |\n| | 3 |", "Нэр, Нас.\nБат, 25.\n3."],
  ["Нэр | Нас\n--- | ---\nБат | 25", "Нэр, Нас\nБат, 25"],
  ["> ## Ишлэл\n> - **нэг**\n>> дотор", "Ишлэл\n- нэг\nдотор"],
  ["- [ ] хийх\n* [x] болсон\n1. [X] гурав", "- хийх\n- болсон\n1. гурав"],
  ["````md\n```\nСайн\n```\n````", "Сайн\n"],
  ["Код:\n```\nx = 1\n```\nДараа.", "Код:\n\nДараа."],
  ["`**код**` ба ``a`b``", "код ба a`b"],
  ["<h1>Гарчиг</h1>\n<p>Нэг<br>хоёр</p><p>Гурав</p>", "Гарчиг\n\nНэг\nхоёр\n\nГурав"],
  ["<table><tr><td>а</td><td>б</td></tr><tr><td>в</td></tr></table>", "а, б\nв"],
  ["<answer>Тийм.</answer><note>Үгүй.</note>", "Тийм.\nҮгүй."],
  ["<b>тод</b>ууд, Нэг.<break time='1s'/>Хоёр.", "тодууд, Нэг. Хоёр."],
  ["<speak>Сайн <break time='1s'/> уу?</speak>", "Сайн уу?"],
  ["&laquo;Сайн&raquo; &#8212; &lt;b&gt;гэв", "«Сайн» — гэв"],
  ["1\\. Нэг \\*од\\*", "1. Нэг од"],
  ["&shy;яв&shy;сан &zwnj;ба", "явсан ба"],
  ["<a title='Сайн уу'>Сайн</a> <img alt=\"зураг\">уу", "Сайн уу"],
  // Whole pictures, and values without quotes.
  [`Өмнө <img alt="Зураг" src="${PICTURE}"> дараа.`, "Өмнө дараа."],
  [`Өмнө ![зураг](${PICTURE}) ба [үг](<${PICTURE}>).`, "Өмнө зураг ба үг."],
  [`<p style='background:url(${PICTURE})' ${'a="b" '.repeat(60)}>Үг</p>`, "Үг"],
  [`Өмнө ![][image1] дараа.\n\n[image1]: <${PICTURE}>\n`, "Өмнө  дараа.\n\n"],
  ["<a href=/wiki/Монгол title=Улс>Үг</a>", "Үг"],
  // Words about markup hide nothing.
  ["`<script>` гэж эхлээд `</script>` гэж төгсгөнө.", "гэж эхлээд гэж төгсгөнө."],
  ["`<!--` гэж нээгээд `-->` гэж хаана.", "гэж нээгээд гэж хаана."],
  ["&lt;style&gt; ба &lt;/style&gt; хоёр", "ба хоёр"],
  ["\\<!-- үг --\\> дараа", "үг дараа"],
  // Their own hide theirs, whatever the case of the name.
  ["<SCRIPT>x</script>үг<style>y</STYLE\n>ба<!-- z --> --> сум", "үгба --> сум"],
  // A feed's way to write text.
  [
    "<p><![CDATA[Сайн <b>байна</b> уу?<script>x</script>]]></p><![CDATA[ үг > ба",
    "Сайн байна уу?\n\n үг > ба",
  ],
  // The byte order mark of a file.
  ["\ufeff## Гарчиг\n\nҮг", "\ufeffГарчиг\n\nҮг"],
  ["\ufeff---\ntitle: Ном\n---\nҮг", "Үг"],
  // Not markup.
  ["а<b ба c>д, x <y бол z> 3", ""],
  ["a<b ба c=д>e, <a =М М>, [] ![] [][]", ""],
  ["кВт*цаг, х*йс ба *5*3, а_б_, snake_case, a__b__c, 2~~3", ""],
  ["- нэг\n– хоёр\n3. гурав\n\n* * *\n5*3*2 а_б_в <<үг>> 3 < 5 R&D х**н үнэ*", ""],
];

Deno.test("stripMarkup leaves the text that the signs belong to", () => {
  for (const [text, stripped] of CASES) assertEquals(stripMarkup(text), stripped || text);
  assertEquals(stripMarkup(""), "");
  assertThrows(() => stripMarkup(null as unknown as string), TypeError, "got null");
});

Deno.test("MarkupStripper returns the same of a file with a byte order mark and of CDATA", () => {
  for (
    const text of [
      "\ufeff---\ntitle: Ном\n---\n# Гарчиг\nҮг",
      "\ufeff# Гарчиг\nҮг",
      "\ufeff```js\nx\n```\nҮг",
      "<![CDATA[Нэг. Хоёр.\n\nГурав.]]> Дөрөв",
    ]
  ) assertEquals(streamed([...text]).join(""), stripMarkup(text));
});

Deno.test("MarkupStripper speaks no byte of a picture, however long it is", () => {
  const text = `Өмнө ![зураг](${PICTURE}) ба <img src="${PICTURE}"> дараа. Үг.`;
  for (const size of [1, 50, 3_000, text.length]) {
    const pieces = Array.from(
      { length: Math.ceil(text.length / size) },
      (_, i) => text.slice(i * size, (i + 1) * size),
    );
    assertEquals(streamed(pieces).join(""), "Өмнө зураг ба дараа. Үг.");
  }
});

Deno.test("MarkupStripper returns a sentence as soon as nothing can change it", () => {
  assertEquals(streamed(["Нэг", ". ", "**Хоёр. Гу", "рав.** Дөрөв", ". Тав"]), [
    "",
    "Нэг. ",
    "",
    "Хоёр. Гурав. ",
    "Дөрөв. ",
    "Тав",
  ]);
  assertEquals(streamed(["# Гар", "чиг\n", "[эн", "д](a) ", "дар. ", "Уу"]), [
    "",
    "Гарчиг\n",
    "",
    "",
    "энд дар. ",
    "",
    "Уу",
  ]);
  assertEquals(streamed(["```js\nx. ", "y\n``", "`\nСайн", "."]), [
    "",
    "",
    "\n",
    "",
    "Сайн.",
  ]);
});

Deno.test("MarkupStripper returns the same however the text is cut into pieces", () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom(
          ..."аб*_~`<>[]()|#&;\\- \n.!>",
          "**",
          "Сайн уу? ",
          "\n\n",
          "\n# ",
          "](б)",
          "<b>",
          "<!--",
          "-->",
          "&mdash;",
          "\n```\n",
          "\n| а | б |\n",
        ),
        { maxLength: 40 },
      ),
      fc.integer({ min: 1, max: 9 }),
      (pieces, size) => {
        const text = pieces.join("");
        const chunks = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
        assertEquals(streamed(chunks).join(""), streamed([text]).join(""));
      },
    ),
    { numRuns: 3000 },
  ));

Deno.test("MarkupStripper knows the middle of a line from its start", () => {
  // A star, a number sign and a tag in mid-line, behind a sentence that is returned already.
  for (const text of ["Нэг. * хоёр", "Нэг. # хоёр", "Нэг. > хоёр", "Нэг. + хоёр\n* гурав"]) {
    assertEquals(streamed([...text]).join(""), stripMarkup(text));
  }
  assertEquals(streamed(["Нэг. ", "<p>Хоёр"]).join(""), stripMarkup("Нэг. <p>Хоёр"));
});

Deno.test("MarkupStripper holds back no more than 2,000 code units for a sign without its partner", () => {
  const stripper = new MarkupStripper();
  const text = `*${"үг. ".repeat(2_000)}`;
  const returned = stripper.push(text);
  assertEquals(text.startsWith(returned) && text.length - returned.length < 2_000, true);
  assertEquals(returned + stripper.flush(), text);
});

Deno.test("MarkupStripper can be used again after a flush, and refuses what is no string", () => {
  const stripper = new MarkupStripper();
  stripper.push("```js\nx");
  stripper.flush();
  assertEquals(stripper.push("# Гарчиг\n"), "Гарчиг\n");
  assertThrows(() => stripper.push(5 as unknown as string), TypeError, "piece must be a string");
});

Deno.test("stripMarkup removes front matter, and no text between two scene breaks", () => {
  const settings = "---\ntitle: Ном\n# тайлбар\ntags:\n  - шинэ\n---\n";
  assertEquals(stripMarkup(`${settings}Оршил үг.`), "Оршил үг.");
  assertEquals(stripMarkup(settings.replaceAll("\n", "\r\n") + "Оршил үг."), "Оршил үг.");
  assertEquals(stripMarkup("---\n# тайлбар\ntitle: Ном\n---"), "");
  const kept = [
    "---\nНэг: хоёр.\n---\nГурав.",
    "---\nkey: a\nДараа нь.",
    "---\nA: Сайн уу?\nB: Сайн.\n---\nГурав.",
  ];
  for (const text of kept) {
    assertEquals(stripMarkup(text).replace(/-/g, "").trim(), text.replace(/-/g, "").trim());
  }
});

Deno.test("MarkupStripper removes front matter, and waits for nothing once there can be none", () => {
  const settings = "---\ntitle: Ном\n# тайлбар\ntags:\n  - шинэ\n\n---\n";
  for (const text of [`${settings}Оршил үг.`, settings.replaceAll("\n", "\r\n") + "Оршил үг."]) {
    for (const pieces of [[text], [...text], text.match(/[^]{1,7}/g)!]) {
      assertEquals(streamed(pieces).join(""), "Оршил үг.");
    }
  }
  for (const text of ["---\n\nБи явлаа. Тэр", "---\nБи явлаа. Тэр", "- Би явлаа. Тэр"]) {
    const stripper = new MarkupStripper();
    assertEquals(
      [...text].map((unit) => stripper.push(unit)).join("").includes("явлаа"),
      true,
      text,
    );
  }
});

Deno.test("MarkupStripper waits for no end of a tag that stands in a span of code", () => {
  for (const tag of ["script", "style", "!--"]) {
    const stripper = new MarkupStripper();
    const sentence = `Вэбд \`<${tag}>\` тагийг ашиглана. `;
    assertEquals(stripper.push(`${sentence}Дараа`), stripMarkup(sentence));
  }
});

Deno.test("MarkupStripper holds a comment, a script and a style to their ends, blank lines in them too", () => {
  for (
    const hidden of [
      "<!-- нууц тайлбар.\n\nХоёр дахь. -->",
      "<script>\n\nlet a = 1. Би.\n\n</script>",
      "<style>\n\nа. б\n\n</style>",
    ]
  ) {
    const text = `Сайн уу.\n\n${hidden}\n\nТэр ирлээ.`;
    for (const pieces of [[text], [...text]]) {
      const stripped = streamed(pieces).join("");
      assertEquals(stripped.match(/\p{L}+/gu), ["Сайн", "уу", "Тэр", "ирлээ"]);
    }
  }
});
