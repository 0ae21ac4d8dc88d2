import { ok, type Report, skipped, warning } from "../report.ts";
import { type Answer2, askGrpc } from "../wire/http2.ts";
import type { Subject } from "../subject.ts";
import { rootCause } from "../../errors/root_cause.ts";

const NO_NEED = "Only grpcTransport has use for it.";

/** Whether the server answers in native gRPC. */
export async function lookAtGrpc(subject: Subject): Promise<Report> {
  if (!subject.speaks.has("h2")) {
    return skipped(`Native gRPC needs HTTP/2, which is not spoken. ${NO_NEED}`);
  }
  let answer: Answer2;
  try {
    answer = await askGrpc(subject);
  } catch (error) {
    subject.limit.signal.throwIfAborted();
    return skipped(`A call in native gRPC is not answered: ${rootCause(error)}. ${NO_NEED}`);
  }
  const { status, type, grpcStatus } = answer;
  const facts = { status, contentType: type, grpcStatus: grpcStatus ?? null };
  if (!/^application\/grpc(\+proto)?\s*(;|$)/i.test(type)) {
    const found = `Native gRPC is not spoken: HTTP ${status}, content type ${type}. ${NO_NEED}`;
    return skipped(found, facts);
  }
  if (grpcStatus === undefined) {
    return warning(
      `Native gRPC is answered without its trailers: HTTP ${status}, ${type}.`,
      `What stands in between does not pass trailers on. ${NO_NEED}`,
      facts,
    );
  }
  subject.speaks.add("grpc");
  return ok(`Native gRPC is spoken: HTTP ${status}, ${type}.`, facts);
}
