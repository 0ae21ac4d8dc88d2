/**
 * What the metadata of an answer says besides its status: how long to wait, and what may be shown to people.
 *
 * @module
 */

import { base64Decode } from "../lib/bytes.ts";
import { redactAll, REDACTED } from "../lib/redact.ts";
import { WireReader } from "../lib/wire.ts";

/** More fields than this are no honest answer. */
const MAX_DETAILS = 64;

// Headers of HTTP that say nothing about the call (a ConnectError mixes them with the trailers), and fields that the
// error itself has.
const NOT_DETAILS =
  /^((content|cache|access-control|x-content|x-accel)-.*|accept-ranges|date|server|vary|via|connection|keep-alive|transfer-encoding|set-cookie|alt-svc|grpc-(status.*|message|(accept-)?encoding))$/;

/** The fields that an error shows. */
export function detailsOf(metadata: Headers, secrets: readonly string[]): Record<string, string> {
  return fieldsOf([...metadata].filter(([name]) => !NOT_DETAILS.test(name)), secrets);
}

/** The fields as they may be shown. All are searched together, because one search for a long text takes long. */
export function fieldsOf(
  metadata: Iterable<[string, string]> | undefined,
  secrets: readonly string[],
): Record<string, string> {
  const shown = [...metadata ?? []].slice(0, MAX_DETAILS);
  const texts = redactAll(
    shown.flatMap(([name, value]) => [name, value, bytesIn(name, value)]),
    secrets,
  );
  const details: Record<string, string> = {};
  for (let i = 0; i < texts.length; i += 3) {
    const [name, value, bytes] = texts.slice(i, i + 3) as [string, string, string];
    details[name] = bytes.includes(REDACTED) ? REDACTED : value;
  }
  return details;
}

/** The text in the bytes of binary metadata, where a secret is not seen in base64; empty for other metadata. */
function bytesIn(name: string, value: string): string {
  if (!name.endsWith("-bin")) return "";
  try {
    const parts = value.split(/, ?/).map((part) => base64Decode(part));
    return parts.map((part) => new TextDecoder().decode(part)).join("\n");
  } catch {
    return "";
  }
}

/**
 * The wait that a google.rpc.RetryInfo asks for, in milliseconds. It is
 * { 1: google.protobuf.Duration { 1: int64 seconds, 2: int32 nanos } }.
 */
export function readRetryInfo(message: Uint8Array): number | undefined {
  try {
    const info = new WireReader(message);
    info.tag();
    const duration = new WireReader(info.bytes());
    let ms = 0;
    while (duration.pos < duration.len) {
      const [field] = duration.tag();
      ms += duration.int64() * (field === 1 ? 1e3 : 1e-6);
    }
    return Math.max(0, Math.ceil(ms));
  } catch {
    return undefined; // what cannot be read is no hint
  }
}

/** The wait that Retry-After asks for, in milliseconds (RFC 9110, 10.2.3: seconds or a date). */
export function retryAfterOf(headers: Headers): number | undefined {
  const value = headers.get("retry-after") ?? "";
  // A date begins with the name of a day; Date.parse alone would take almost anything.
  const date = /^[A-Z]/.test(value) ? Date.parse(value) - Date.now() : NaN;
  const ms = /^[\d.]+$/.test(value) ? Number(value) * 1e3 : date;
  return Number.isFinite(ms) ? Math.max(0, Math.ceil(ms)) : undefined;
}
