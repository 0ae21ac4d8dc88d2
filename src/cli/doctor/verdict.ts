import type { ErrorCode } from "../../contract/errors.ts";
import type { Check, CheckName } from "./report.ts";

/** The verdict of all checks. */
export interface Verdict {
  readonly ok: boolean;
  /** One sentence: what was found. */
  readonly verdict: string;
  /** What to do about it. */
  readonly remedy: string | undefined;
  /** The kind of failure, as an error of the SDK names it. */
  readonly code: ErrorCode | undefined;
}

/** The checks by weight: first those on which all others depend. A key can be got in the meantime. */
const BY_WEIGHT: readonly CheckName[] = [
  "endpoint",
  "dns",
  "tcp",
  "tls",
  "http",
  "grpc-web",
  "key",
  "account",
];

/** Judges the checks. */
export function judge(checks: readonly Check[]): Verdict {
  const find = (name: CheckName) => checks.find((check) => check.name === name);
  const failure = BY_WEIGHT.map(find).find((check) => check?.status === "failed");
  const origin = String(find("endpoint")?.facts?.["origin"] ?? "the endpoint");
  if (failure === undefined) {
    const count = checks.filter(({ status }) => status === "warning").length;
    const warnings = count === 0 ? "" : `, with ${count} warning${count === 1 ? "" : "s"}`;
    const verdict = `All is well${warnings}: ${origin} speaks gRPC-Web and accepts the key.`;
    return { ok: true, verdict, remedy: undefined, code: undefined };
  }
  const { name, found, remedy, code = "server_error" } = failure;
  const known = { ok: false, code };
  const others = checks.filter((check) => check.status === "failed" && check !== failure);
  const more = others.length === 0
    ? ""
    : ` (Failed, too: ${others.map((check) => check.name).join(", ")}.)`;
  if (name === "grpc-web" && find("grpc")?.status === "ok") {
    const isWell = find("account")?.status === "ok" ? ", and accepts the key" : "";
    return {
      ...known,
      verdict: `${origin} speaks native gRPC only${isWell}.${more}`,
      remedy: "Use grpcTransport of @tsetsen/sdk/grpc, or put a gateway that speaks gRPC-Web " +
        "in front of it (examples/gateways).",
    };
  }
  const where = name === "endpoint" || name === "key" ? "" : `${origin}: `;
  return { ...known, verdict: `${where}${found}${more}`, remedy };
}
