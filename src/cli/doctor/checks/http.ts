import { failed, ok, type Report } from "../report.ts";
import { type Answer1, askHttp1 } from "../wire/http1.ts";
import { speaksHttp2 } from "../wire/http2.ts";
import { shakeHands } from "../wire/socket.ts";
import type { Subject } from "../subject.ts";

/** Which versions of HTTP are spoken. */
export async function lookAtHttp(subject: Subject): Promise<Report> {
  const first = await askHttp1(subject);
  if (first.version !== undefined) subject.speaks.add("http/1.1");
  // A server that was silent to HTTP/1 is not asked again, because that would double the wait.
  const second = !first.isSilent && await askHttp2(subject);
  if (second) subject.speaks.add("h2");
  const versions = [
    ...(first.version === undefined ? [] : [`HTTP/${first.version}`]),
    ...(second ? ["HTTP/2"] : []),
  ];
  const facts = { versions, status: first.status ?? null };
  // nginx and Go answer plaintext at a port for TLS with HTTP 400, in plaintext.
  if (versions.length === 0 || first.status === 400) {
    if (!subject.speaks.has("tls") && await speaksTls(subject)) {
      return failed(
        "connection_error",
        "The server speaks TLS there, not plaintext http.",
        "Give https:// as endpoint, and leave out --insecure (secure: false).",
      );
    }
  }
  if (versions.length === 0) return withoutHttp(subject, first);
  return ok(`The server speaks ${versions.join(" and ")}.`, facts);
}

function withoutHttp({ limit }: Subject, { isSilent, instead }: Answer1): Report {
  return isSilent
    ? failed(
      "timeout",
      `The server accepts connections and does not answer within ${limit.ms} ms.`,
      "Check that it is the right port, and that the server is not stuck or overloaded.",
    )
    : failed(
      "connection_error",
      `The server does not speak HTTP. What came: ${instead}.`,
      "Check host and port: something else than the service answers there.",
    );
}

async function askHttp2(subject: Subject): Promise<boolean> {
  try {
    return await speaksHttp2(subject);
  } catch {
    subject.limit.signal.throwIfAborted();
    return false;
  }
}

async function speaksTls(subject: Subject): Promise<boolean> {
  try {
    await shakeHands(subject);
    return true;
  } catch {
    subject.limit.signal.throwIfAborted();
    return false;
  }
}
