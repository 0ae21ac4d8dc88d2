import { bodyOf } from "../faults/bodies.ts";
import type { Answer } from "../http/call.ts";
import type { AudioFault } from "../faults/faults.ts";
import { render, type Score } from "./synth.ts";
import { BYTES_PER_SAMPLE, WAV_HEADER_BYTES, wavHeaderFor } from "../../audio/wav/wav_writer.ts";

const PIECE_BYTES = 65_536;

/** A file to be downloaded. */
interface AudioFile {
  readonly size: number;
  /** The headers of its type and its version. */
  readonly headers: Headers;
  readonly ranges: boolean;
  read(from: number, to: number): AsyncIterable<Uint8Array>;
}

/** The audio of a job as a file, changed by a fault. */
export function audioFile(id: string, score: Score, fault?: AudioFault): AudioFile {
  const bytes = fault?.bytes;
  const size = bytes?.length ?? WAV_HEADER_BYTES + score.samples * BYTES_PER_SAMPLE;
  const headers = new Headers({ "cache-control": "no-cache" });
  const { contentType = "audio/wav", etag = `"${id}-${size}"`, lastModified = "" } = fault ?? {};
  const given = { "content-type": contentType, etag, "last-modified": lastModified };
  for (const [name, value] of Object.entries(given)) if (value !== "") headers.set(name, value);
  return {
    size,
    headers,
    ranges: fault?.ranges ?? true,
    read: (from, to) => bytes ? bodyOf(bytes.subarray(from, to)) : wave(score, from, to),
  };
}

/**
 * Answers a GET or a HEAD for a file, or for a range of it. It needs no key, because no key may be sent here.
 */
export function audioAnswer(request: Request, file: AudioFile): Answer {
  const { method, headers } = request;
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, headers: new Headers({ allow: "GET, HEAD" }), body: null };
  }
  const { size, headers: answer, ranges } = file;
  const etag = answer.get("etag");
  if (ranges) answer.set("accept-ranges", "bytes");
  // A client needs both to tell whether Last-Modified names one version.
  if (answer.has("last-modified")) answer.set("date", new Date().toUTCString());
  if (etag !== null && headers.get("if-none-match") === etag) {
    return { status: 304, headers: answer, body: null };
  }
  const ifRange = headers.get("if-range") ?? etag;
  const isSame = ifRange === etag || ifRange === answer.get("last-modified");
  const range = ranges && isSame ? parse(headers.get("range"), size) : "whole";
  if (range === "unsatisfiable") {
    answer.set("content-range", `bytes */${size}`);
    return { status: 416, headers: answer, body: null };
  }
  const [from, to] = range === "whole" ? [0, size] : range;
  answer.set("content-length", String(to - from));
  if (range !== "whole") answer.set("content-range", `bytes ${from}-${to - 1}/${size}`);
  return {
    status: range === "whole" ? 200 : 206,
    headers: answer,
    body: method === "HEAD" ? null : file.read(from, to),
  };
}

/** The answer for audio that is not there. */
export function audioNotFound(): Answer {
  const headers = new Headers({ "content-type": "text/plain; charset=utf-8" });
  return { status: 404, headers, body: bodyOf(new TextEncoder().encode("no such audio\n")) };
}

/** The bytes of a WAVE file from one to another, made piece by piece. */
async function* wave(score: Score, from: number, to: number): AsyncGenerator<Uint8Array> {
  const header = wavHeaderFor(score.samples * BYTES_PER_SAMPLE);
  if (from < WAV_HEADER_BYTES) yield header.subarray(from, to);
  for (let at = Math.max(from, WAV_HEADER_BYTES); at < to; at += PIECE_BYTES) {
    const end = Math.min(at + PIECE_BYTES, to);
    yield render(score, at - WAV_HEADER_BYTES, end - WAV_HEADER_BYTES);
  }
}

/** One range, as the first byte and the one after the last. Anything else is no range (RFC 9110, 14.2). */
function parse(range: string | null, size: number): [number, number] | "whole" | "unsatisfiable" {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (first === "" && last === "") return "whole";
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : [size - length, size];
  }
  if (last !== "" && Number(last) < Number(first)) return "whole";
  if (Number(first) >= size) return "unsatisfiable";
  return [Number(first), last === "" ? size : Math.min(Number(last) + 1, size)];
}
