/**
 * Recognises errors, those of another realm included: the `fetch` of Jest, of jsdom and of edge runtimes throws them.
 *
 * @module
 */

/** Whether a value has the shape of an error: a message. */
export function isError(value: unknown): value is Error {
  return typeof (value as Error | null | undefined)?.message === "string";
}
