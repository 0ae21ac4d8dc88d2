// The rows of the fault table: what the emulator does, and the error that it must become.

import type { ErrorCode, Fault } from "../../src/emulator/mod.ts";
import { frame, trailers } from "./wire.ts";
import { bytesOf, concat } from "./wire.ts";

/** The error of a row. `{origin}`, `{method}`, `{timeout}` and `{advice}` are filled in. */
export interface Expected {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly statusCode?: number;
  /** Browsers hide the status of a redirect. */
  readonly anyStatus?: boolean;
  readonly charged: "no" | "unknown";
}

type Bare<F> = F extends Fault ? Omit<F, "method" | "times" | "when"> : never;

export interface FaultRow {
  readonly name: string;
  /** What the emulator does… */
  readonly fault?: Bare<Fault>;
  /** …or an endpoint where no emulator is: a closed port, or a name that does not resolve. */
  readonly endpoint?: "closed" | "unknown";
  readonly expected: Expected;
  /** Why it can happen to gRPC-Web only. */
  readonly webOnly?: string;
  /** Whether the id of the job has come before it: then the error names it, and the job was charged. */
  readonly afterId?: boolean;
  /** What a stream makes of it, if that is something else. */
  readonly stream?: Expected | "succeeds";
}

const NO_ANSWER = {
  name: "ConnectionError",
  code: "connection_error",
  message:
    "No answer from {origin}: the connection could not be made or was lost. Check address, network, TLS and protocol " +
    "(native gRPC needs grpcTransport): `tsetsen doctor` tells which it is.",
} as const;

const BROKEN_OFF: Expected = {
  name: "ConnectionError",
  code: "connection_error",
  message: "The answer from {origin} broke off: the connection was lost.",
  charged: "unknown",
};

const TOO_LATE: Expected = {
  name: "TimeoutError",
  code: "timeout",
  message: "{method} took longer than its timeout of {timeout} ms. {advice}",
  charged: "unknown",
};

const NOT_GRPC_WEB: Expected = {
  name: "ServerError",
  code: "server_error",
  message:
    "The answer is not valid gRPC-Web. Check that endpoint is a gRPC-Web endpoint of the service.",
  charged: "unknown",
};

const TRAILERS_APART = "the trailers of native gRPC are HTTP/2's own and no frame of the body";

export const FAULTS: readonly FaultRow[] = [
  { name: "connection refused", endpoint: "closed", expected: { ...NO_ANSWER, charged: "no" } },
  { name: "name not found", endpoint: "unknown", expected: { ...NO_ANSWER, charged: "no" } },
  {
    name: "reset before the answer",
    fault: { kind: "drop" },
    expected: { ...NO_ANSWER, charged: "unknown" },
  },
  { name: "reset after the headers", fault: { kind: "drop", afterBytes: 0 }, expected: BROKEN_OFF },
  { name: "reset mid-answer", fault: { kind: "drop", afterBytes: 3 }, expected: BROKEN_OFF },
  { name: "hang", fault: { kind: "hang" }, expected: TOO_LATE },
  { name: "hang after the headers", fault: { kind: "hang", afterBytes: 0 }, expected: TOO_LATE },
  { name: "hang mid-answer", fault: { kind: "hang", afterBytes: 6 }, expected: TOO_LATE },
  { name: "truncated frame", fault: { kind: "truncate" }, expected: BROKEN_OFF },
  {
    name: "truncated frame header",
    fault: { kind: "truncate", afterBytes: 4 },
    expected: BROKEN_OFF,
  },
  { name: "empty answer", fault: { kind: "truncate", afterBytes: 0 }, expected: BROKEN_OFF },
  // A stream that has said that it is final is complete.
  {
    name: "missing trailers",
    fault: { kind: "no-trailers" },
    expected: BROKEN_OFF,
    afterId: true,
    stream: "succeeds",
  },
  notGrpcWeb("HTML with 200", { kind: "http", status: 200 }, "HTTP 200, content type text/html"),
  notGrpcWeb(
    "JSON with 200",
    { kind: "content-type", contentType: "application/json" },
    "HTTP 200, content type application/json",
  ),
  {
    ...notGrpcWeb(
      "gRPC with 200",
      { kind: "content-type", contentType: "application/grpc" },
      "HTTP 200, content type application/grpc",
    ),
    webOnly: "it is what native gRPC expects",
  },
  notGrpcWeb(
    "gRPC-Web as text",
    { kind: "content-type", contentType: "application/grpc-web-text" },
    "HTTP 200, content type application/grpc-web-text",
  ),
  notGrpcWeb(
    "no content type",
    { kind: "content-type", contentType: "" },
    "HTTP 200, content type none",
  ),
  http(400, "ServerError", "server_error", "no"),
  http(401, "AuthenticationError", "authentication_failed", "no"),
  http(403, "PermissionDeniedError", "permission_denied", "no"),
  http(404, "ServerError", "server_error", "no"),
  http(429, "RateLimitExceededError", "rate_limit_exceeded", "no"),
  http(500, "ServerError", "server_error", "unknown"),
  http(502, "ServiceUnavailableError", "service_unavailable", "unknown"),
  http(503, "ServiceUnavailableError", "service_unavailable", "unknown"),
  http(504, "ServiceUnavailableError", "service_unavailable", "unknown"),
  ...[301, 302, 303, 307, 308].map(redirect),
  status("UNKNOWN", 2, "ServerError", "server_error", "unknown"),
  status("INVALID_ARGUMENT", 3, "InvalidRequestError", "invalid_request", "no"),
  status("DEADLINE_EXCEEDED", 4, "TimeoutError", "timeout", "unknown"),
  status("NOT_FOUND", 5, "ResourceNotFoundError", "resource_not_found", "no"),
  status("ALREADY_EXISTS", 6, "ResourceNotFoundError", "resource_not_found", "unknown"),
  status("PERMISSION_DENIED", 7, "PermissionDeniedError", "permission_denied", "no"),
  status("RESOURCE_EXHAUSTED", 8, "RateLimitExceededError", "rate_limit_exceeded", "no"),
  status("FAILED_PRECONDITION", 9, "InvalidRequestError", "invalid_request", "no"),
  status("ABORTED", 10, "ServerError", "server_error", "unknown"),
  status("OUT_OF_RANGE", 11, "InvalidRequestError", "invalid_request", "no"),
  status("UNIMPLEMENTED", 12, "ServerError", "server_error", "no"),
  status("INTERNAL", 13, "ServerError", "server_error", "unknown"),
  status("UNAVAILABLE", 14, "ServiceUnavailableError", "service_unavailable", "unknown"),
  status("DATA_LOSS", 15, "ServerError", "server_error", "unknown"),
  status("UNAUTHENTICATED", 16, "AuthenticationError", "authentication_failed", "no"),
  {
    name: "UNAVAILABLE in the headers",
    fault: { kind: "error", code: "UNAVAILABLE", message: "go away", trailersOnly: true },
    expected: {
      name: "ServiceUnavailableError",
      code: "service_unavailable",
      message: "go away",
      statusCode: 14,
      charged: "unknown",
    },
  },
  {
    name: "no credits",
    fault: { kind: "error", code: "RESOURCE_EXHAUSTED", message: "insufficient credits" },
    expected: {
      name: "InsufficientCreditsError",
      code: "insufficient_credits",
      message: "insufficient credits",
      statusCode: 8,
      charged: "no",
    },
  },
  unacceptable(
    "oversized message",
    { kind: "oversized-frame" },
    "a frame announces 4294967295 bytes, and at most {largest} are accepted (maxMessageBytes)",
  ),
  unacceptable(
    "oversized trailers",
    { kind: "garbage", bytes: frame(0x80, new Uint8Array(8), 2 ** 31) },
    "a frame announces 2147483648 bytes, and at most 65536 are accepted",
    TRAILERS_APART,
  ),
  unacceptable(
    "compressed flag",
    { kind: "frame-flags" },
    "a frame has the flags 1, neither message nor trailers (1 is compressed)",
  ),
  unacceptable(
    "garbage",
    { kind: "garbage", bytes: new Uint8Array(64).fill(0x5a) },
    "a frame has the flags 90, neither message nor trailers (1 is compressed)",
  ),
  unacceptable(
    "bytes after the trailers",
    { kind: "garbage", bytes: concat(trailers(), frame(0, new Uint8Array(4))) },
    "it goes on after its trailers",
    TRAILERS_APART,
  ),
  {
    name: "garbage in a frame",
    fault: { kind: "garbage", bytes: concat(frame(0, new Uint8Array(9).fill(0xff)), trailers()) },
    expected: NOT_GRPC_WEB,
  },
  {
    name: "garbage in the trailers",
    fault: { kind: "garbage", bytes: frame(0x80, bytesOf("\u{0}\u{1}nonsense")) },
    webOnly: TRAILERS_APART,
    expected: NOT_GRPC_WEB,
  },
];

