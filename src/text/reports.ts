/** Forms of гэх and хэмээх, the verbs that report speech. Nouns as near as гэр, гэрэл and гэнэт are left out. */
const REPORTS = /* @__PURE__ */ new RegExp(
  "^(?:гэ(?:" + [
    "ж|жээ|в|вч|вэл|вээс|нэ|нээ|нэлээ|е|юү|эд|эч|эсэй|тэл|мэгц|мэгцээ|мээр|мээнэ|нгүүт|нгээ|сүгэй",
    "сэн\\p{L}*|сн\\p{L}*|сээр|схий\\p{L}*",
    "лээ\\p{L}*|лгүй\\p{L}*|лтэй|лц\\p{L}*|цгээ\\p{L}*",
    "дэг\\p{L}*|дг(?:ий|ээ)\\p{L}*|х\\p{L}*|гч\\p{L}*|гд\\p{L}*|чих\\p{L}*",
  ].join("|") + ")|хэмээ\\p{L}*)(?!\\p{L})",
  "u",
);

/** Whether a word that reports speech starts the text: "Сайн уу? гэж тэр асуув." is one sentence. */
export function startsReport(text: string): boolean {
  return REPORTS.test(text);
}
