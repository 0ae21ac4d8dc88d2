/**
 * The characters of a text.
 *
 * @module
 */

/**
 * The number of characters of a text: its Unicode code points. A letter is one, an emoji at least one, a line end of
 * CR LF two, half a surrogate pair one.
 *
 * That the service counts so is an assumption: its documentation says "character count" and no more. The metrics of a
 * job's final status say what it was really charged for (`characterCount`).
 *
 * @example Count
 * ```ts
 * import { countCharacters } from "@tsetsen/sdk/text";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(countCharacters("Өглөө 🌅"), 7);
 * ```
 *
 * @param text The text.
 * @returns The number of its code points.
 * @throws {TypeError} when the text is no string.
 */
export function countCharacters(text: string): number {
  // By hand, because the validator would double the size of this function.
  if (typeof text !== "string") {
    throw new TypeError(`text must be a string: got ${text === null ? text : typeof text}`);
  }
  let count = text.length;
  for (let i = 0; i + 1 < text.length; i++) {
    if (isHigh(text.charCodeAt(i)) && isLow(text.charCodeAt(i + 1))) count--;
  }
  return count;
}

/** Where the character at `index` ends. */
export function nextCharacter(text: string, index: number): number {
  const pair = isHigh(text.charCodeAt(index)) && isLow(text.charCodeAt(index + 1));
  return index + (pair ? 2 : 1);
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
