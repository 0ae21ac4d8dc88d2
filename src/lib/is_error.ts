/**
 * Whether a value is an error, also one of another realm: the `fetch` of Jest, of jsdom and of edge runtimes throws such.
 *
 * @module
 */

/** Whether a value has what an error has. */
export function isError(value: unknown): value is Error {
  return typeof (value as Error | null | undefined)?.message === "string";
}