function http(code: number, name: string, kind: string, charged: Expected["charged"]): FaultRow {
  const fault = { kind: "http", status: code } as const;
  const message = name === "ServerError"
    ? notInGrpcWeb(`HTTP ${code}, content type text/html`)
    : `{origin} answered with HTTP ${code}.`;
  const expected = { name, code: kind, message, statusCode: code, charged };
  return { name: `HTTP ${code}`, fault, expected };
}

function redirect(code: number): FaultRow {
  const headers = { location: "/redirected/tsetsen.api.v1.TsetsenTTS/GetUserBalance" };
  return {
    name: `redirect ${code}`,
    fault: { kind: "http", status: code, headers },
    expected: {
      name: "ServerError",
      code: "server_error",
      message: "{origin} answered with a redirect, which would take the key along: " +
        "give the final address as endpoint.",
      anyStatus: true,
      charged: "unknown",
    },
  };
}

function status(
  code: ErrorCode,
  statusCode: number,
  name: string,
  kind: string,
  charged: Expected["charged"],
): FaultRow {
  const message = `told ${code}, 100 %`;
  return {
    name: code,
    fault: { kind: "error", code, message },
    expected: { name, code: kind, message, statusCode, charged },
  };
}

function notGrpcWeb(name: string, fault: Bare<Fault>, what: string): FaultRow {
  const message = notInGrpcWeb(what);
  const charged = "unknown";
  return {
    name,
    fault,
    expected: { name: "ServerError", code: "server_error", message, statusCode: 200, charged },
  };
}

function notInGrpcWeb(what: string): string {
  const start = `{origin} did not answer in gRPC-Web but with ${what}`;
  if (/ application\/grpc$|^HTTP 415/.test(what)) {
    return `${start}: it seems to speak native gRPC only. ` +
      "Use grpcTransport of @tsetsen/sdk/grpc, or a gateway.";
  }
  return `${start}. Check that endpoint is a gRPC-Web endpoint of the service, scheme and path included.`;
}

function unacceptable(
  name: string,
  fault: Bare<Fault>,
  problem: string,
  webOnly?: string,
): FaultRow {
  const message = `The answer from {origin} is not acceptable: ${problem}.`;
  const charged = "unknown";
  const expected = { name: "ServerError", code: "server_error", message, charged } as const;
  return { name, fault, expected, ...(webOnly && { webOnly }) };
}
