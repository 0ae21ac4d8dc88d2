/**
 * The range that a request for a file asks for.
 *
 * @module
 */

/** The first byte and the one behind the last; `"whole"` without a range, `"none"` when the file has no such bytes. */
export type ByteRange = readonly [from: number, to: number] | "whole" | "none";

/**
 * The range that a request asks for (RFC 9110, 14.2).
 *
 * Several ranges at once, other units than bytes, and malformed ranges count as no range, and so does a range for
 * another version of the file (`if-range`).
 *
 * @param size The length of the file in bytes.
 * @param etag The strong ETag of the file, if it has one.
 */
export function requestedRange(
  { method, headers }: Request,
  size: number,
  etag: string | undefined,
): ByteRange {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(headers.get("range") ?? "") ?? [];
  if (method !== "GET" || (first === "" && last === "")) return "whole";
  const ifRange = headers.get("if-range");
  if (ifRange !== null && ifRange !== etag) return "whole";
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "none" : [size - length, size];
  }
  const from = Number(first);
  if (last !== "" && Number(last) < from) return "whole";
  if (from >= size) return "none";
  return [from, last === "" ? size : Math.min(Number(last) + 1, size)];
}

/**
 * The length of a whole file that came as an HTTP 206 that nobody asked for; `undefined` for a true part. A
 * `content-length` may be missing, but must not contradict.
 */
export function lengthOfWholePart(
  { status, headers }: Pick<Response, "status" | "headers">,
): number | undefined {
  const [, last, size] = /^bytes 0-(\d+)\/(\d+)$/.exec(headers.get("content-range") ?? "") ?? [];
  const isWhole = status === 206 && Number(last) + 1 === Number(size) &&
    (headers.get("content-length") ?? size) === size && !headers.has("content-encoding");
  return isWhole ? Number(size) : undefined;
}
