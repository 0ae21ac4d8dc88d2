import { failed, ok, type Report, skipped, warning } from "../report.ts";
import { spokenInPlaintext } from "../wire/http1.ts";
import { Silence } from "../wire/limit.ts";
import { type Handshake, shakeHands } from "../wire/socket.ts";
import { hostOf, type Subject } from "../subject.ts";
import { rootCause } from "../../errors/root_cause.ts";

const TRUST =
  "Check who answers there. To trust its authority: DENO_CERT on Deno, NODE_EXTRA_CA_CERTS on Node and Bun, `ca` of grpcTransport.";

/** Whether TLS is spoken, and whether the runtime trusts who speaks it. */
export async function lookAtTls(subject: Subject): Promise<Report> {
  if (subject.url!.protocol === "http:") return skipped("The endpoint is plaintext http.");
  let hands: Handshake;
  try {
    hands = await shakeHands(subject);
  } catch (error) {
    return await withoutHandshake(subject, error);
  }
  const report = certified(subject, hands);
  if (report.status !== "failed") subject.speaks.add("tls");
  return report;
}

async function withoutHandshake(subject: Subject, error: unknown): Promise<Report> {
  subject.limit.signal.throwIfAborted();
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|ProtocolVersion/.test(`${code} ${message}`)) {
    return failed(
      "connection_error",
      "The server has only versions of TLS that are too old: it must have 1.2 or newer.",
      "Update the server, or put a gateway with TLS 1.2 or 1.3 in front of it.",
    );
  }
  const plaintext = await spokenInPlaintext(subject);
  if (plaintext !== undefined) {
    return failed(
      "connection_error",
      `The server does not speak TLS but plaintext ${plaintext}.`,
      "Give the port that has TLS; or http:// with --insecure (secure: false), only in a network that you trust.",
      { plaintext },
    );
  }
  return error instanceof Silence
    ? failed(
      "timeout",
      `The server accepts connections and says nothing: no TLS within ${subject.limit.ms} ms.`,
      "Check that it is the right port, and that the server is not stuck or overloaded.",
    )
    : failed(
      "connection_error",
      `The TLS handshake failed: ${rootCause(error)}.`,
      "Check that it is the right port, and what the server's log says.",
    );
}

/** Judges the certificate, and its dates first, because of several problems each runtime names another one. */
function certified(subject: Subject, hands: Handshake): Report {
  const { version, alpn, distrust, certificate } = hands;
  const host = hostOf(subject.url!);
  const names = certificate.subjectaltname?.replaceAll(/(DNS|IP Address):/g, "") ?? "nobody";
  const issuer = String(certificate.issuer?.O ?? certificate.issuer?.CN ?? "an unknown authority");
  const [from, to] = [certificate.valid_from, certificate.valid_to].map((date) => Date.parse(date));
  const until = day(to);
  const facts = { version, alpn: alpn ?? null, names, issuer, validUntil: until, distrust };
  const now = Date.now();
  const clock = `set the clock, which says ${day(now)}`;
  if (to! < now) {
    const remedy = `Renew the certificate, or ${clock}.`;
    return failed("connection_error", `The certificate expired on ${until}.`, remedy, facts);
  }
  if (from! > now) {
    const remedy = `Wait until then, or ${clock}.`;
    const found = `The certificate is valid from ${day(from)} only.`;
    return failed("connection_error", found, remedy, facts);
  }
  if (distrust?.includes("ALTNAME")) {
    return failed(
      "connection_error",
      `The certificate is for ${names}, not for ${host}.`,
      `Give the name that it is for as endpoint, or have a certificate made for ${host}.`,
      facts,
    );
  }
  if (distrust !== undefined) {
    const isOwn = /SELF_SIGNED/.test(distrust);
    const found = isOwn
      ? `The certificate is self-signed (${distrust}).`
      : `The certificate is from ${issuer}, which this runtime does not trust (${distrust}).`;
    return failed("connection_error", found, TRUST, facts);
  }
  const found = `${version}, a certificate for ${names} by ${issuer}, valid until ${until}.`;
  // Some live for a week, others for a year.
  return to! - now < (to! - from!) / 10
    ? warning(`${found} That is soon.`, "Renew the certificate.", facts)
    : ok(found, facts);
}

function day(time: number | undefined): string {
  return time === undefined || Number.isNaN(time) ? "?" : new Date(time).toISOString().slice(0, 10);
}
