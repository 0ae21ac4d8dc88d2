/**
 * Reading addresses.
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

/**
 * The origin of a page, as browsers send it; `undefined` when the address has none. For the scheme of an extension or an app
 * (`chrome-extension://…`, `capacitor://localhost`) `URL` itself says `"null"`.
 */
export function originOf(address: string): string | undefined {
  const url = parseUrl(address);
  // These schemes have no pages: a browser runs or shows what stands behind them.
  if (!url?.host || /^(?:javascript|vbscript|data):$/.test(url.protocol)) return undefined;
  return url.origin === "null" ? `${url.protocol}//${url.host}` : url.origin;
}

/**
 * Whether a host is this machine. Nobody on the way can read what is sent to it.
 *
 * @param host The `hostname` of a URL: `127.0.0.0/8`, `localhost`, a name below `.localhost` (RFC 6761), or `[::1]`.
 */
export function isLoopbackHost(host: string): boolean {
  return /^(?:(?:.+\.)?localhost\.?|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(host);
}
