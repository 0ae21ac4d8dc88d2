import { failed, ok, type Report, warning } from "../report.ts";
import { within } from "../wire/limit.ts";
import { balancePath, EMPTY_MESSAGE, GRPC_WEB, noteDate, type Subject } from "../subject.ts";
import { gatewayOf } from "../gateway.ts";
import { parseUrl } from "../../../lib/url.ts";
import { rootCause } from "../../errors/root_cause.ts";

const REMEDY =
  "Where native gRPC is spoken (the next check), use grpcTransport; otherwise check host, port and path.";

/** Whether the server answers in gRPC-Web, asked as the client asks: by the runtime's own `fetch`, but without a key. */
export async function lookAtGrpcWeb(subject: Subject): Promise<Report> {
  let response: Response;
  try {
    response = await ask(subject, {
      method: "POST",
      headers: {
        // A server may answer with the type that `accept` names first.
        accept: GRPC_WEB,
        "content-type": GRPC_WEB,
        "x-grpc-web": "1",
        origin: subject.page,
      },
      body: EMPTY_MESSAGE,
    });
  } catch (error) {
    subject.limit.signal.throwIfAborted();
    return failed(
      "server_error",
      `A call in gRPC-Web is not answered: ${rootCause(error)}.`,
      REMEDY,
    );
  }
  const { status, headers } = response;
  noteDate(subject, headers.get("date"));
  const type = headers.get("content-type")?.slice(0, 100) ?? "none";
  const gateway = gatewayOf(headers);
  const named = gateway === undefined ? "" : ` The answer names ${gateway}.`;
  const facts = { status, contentType: type, gateway: gateway ?? null };
  if (/^application\/grpc-web(\+proto)?\s*(;|$)/i.test(type)) {
    subject.speaks.add("grpc-web");
    subject.exposed = headers;
    return ok(`gRPC-Web is spoken: HTTP ${status}, ${type}.${named}`, facts);
  }
  const found = `gRPC-Web is not spoken: HTTP ${status}, content type ${type}.${named}`;
  if (status === 401 || status === 403) {
    // A server that asks for a key first may still speak it.
    subject.speaks.add("grpc-web");
    return warning(
      `Not known yet: HTTP ${status} to a call without a key.${named}`,
      "Ignore this if the key is accepted (see below).",
      facts,
    );
  }
  const there = addressOf(headers.get("location"), subject);
  if (status >= 300 && status < 400 && there !== undefined) {
    const remedy = `Give the final address as endpoint: it points to ${there}.`;
    return failed("server_error", found, remedy, { ...facts, location: there });
  }
  return failed(
    "server_error",
    found,
    REMEDY,
    facts,
  );
}

/** Where a redirect leads; `undefined` when no client could go there. For the same server the path is named, too. */
function addressOf(location: string | null, { url }: Subject): string | undefined {
  const there = location === null ? undefined : parseUrl(location, url);
  if (there === undefined || !/^https?:$/.test(there.protocol)) return undefined;
  return there.origin === url!.origin
    ? `${there.origin}${there.pathname}`.slice(0, 200)
    : there.origin;
}

/** Asks, and reads no more of the answer than its head. */
export function ask(subject: Subject, init: RequestInit): Promise<Response> {
  const { origin } = subject.url!;
  return within(subject.limit, async (over) => {
    const response = await fetch(origin + balancePath(subject.url!), {
      ...init,
      redirect: "manual",
      signal: over,
    });
    await response.body?.cancel();
    return response;
  });
}
