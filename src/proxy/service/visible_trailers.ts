/**
 * The trailers of the service as visitors may see them, without the key. When the service refuses the proxy's key, it
 * is not the visitor's fault.
 *
 * @module
 */

import { base64Decode, base64Encode } from "@bufbuild/protobuf/wire";
import type { Report } from "../events.ts";
import { hideKey, maskKey, showsKey } from "../key_mask.ts";
import { Code, encodeMessage, type Field, StatusError } from "../answer/status_error.ts";

/** The metadata of the call among HTTP headers that hold a status. */
const METADATA = /^(grpc-|x-|retry-after$)|-bin$/;

/**
 * Makes trailers that visitors may see.
 *
 * @param key The proxy's own key. It is empty when visitors send theirs. They then see what the service says about it.
 */
export function visibleTrailers(
  fields: readonly Field[],
  method: string,
  key: string,
  report: Report,
): Field[] {
  const get = (name: string) => fields.find((field) => field[0] === name)?.[1] ?? "";
  const given = get("grpc-status");
  const code = /^\d{1,9}$/.test(given) ? Number(given) : Code.Unknown;
  const message = decodeMessage(get("grpc-message"));
  if (code !== 0 && key !== "" && isAboutKey(code, message, get("grpc-status-details-bin"))) {
    // The service's own words may quote the visitor's text.
    const message = `The service refused the key with the gRPC status ${code}.`;
    report({ type: "key_refused", method, message });
    return keyRefused().fields();
  }
  const visible: Field[] = [["grpc-status", `${code}`]];
  if (message !== "") visible.push(["grpc-message", encodeMessage(hideKey(message, key))]);
  for (const [name, value] of fields) {
    if (name === "grpc-status" || name === "grpc-message" || !/^[\w.-]+$/.test(name)) continue;
    const clean = name.endsWith("-bin") ? cleanBinary(value, key) : cleanText(value, key);
    if (clean !== undefined && !showsKey(name, key) && !showsKey(clean, key)) {
      visible.push([name, clean]);
    }
  }
  return visible;
}

/** Reads the metadata in HTTP headers that hold a status ("trailers-only"). */
export function metadataOf(headers: Headers): Field[] {
  return [...headers].filter(([name]) => METADATA.test(name));
}

/** Makes the status for a visitor when the service does not accept the proxy's key. */
export function keyRefused(): StatusError {
  return new StatusError(Code.Internal, "The speech service refused the call of this site.");
}

/**
 * UNAUTHENTICATED can only be about the proxy's key. For a key that is not valid or not enabled, the gateway in front
 * of the service answers INVALID_ARGUMENT or PERMISSION_DENIED.
 */
function isAboutKey(code: number, message: string, details: string): boolean {
  if (code === Code.Unauthenticated) return true;
  if (code !== Code.InvalidArgument && code !== Code.PermissionDenied) return false;
  const words = message + new TextDecoder().decode(decodeBinary(details));
  return /\bapi[ _-]?key|unregistered callers/i.test(words);
}

function cleanText(value: string, key: string): string | undefined {
  // Metadata has no control characters and is ASCII.
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

function decodeMessage(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}
