import { ok, type Report, warning } from "../report.ts";
import { ask } from "./grpc_web.ts";
import type { Subject } from "../subject.ts";
import { rootCause } from "../../errors/root_cause.ts";

/** The headers of the client that need a CORS permission, and the headers that it reads of an answer. */
const SENT = [
  "content-type",
  "grpc-timeout",
  "x-api-key",
  "x-goog-api-key",
  "x-grpc-web",
  "x-user-agent",
];
const READ = ["grpc-message", "grpc-status"];

const REMEDY =
  "Only pages in browsers need it: let the gateway allow it (examples/gateways), or use @tsetsen/sdk/proxy.";

/** Checks whether a page may call, by a preflight like that of a browser. */
export async function lookAtCors(subject: Subject): Promise<Report> {
  const { page } = subject;
  let response: Response;
  try {
    response = await ask(subject, {
      method: "OPTIONS",
      headers: {
        origin: page,
        "access-control-request-method": "POST",
        "access-control-request-headers": SENT.join(","),
      },
    });
  } catch (error) {
    subject.limit.signal.throwIfAborted();
    return warning(`The preflight of a browser is not answered: ${rootCause(error)}.`, REMEDY);
  }
  const { status, headers } = response;
  const facts = { page, status };
  if (!response.ok || !allows(headers, page)) {
    const found = response.ok ? "without permission for that origin" : `with HTTP ${status}`;
    return warning(
      `A page of ${page} may not call: the preflight is answered ${found}.`,
      REMEDY,
      facts,
    );
  }
  const refused = missing(headers.get("access-control-allow-headers"), SENT);
  if (refused.length > 0) {
    const found = `A page of ${page} may not send ${refused.join(", ")}.`;
    return warning(found, REMEDY, { ...facts, refused });
  }
  const { exposed = headers } = subject;
  if (!allows(exposed, page)) {
    const found =
      `A page of ${page} may call, but not read the answer: it lacks access-control-allow-origin.`;
    return warning(found, REMEDY, facts);
  }
  const hidden = missing(exposed.get("access-control-expose-headers"), READ);
  if (hidden.length > 0 && subject.exposed !== undefined) {
    const found = `A page of ${page} may call, but not see why a call fails: ${
      hidden.join(", ")
    } are not exposed.`;
    return warning(found, REMEDY, { ...facts, hidden });
  }
  return ok(`A page of ${page} may call.`, facts);
}

function allows(headers: Headers, page: string): boolean {
  return ["*", page].includes(headers.get("access-control-allow-origin") ?? "");
}

function missing(list: string | null, names: readonly string[]): readonly string[] {
  const allowed = (list ?? "").toLowerCase().split(",").map((name) => name.trim());
  return allowed.includes("*") ? [] : names.filter((name) => !allowed.includes(name));
}
