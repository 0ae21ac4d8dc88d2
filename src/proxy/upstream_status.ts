/**
 * The statuses of the service, made fit for visitors: without the key, and without blaming them for it.
 *
 * @module
 */

import { base64Decode, base64Encode } from "@bufbuild/protobuf/wire";
import type { Tell } from "./events.ts";
import { hideKey, maskKey } from "./key_mask.ts";
import { Code, encodeMessage, Refused } from "./refused.ts";

type Field = readonly [name: string, value: string];

/** What of HTTP headers that hold a status is metadata of the call, and not of HTTP. */
const METADATA = /^(grpc-|x-|retry-after$)|-bin$/;

/**
 * Trailers as visitors may see them.
 *
 * @param key The proxy's own; empty where visitors bring theirs, who are told then what the service says of it.
 */
export function visibleTrailers(
  fields: readonly Field[],
  method: string,
  key: string,
  tell: Tell,
): Field[] {
  const get = (name: string) => fields.find((field) => field[0] === name)?.[1] ?? "";
  const given = get("grpc-status");
  const code = /^\d{1,9}$/.test(given) ? Number(given) : Code.Unknown;
  const message = decodeMessage(get("grpc-message"));
  if (code !== 0 && key !== "" && isAboutKey(code, message, get("grpc-status-details-bin"))) {
    tell({ type: "key_refused", method, message });
    return keyRefused().fields();
  }
  const visible: Field[] = [["grpc-status", `${code}`]];
  if (message !== "") visible.push(["grpc-message", encodeMessage(hideKey(message, key))]);
  for (const [name, value] of fields) {
    if (name === "grpc-status" || name === "grpc-message" || !/^[\w.-]+$/.test(name)) continue;
    const clean = name.endsWith("-bin") ? cleanBinary(value, key) : cleanText(value, key);
    if (clean !== undefined && !shows(name, key) && !shows(clean, key)) visible.push([name, clean]);
  }
  return visible;
}

/** The metadata in HTTP headers that hold a status ("trailers-only"). */
export function metadataOf(headers: Headers): Field[] {
  return [...headers].filter(([name]) => METADATA.test(name));
}

/** What a visitor is told when the service does not accept the proxy's key: it is no fault of theirs. */
export function keyRefused(): Refused {
  return new Refused(Code.Internal, "The speech service refused the call of this site.");
}

/**
 * UNAUTHENTICATED can only mean the proxy's key. The gateway in front of the service says INVALID_ARGUMENT or
 * PERMISSION_DENIED of a key that is not valid or not enabled.
 */
function isAboutKey(code: number, message: string, details: string): boolean {
  if (code === Code.Unauthenticated) return true;
  if (code !== Code.InvalidArgument && code !== Code.PermissionDenied) return false;
  const told = message + new TextDecoder().decode(decodeBinary(details));
  return /\bapi[ _-]?key|unregistered callers/i.test(told);
}

function cleanText(value: string, key: string): string | undefined {
  // Beyond ASCII or with control characters it is no honest metadata.
  return /^[\x20-\x7e]*$/.test(value) ? hideKey(value, key) : undefined;
}

function cleanBinary(value: string, key: string): string | undefined {
  const bytes = decodeBinary(value);
  return bytes && base64Encode(maskKey(bytes, key), "std_raw");
}

function decodeBinary(value: string): Uint8Array | undefined {
  try {
    return base64Decode(value);
  } catch {
    return undefined;
  }
}

/** Whether the key stands in a text, in other case or percent-encoded. */
function shows(text: string, key: string): boolean {
  if (key === "") return false;
  const wanted = key.toLowerCase();
  return [text, decodeMessage(text)].some((form) => form.toLowerCase().includes(wanted));
}

function decodeMessage(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}
