// A body that comes one byte a chunk, as a hostile peer sends it.

/**
 * Each chunk is wiped when the next but one is asked for: who keeps small chunks as they are, which costs far more memory
 * than their bytes, is left with zeros.
 */
export function crumbs(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  const given: Uint8Array<ArrayBuffer>[] = [];
  return new ReadableStream({
    pull(controller) {
      const count = given.length;
      given[count - 2]?.fill(0);
      if (count === bytes.length) return controller.close();
      const chunk = bytes.slice(count, count + 1);
      given.push(chunk);
      controller.enqueue(chunk);
    },
  }, { highWaterMark: 0 });
}
