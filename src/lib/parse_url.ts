/**
 * Reading an address.
 *
 * @module
 */

/** The URL that a text is; `undefined` when it is none. React Native (0.88) has no `URL.canParse`. */
export function parseUrl(text: string, base?: URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
