/** Forms of гэх, the verb that reports speech, behind its stem. Nouns as near as гэр, гэрэл and гэнэт are left out. */
const FORM =
  /^(?:ж|жээ|в|вч|вэл|вээс|нэ|нээ|нэлээ|е|юү|эд|эч|эсэй|тэл|мэгц|мэгцээ|мээр|мээнэ|нгүүт|нгээ|сүгэй|сээр|лтэй|(?:сэн|сн|схий|лээ|лгүй|лц|цгээ|дэг|дгий|дгээ|х|гч|гд|чих)\p{L}*)(?!\p{L})/u;

/** Whether a form of гэх or хэмээх starts the text: "Сайн уу? гэж тэр асуув." is one sentence. */
export function startsReport(text: string): boolean {
  return text.startsWith("хэмээ") || (text.startsWith("гэ") && FORM.test(text.slice(2)));
}

/** Whether a form of гэх that is a conjunction, too, starts the text: "Явав. гэтэл тэр буцаж ирэв." are two. */
export function startsConjunction(text: string): boolean {
  return /^гэ(?:тэл|вч|хдээ)(?!\p{L})/u.test(text);
}
