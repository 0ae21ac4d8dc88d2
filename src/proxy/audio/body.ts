/**
 * The bytes of finished audio: decoded, checked before the first is passed on, and without the key.
 *
 * @module
 */

import { decodedReader } from "../../audio/download/content_coding.ts";
import { HEAD_BYTES, recognize } from "../../audio/format/format.ts";
import { excludesAudio, typeName } from "../../audio/format/media_type.ts";
import { TsetsenError } from "../../contract/errors.ts";
import { concatBytes } from "../../lib/bytes.ts";
import type { BodyReader } from "../../transport/body_reader.ts";
import type { Exchange } from "../exchange.ts";
import { KeyMask } from "../key_mask.ts";
import type { ResolvedProxyOptions } from "../resolved_options.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Audio that may go to the visitor. */
export interface AudioBody {
  readonly response: Response;
  /** The bytes; `undefined` where the answer has none. */
  readonly bytes: AsyncGenerator<Bytes, void, void> | undefined;
  /** Whether a content coding was undone: lengths and ranges in the headers mean other bytes then. */
  readonly isDecoded: boolean;
}

/**
 * Opens the body of an answer.
 *
 * @returns The audio, or what came instead, in words.
 * @throws {unknown} when the connection is lost, or the exchange has ended.
 */
export async function openAudio(
  response: Response,
  method: string,
  exchange: Exchange,
  options: Pick<ResolvedProxyOptions, "key" | "report">,
): Promise<AudioBody | string> {
  const { status, headers, body } = response;
  const coding = headers.get("content-encoding")?.trim().toLowerCase() || "identity";
  const isDecoded = coding !== "identity";
  if (method !== "GET" || (status !== 200 && status !== 206)) {
    body?.cancel().catch(() => {});
    return { response, bytes: undefined, isDecoded };
  }
  if (body === null) return "no audio";
  // A part of coded bytes is no audio by itself.
  if (isDecoded && status !== 200) return `a part of audio in a content coding`;
  const whole = body.getReader();
  let reader: BodyReader;
  try {
    reader = decodedReader(whole, coding);
  } catch (error) {
    whole.cancel().catch(() => {});
    if (error instanceof TsetsenError) return `audio in a content coding (${coding.slice(0, 20)})`;
    throw error;
  }
  const head = await readHead(reader, exchange);
  const problem = problemOf(head, headers, status);
  if (problem !== undefined) return problem;
  return { response, bytes: pass(reader, exchange, head, options), isDecoded };
}

/** Says what came instead of audio; `undefined` when it may be audio. The middle of audio can look like anything. */
function problemOf(head: Bytes, headers: Headers, status: number): string | undefined {
  if (head.length === 0) return "no audio: 0 bytes";
  const isStart = status === 200 || /^bytes 0-/.test(headers.get("content-range") ?? "");
  // Safari asks for two bytes first.
  const isEnough = status === 200 || head.length >= 16;
  const { format, isAudio, name } = isStart && isEnough
    ? recognize(head)
    : { format: "pcm", isAudio: true, name: "" };
  if (!isAudio) return `${name} and not audio`;
  const type = headers.get("content-type");
  const isOther = format === "pcm" && excludesAudio(type);
  return isOther ? `content of type ${typeName(type)} and not audio` : undefined;
}

/** Reads until enough bytes are there to tell the format. */
async function readHead(reader: BodyReader, exchange: Exchange): Promise<Bytes> {
  let bytes: Bytes = new Uint8Array(0);
  while (bytes.length < HEAD_BYTES) {
    const { done, value } = await exchange.read(reader);
    if (done || value === undefined) return bytes;
    bytes = concatBytes([bytes, value]);
  }
  return bytes;
}

/** Passes the bytes on as they come. The key was not sent to this server; if it comes all the same, it is masked. */
async function* pass(
  reader: BodyReader,
  exchange: Exchange,
  head: Bytes,
  { key, report }: Pick<ResolvedProxyOptions, "key" | "report">,
): AsyncGenerator<Bytes, void, void> {
  const mask = new KeyMask(key);
  try {
    for (let bytes: Uint8Array | undefined = head; bytes !== undefined;) {
      const ready = mask.push(bytes);
      if (ready.length > 0) yield ready;
      const { done, value } = await exchange.read(reader);
      bytes = done ? undefined : value;
    }
    const rest = mask.end();
    if (rest.length > 0) yield rest;
    exchange.close();
  } catch {
    const message = "The audio broke off.";
    if (!exchange.cancelled) report({ type: "upstream_failed", method: "audio", message });
    throw new Error(message);
  } finally {
    exchange.cancel();
  }
}
