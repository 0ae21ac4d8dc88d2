/**
 * The status of a gRPC answer. It stands in the trailers or, where they hold none, in the headers.
 *
 * See https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md and PROTOCOL-HTTP2.md beside it.
 *
 * @module
 */

import { base64Decode } from "../lib/bytes.ts";
import { WireReader } from "../lib/wire.ts";

/** A `google.rpc.Status` detail. */
export interface StatusDetail {
  /** The full name of its message, for example `"google.rpc.RetryInfo"`. */
  readonly type: string;
  /** The message, encoded. */
  readonly value: Uint8Array;
}

/** A status that is not OK. */
export interface RpcStatus {
  /** The gRPC code, 1 to 16. */
  readonly code: number;
  /** The message, decoded. */
  readonly message: string;
  /** The trailers and the headers of the answer. */
  readonly metadata: Headers;
  /** What `grpc-status-details-bin` holds. */
  readonly details: readonly StatusDetail[];
  /** Whether the service itself sent it, with the same code everywhere. Only then a code proves a refusal. */
  readonly proven: boolean;
  /** Whether no status could be read. */
  readonly unreadable?: boolean;
}

/** The code of an answer whose own status cannot be read. */
const INTERNAL = 13;

const STATUS = "grpc-status";
const DETAILS = "grpc-status-details-bin";

/**
 * Reads the status of an answer.
 *
 * @param headers The headers of the answer.
 * @param trailers The data of its trailers frame; `undefined` when it has none.
 * @returns The status, or `undefined` when it is OK.
 */
export function readStatus(
  headers: Headers,
  trailers: Uint8Array | undefined,
): RpcStatus | undefined {
  if (trailers !== undefined && isPlainOk(trailers)) return undefined;
  const fields = trailers === undefined ? new Headers() : parseTrailers(trailers);
  const source = fields.has(STATUS) || fields.has(DETAILS) ? fields : headers;
  const status = statusIn(source, source === fields ? fields : new Headers(headers));
  if (status === undefined) return undefined;
  // The headers may say OK as well, because a server that streams writes them first.
  const other = source === fields ? headers.get(STATUS) : null;
  const agrees = other === null || [0, status.code].includes(codeOf(other) ?? -1);
  const rest = source === fields ? headers : fields;
  rest.forEach((value, name) => status.metadata.append(name, value));
  return agrees ? status : { ...status, proven: false };
}

/** Reads trailers: a field a line, names without regard to case. Lines that HTTP does not allow are left out. */
export function parseTrailers(data: Uint8Array): Headers {
  const fields = new Headers();
  for (const line of new TextDecoder().decode(data).split(/\r?\n/)) {
    const colon = line.indexOf(":");
    try {
      if (colon > 0) fields.append(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
    } catch {
      // The other lines may still hold the status.
    }
  }
  return fields;
}

function statusIn(fields: Headers, metadata: Headers): RpcStatus | undefined {
  const status = fields.get(STATUS);
  const encoded = fields.get(DETAILS);
  const rich = encoded === null ? undefined : decodeDetails(encoded);
  const plain = status === null ? undefined : codeOf(status);
  if (plain === undefined && rich?.code === undefined) {
    const problem = status === null ? "missing grpc-status" : "invalid grpc-status";
    const unknown = { details: [], proven: false, unreadable: true };
    return { code: INTERNAL, message: problem, metadata, ...unknown };
  }
  const code = plain ?? rich?.code as number;
  if (code === 0) return undefined;
  const message = rich?.message || percentDecode(fields.get("grpc-message") ?? "");
  const known = code <= 16;
  return {
    code: known ? code : INTERNAL,
    message: known ? message : `invalid grpc-status: ${code}`,
    metadata,
    details: rich?.details ?? [],
    // Details that cannot be read, or that name another code, contradict a refusal.
    proven: known && (encoded === null || rich?.code === code),
  };
}

/** A field that came twice is joined by a comma. It counts when both values are the same. */
function codeOf(value: string): number | undefined {
  const codes = new Set(value.split(",").map((part) => part.trim()));
  const [code = ""] = codes;
  return codes.size === 1 && /^\d{1,4}$/.test(code) ? Number(code) : undefined;
}

/** PROTOCOL-HTTP2.md: a message with invalid percent-encoding must not be discarded. */
function percentDecode(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}

interface Details {
  readonly code: number;
  readonly message: string;
  readonly details: readonly StatusDetail[];
}

/** Decodes a `google.rpc.Status` { 1: int32 code, 2: string message, 3: repeated google.protobuf.Any details }. */
function decodeDetails(encoded: string): Details | undefined {
  try {
    const [first = ""] = encoded.split(",");
    const reader = new WireReader(base64Decode(first));
    let code = 0;
    let message = "";
    const details: StatusDetail[] = [];
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      if (field === 1) code = reader.int32();
      else if (field === 2) message = new TextDecoder().decode(reader.bytes());
      else if (field === 3) details.push(decodeAny(reader.bytes()));
      else reader.skip(wireType, field);
    }
    return { code, message, details };
  } catch {
    return undefined;
  }
}

/** Decodes a `google.protobuf.Any` { 1: string type_url, 2: bytes value }. */
function decodeAny(bytes: Uint8Array): StatusDetail {
  const reader = new WireReader(bytes);
  let type = "";
  let value: Uint8Array = new Uint8Array();
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) type = new TextDecoder().decode(reader.bytes());
    else if (field === 2) value = reader.bytes();
    else reader.skip(wireType, field);
  }
  return { type: type.slice(type.lastIndexOf("/") + 1), value };
}

/** The lines of an OK without a message, as servers write them. */
const OK_LINES = ["grpc-status:0", "grpc-status: 0", "grpc-message:", "grpc-message: "].map(
  (line) => new TextEncoder().encode(`${line}\r\n`),
);

/** Recognises the usual trailers of a success without decoding them. */
function isPlainOk(trailers: Uint8Array): boolean {
  let at = 0;
  let hasStatus = false;
  while (at < trailers.length) {
    const index = OK_LINES.findIndex((line) => startsWith(trailers, line, at));
    if (index === -1) return false;
    if (index < 2) hasStatus = true;
    at += (OK_LINES[index] as Uint8Array).length;
  }
  return hasStatus;
}

function startsWith(bytes: Uint8Array, line: Uint8Array, at: number): boolean {
  // The lines differ at their ends, so compare from there.
  for (let i = line.length - 1; i >= 0; i--) if (bytes[at + i] !== line[i]) return false;
  return true;
}
