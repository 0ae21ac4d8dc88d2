import { Client } from "../../sdk.ts";
import { type ErrorCode, TsetsenError } from "../../../contract/errors.ts";
import { grpcTransport } from "../../../grpc/mod.ts";
import { failed, ok, type Report, warning } from "../report.ts";
import type { Subject } from "../subject.ts";
import { rootCause } from "../../errors/root_cause.ts";

/** How many calls the latency is the median of. */
const CALLS = 5;
/** What is slow, in milliseconds. */
const SLOW = 1_000;

/** A client like the user's, but without retries. */
function clientOf(subject: Subject): Client {
  const { url, secure, key, limit, speaks } = subject;
  const endpoint = url!.href;
  return new Client({
    apiKey: key.value,
    endpoint,
    secure,
    timeout: limit.ms,
    maxRetries: 0,
    transport: speaks.has("grpc-web") ? undefined : grpcTransport({ endpoint, secure }),
  });
}

/** Checks whether the key is accepted, by the free call that reads the balance. */
export async function lookAtAccount(subject: Subject): Promise<Report> {
  const { signal } = subject.limit;
  const client = clientOf(subject);
  try {
    const { credits } = await client.getUserBalance({}, { signal });
    const found = `The key is accepted; credits left: ${credits}.`;
    const facts = { credits };
    return credits > 0 ? ok(found, facts) : warning(found, "Top up before you speak.", facts);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof TsetsenError)) throw error;
    const { code, rawMessage } = error;
    const isRefused = code === "authentication_failed" || code === "permission_denied";
    return failed(
      code as ErrorCode,
      `${isRefused ? "The key is not accepted" : "The call failed"}: ${ended(rawMessage)}`,
      isRefused
        ? "Check that the key is whole, still valid, and meant for this endpoint."
        : "Read what the service says, and try again later if it is down.",
    );
  } finally {
    client.close();
  }
}

/** What the service says, as the end of a sentence of ours. */
function ended(message: string): string {
  return /[.!?)]$/.test(message) ? message : `${message}.`;
}

/** How long a call takes. */
export async function lookAtLatency(subject: Subject): Promise<Report> {
  const { signal } = subject.limit;
  const client = clientOf(subject);
  const times: number[] = [];
  try {
    // The first makes the connection.
    for (let call = 0; call <= CALLS; call++) {
      const start = performance.now();
      await client.getUserBalance({}, { signal });
      if (call > 0) times.push(performance.now() - start);
    }
  } catch (error) {
    signal.throwIfAborted();
    const found = `Of ${CALLS + 1} calls one failed: ${rootCause(error)}.`;
    return warning(found, "Try again: what fails now and then is retried by the client.");
  } finally {
    client.close();
  }
  times.sort((a, b) => a - b);
  const [min, median, max] = [times[0]!, times[CALLS >> 1]!, times[CALLS - 1]!].map((ms) =>
    Math.round(ms * 10) / 10
  );
  const found = `${median} ms in the median of ${CALLS} calls, from ${min} to ${max} ms.`;
  const facts = { calls: CALLS, median, min, max };
  return median! <= SLOW
    ? ok(found, facts)
    : warning(found, "Look at the network, and at how far away the service is.", facts);
}
