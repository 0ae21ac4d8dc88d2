// Controls, and characters that change the direction of the text or break its line. A terminal obeys them, whoever
// wrote them.
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Makes one line of a text from outside, which a terminal shows and does not obey. */
export function printable(text: string): string {
  return text.replace(/[\t\n\r]+/g, " ").replace(UNPRINTABLE, "\ufffd");
}

/** JSON on one line that can be shown on a terminal: JSON itself escapes only the controls below U+0020. */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
