// Random faults of every kind of the emulator, at any byte.

import type { ErrorCode, Fault, Route } from "../../src/emulator/mod.ts";
import type { Random } from "./random.ts";

/** A status that says by itself that nothing was accepted. A service that charges and says so lies: no client can know. */
const REFUSALS: readonly ErrorCode[] = [
  "INVALID_ARGUMENT",
  "NOT_FOUND",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "UNAUTHENTICATED",
];
const FAILURES: readonly ErrorCode[] = [
  "CANCELLED",
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
  "ALREADY_EXISTS",
  "ABORTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
];
const HTTP_REFUSALS = [400, 401, 403, 404, 413, 415, 429];
const HTTP_FAILURES = [200, 204, 302, 408, 409, 425, 499, 500, 501, 502, 503, 504, 505, 520];

const KINDS = [
  "delay",
  "error",
  "error",
  "http",
  "drop",
  "drop",
  "hang",
  "truncate",
  "no-trailers",
  "rechunk",
  "frame-flags",
  "oversized-frame",
  "garbage",
  "content-type",
  "metadata",
  "unknown-enum",
  "stream",
] as const;

/** Audio has no frames: a fault that changes frames would make other audio of it, which nobody can tell. */
const AUDIO_KINDS = [
  "delay",
  "error",
  "http",
  "http",
  "drop",
  "drop",
  "hang",
  "truncate",
  "rechunk",
  "oversized-frame",
  "garbage",
  "content-type",
  "stream",
] as const;

type Part<K extends Fault["kind"]> = Omit<Extract<Fault, { kind: K }>, "method" | "when" | "times">;

/** A place in the answer of a method: most are short, the audio is not. */
function place(random: Random, method: Route): number {
  const most = method === "StreamSpeech" || method === "Audio" ? 12_000 : 80;
  return random.percent(30) ? random.below(12) : random.below(most);
}

function failing(random: Random, charged: boolean): Part<"error"> | Part<"http"> {
  const hint = random.percent(50) ? { "retry-after": random.pick(["0", "0", "90"]) } : {};
  if (random.percent(40)) {
    const status = random.pick(charged ? HTTP_FAILURES : [...HTTP_REFUSALS, ...HTTP_FAILURES]);
    const headers = status === 302 ? { location: "/elsewhere" } : hint;
    return { kind: "http", status, headers, charged };
  }
  const uncharged: readonly ErrorCode[] = [...REFUSALS, ...FAILURES, "RESOURCE_EXHAUSTED"];
  const code = random.pick(charged ? FAILURES : uncharged);
  return { kind: "error", code, charged, trailersOnly: random.percent(30), trailers: hint };
}

/** A fault for a method, to strike after some requests, once or more often. */
export function randomFault(random: Random, method: Route): Fault {
  const charged = random.percent(50);
  const afterBytes = place(random, method);
  const cut = (random.percent(30) ? { charged } : { afterBytes }) as { afterBytes?: number };
  let skip = random.percent(70) ? 0 : random.below(3);
  const where = {
    method,
    times: random.percent(80) ? 1 : 1 + random.below(6),
    when: () => skip-- <= 0,
  } as const;
  const kind = random.pick(method === "Audio" ? AUDIO_KINDS : KINDS);
  switch (kind) {
    case "delay":
      return { ...where, kind, delay: random.below(60), charged };
    case "error":
    case "http":
      return { ...where, ...failing(random, charged) } as Fault;
    case "drop":
      return { ...where, kind, ...cut, pause: random.pick([0, 0, 5]) };
    case "hang":
      return { ...where, kind, ...cut };
    case "truncate":
      return { ...where, kind, ...(random.percent(20) ? {} : { afterBytes }) };
    case "no-trailers":
      return { ...where, kind };
    case "rechunk":
      return { ...where, kind, bytes: 1 + random.below(method === "StreamSpeech" ? 300 : 9) };
    case "frame-flags":
      return { ...where, kind, flags: random.percent(50) ? 1 : random.below(256) };
    case "oversized-frame":
      return { ...where, kind, charged, announce: random.pick([2 ** 32 - 1, 100, 20_000_000]) };
    case "garbage":
      return { ...where, kind, charged, bytes: random.below(200) };
    case "content-type":
      return {
        ...where,
        kind,
        contentType: random.pick(["", "text/html", "application/grpc", "application/json"]),
      };
    case "metadata":
      return { ...where, kind, headers: { "x-more": "1" }, trailers: { "x-late": "2" } };
    case "unknown-enum":
      return { ...where, kind, value: random.pick([99, -1, 7]) };
    case "stream":
      if (method === "Audio") {
        return {
          ...where,
          kind: "audio",
          bytes: new Uint8Array(0),
          ranges: random.percent(50),
        };
      }
      return {
        ...where,
        kind,
        chunkBytes: 1 + random.below(3_000),
        waveHeader: random.percent(50),
        neverFinal: random.percent(30),
        ...(random.percent(40) ? { errorMessage: "no more", afterChunks: random.below(4) } : {}),
      };
  }
}
