import { TsetsenError } from "../../../contract/errors.ts";
import { resolveEndpoint } from "../../../contract/endpoint.ts";
import { isLoopbackHost } from "../../../lib/url.ts";
import { failed, ok, type Report, warning } from "../report.ts";
import { hostOf, portOf, type Subject } from "../subject.ts";

/** Whether the endpoint can be understood, and whether the key may go there. */
export function lookAtEndpoint(subject: Subject): Report {
  const { value, source } = subject.endpoint;
  let url: URL;
  try {
    url = resolveEndpoint(value, subject.secure);
  } catch (error) {
    if (!(error instanceof TsetsenError)) throw error;
    return failed(
      "invalid_request",
      `What ${source} gives is not an endpoint: ${error.rawMessage}.`,
      "Give host:port, or an https URL; plaintext http needs --insecure (secure: false).",
    );
  }
  subject.url = url;
  const host = hostOf(url);
  const found = `${url.origin}${url.pathname.replace(/\/$/, "")}, from ${source}.`;
  const facts = { origin: url.origin, host, port: portOf(url), path: url.pathname, source };
  return url.protocol === "https:" || isLoopbackHost(url.hostname) ? ok(found, facts) : warning(
    `${found} It is plaintext.`,
    "Everyone on the way can read the key: use it only in a network that you trust.",
    facts,
  );
}
