/**
 * Which hosts are this machine.
 *
 * @module
 */

/**
 * Whether a host is this machine: nobody on the way can read what is sent to it.
 *
 * @param host The `hostname` of a URL: `127.0.0.0/8`, `localhost`, a name below `.localhost` (RFC 6761), or `[::1]`.
 * @returns `true` for this machine.
 */
export function isLoopbackHost(host: string): boolean {
  return /^(?:(?:.+\.)?localhost\.?|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(host);
}
