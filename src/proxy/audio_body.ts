/**
 * The bytes of finished audio: decoded, looked at before the first goes on, and without the key.
 *
 * @module
 */

import { audioFormat } from "../audio/format.ts";
import { concatBytes } from "../lib/bytes.ts";
import type { Exchange } from "./exchange.ts";
import { KeyMask } from "./key_mask.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** Audio that may go to the visitor. */
export interface AudioBody {
  readonly response: Response;
  /** The bytes; `undefined` where the answer has none. */
  readonly bytes: AsyncGenerator<Bytes, void, void> | undefined;
  /** Whether a content coding was undone: lengths and ranges in the headers mean other bytes then. */
  readonly isDecoded: boolean;
}

/** So many bytes tell the format. */
const HEAD_BYTES = 2_048;

/** Types that are never audio. */
const PAGE_TYPE = /^(text\/|application\/(json|xml|xhtml\+xml|problem\+json))/i;

/**
 * Opens the body of an answer.
 *
 * @returns The audio, or what came in its place, in words.
 * @throws {unknown} when the connection is lost, or the exchange has ended.
 */
export async function openAudio(
  response: Response,
  method: string,
  exchange: Exchange,
  key: string,
): Promise<AudioBody | string> {
  const { status, headers, body } = response;
  const coding = headers.get("content-encoding")?.trim().toLowerCase() || "identity";
  const isDecoded = coding !== "identity";
  const isContent = method === "GET" && (status === 200 || status === 206);
  if (!isContent) {
    body?.cancel().catch(() => {});
    return { response, bytes: undefined, isDecoded };
  }
  if (body === null) return "no audio";
  let reader: Reader = body.getReader();
  let head = await readHead(reader, exchange, isDecoded ? 2 : HEAD_BYTES);
  if (isDecoded) {
    // "identity" was asked for. Deno decodes nothing then, the other runtimes do.
    const isGzip = head.bytes[0] === 0x1f && head.bytes[1] === 0x8b;
    if (!/^(x-)?gzip$/.test(coding) || (isGzip && status !== 200)) {
      return `audio in a content coding that was not asked for (${coding.slice(0, 20)})`;
    }
    const rest = read(reader, exchange, head.bytes);
    const stream = streamOf(rest);
    reader = (isGzip ? stream.pipeThrough(new DecompressionStream("gzip")) : stream).getReader();
    head = await readHead(reader, exchange, HEAD_BYTES);
  }
  const { bytes, isWhole } = head;
  if (bytes.length === 0) return "no audio: 0 bytes";
  const isStart = status === 200 || /^bytes 0-/.test(headers.get("content-range") ?? "");
  const format = isStart && (isWhole || bytes.length >= 16) ? audioFormat(bytes) : "pcm";
  const isUnknown = format === "pcm" || format === "text";
  if (format === "text" || (isUnknown && PAGE_TYPE.test(headers.get("content-type") ?? ""))) {
    return "text and not audio";
  }
  return { response, bytes: pass(reader, exchange, bytes, key), isDecoded };
}

/** Reads until enough bytes are there. */
async function readHead(
  reader: Reader,
  exchange: Exchange,
  enough: number,
): Promise<{ readonly bytes: Bytes; readonly isWhole: boolean }> {
  let bytes: Bytes = new Uint8Array(0);
  while (bytes.length < enough) {
    const { done, value } = await exchange.read(reader);
    if (done) return { bytes, isWhole: true };
    bytes = concatBytes([bytes, value]);
  }
  return { bytes, isWhole: false };
}

async function* read(
  reader: Reader,
  exchange: Exchange,
  head: Bytes,
): AsyncGenerator<Bytes, void, void> {
  yield head;
  for (;;) {
    const { done, value } = await exchange.read(reader);
    if (done) return;
    yield value as Bytes;
  }
}

/** A stream that asks for a piece when one is read: whoever reads slowly makes nothing pile up. */
function streamOf(source: AsyncGenerator<Bytes, void, void>): ReadableStream<Bytes> {
  return new ReadableStream<Bytes>({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => void source.return(),
  }, { highWaterMark: 0 });
}

/** The bytes as they come. The key was not sent to this server. Should it come all the same, it stays here. */
async function* pass(
  reader: Reader,
  exchange: Exchange,
  head: Bytes,
  key: string,
): AsyncGenerator<Bytes, void, void> {
  const mask = new KeyMask(key);
  try {
    for await (const bytes of read(reader, exchange, head)) {
      const ready = mask.push(bytes);
      if (ready.length > 0) yield ready;
    }
    const rest = mask.end();
    if (rest.length > 0) yield rest;
    exchange.close();
  } catch {
    throw new Error("The audio broke off.");
  } finally {
    exchange.cancel();
  }
}
