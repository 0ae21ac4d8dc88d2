import { ok, type Report, skipped, warning } from "./check.ts";
import { type Answer2, askGrpc } from "./http2.ts";
import { why } from "./limit.ts";
import type { Subject } from "./subject.ts";

/** Whether the server answers in native gRPC. */
export async function lookAtGrpc(subject: Subject): Promise<Report> {
  if (!subject.speaks.has("h2")) {
    return skipped(
      "It needs HTTP/2, which is not spoken there. Only grpcTransport has use for it.",
    );
  }
  const remedy = "Only grpcTransport of @tsetsen/sdk/grpc needs it.";
  let answer: Answer2;
  try {
    answer = await askGrpc(subject);
  } catch (error) {
    subject.limit.signal.throwIfAborted();
    return warning(`A call in native gRPC is not answered: ${why(error)}.`, remedy);
  }
  const { status, type, grpcStatus } = answer;
  const facts = { status, contentType: type, grpcStatus: grpcStatus ?? null };
  const isGrpc = /^application\/grpc(\+proto)?\s*(;|$)/i.test(type);
  if (!isGrpc) {
    const found = `Native gRPC is not spoken: HTTP ${status}, content type ${type}.`;
    return warning(found, remedy, facts);
  }
  if (grpcStatus === undefined) {
    return warning(
      `Native gRPC is answered without its trailers: HTTP ${status}, ${type}.`,
      `What stands in between does not pass trailers on. ${remedy}`,
      facts,
    );
  }
  subject.speaks.add("grpc");
  return ok(`Native gRPC is spoken: HTTP ${status}, ${type}.`, facts);
}
