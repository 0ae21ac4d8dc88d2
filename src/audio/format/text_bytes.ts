/**
 * Tells text from samples.
 *
 * @module
 */

/** Fewer bytes than this prove nothing, because one or two samples may be letters. */
const MIN_BYTES = 4;

/** This many printable ASCII characters at the start make a text, whatever follows: a page in an old encoding, for example. */
const ASCII_START = 16;

/** Controls other than tab, line feed, form feed, carriage return and escape; half a surrogate pair; noncharacters. */
const NO_TEXT =
  // deno-lint-ignore no-control-regex -- these are what text does not have
  /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffd\ufffe\uffff]|\p{Surrogate}|\p{Unassigned}|\p{Private_Use}/u;

/** Whether bytes are text: in UTF-8 or UTF-16, with or without a byte order mark. The last character may be cut off. */
export function isText(bytes: Uint8Array): boolean {
  if (bytes.length < MIN_BYTES) return false;
  const start = String.fromCharCode(...bytes.subarray(0, ASCII_START));
  if (start.length === ASCII_START && /^[\t\r\n\x20-\x7e]*$/.test(start)) return true;
  if (isTextIn("utf-8", bytes)) return true;
  const [first, second] = bytes;
  const littleEndian = first === 0xff && second === 0xfe;
  const bigEndian = first === 0xfe && second === 0xff;
  if (littleEndian || bigEndian) {
    return isTextIn(littleEndian ? "utf-16le" : "utf-16be", bytes.subarray(2));
  }
  return isBareUtf16("utf-16le", bytes) || isBareUtf16("utf-16be", bytes);
}

function isTextIn(encoding: string, bytes: Uint8Array): boolean {
  const text = decode(encoding, bytes);
  return text !== undefined && text !== "" && !NO_TEXT.test(text);
}

/**
 * UTF-16 without a byte order mark. Quiet samples could look like it, so it must have several letters, and spaces or
 * punctuation.
 */
function isBareUtf16(encoding: string, bytes: Uint8Array): boolean {
  const text = decode(encoding, bytes);
  if (text === undefined || NO_TEXT.test(text)) return false;
  return new Set(text).size >= 4 && /\p{Letter}/u.test(text) && /[\s\p{Punctuation}]/u.test(text) &&
    // Hardly any text of one page holds letters of more than three blocks; noise holds those of dozens.
    new Set(Array.from(text, (letter) => (letter.codePointAt(0) as number) >> 8)).size <= 3;
}

function decode(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    // `stream` allows a character that is cut off at the end.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}
