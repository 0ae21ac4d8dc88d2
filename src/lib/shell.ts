/**
 * Quoting for a shell.
 *
 * @module
 */

/** Quotes an argument for a POSIX shell, if it needs quotes. */
export function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
