import { lookAtAccount, lookAtLatency } from "./checks/account.ts";
import { type Check, CHECK_NAMES, type CheckName, type Report, skipped } from "./report.ts";
import { lookAtClock } from "./checks/clock.ts";
import { lookAtCors } from "./checks/cors.ts";
import { lookAtEndpoint } from "./checks/endpoint.ts";
import { lookAtGrpc } from "./checks/grpc.ts";
import { lookAtGrpcWeb } from "./checks/grpc_web.ts";
import { lookAtHttp } from "./checks/http.ts";
import { lookAtKey } from "./checks/key.ts";
import { lookAtName, lookAtPort } from "./checks/network.ts";
import type { Subject } from "./subject.ts";
import { lookAtTls } from "./checks/tls.ts";

interface Step {
  readonly look: (subject: Subject) => Report | Promise<Report>;
  /** The checks that must have succeeded. */
  readonly needs?: readonly CheckName[];
}

const STEPS: Readonly<Record<CheckName, Step>> = {
  key: { look: lookAtKey },
  endpoint: { look: lookAtEndpoint },
  dns: { look: lookAtName, needs: ["endpoint"] },
  tcp: { look: lookAtPort, needs: ["dns"] },
  tls: { look: lookAtTls, needs: ["tcp"] },
  http: { look: lookAtHttp, needs: ["tls"] },
  "grpc-web": { look: lookAtGrpcWeb, needs: ["http"] },
  grpc: { look: lookAtGrpc, needs: ["http"] },
  cors: { look: lookAtCors, needs: ["grpc-web"] },
  account: { look: lookAtAccount, needs: ["key", "http"] },
  latency: { look: lookAtLatency, needs: ["account"] },
  clock: { look: lookAtClock, needs: ["http"] },
};

/** What is given to look at. */
export type Given = Pick<Subject, "limit" | "key" | "endpoint" | "secure" | "page">;

/**
 * Checks everything between a program and the service, one thing after the other. It sends nothing that costs credits.
 * It sends the key only to a server that the runtime trusts, and that speaks gRPC or asks for a key first.
 *
 * @returns Each check as it is done. It throws the signal's reason when that aborts.
 */
export async function* diagnose(given: Given): AsyncGenerator<Check, void, void> {
  const subject: Subject = {
    ...given,
    addresses: [],
    speaks: new Set(),
  };
  /** The checks that failed or were skipped, each with the check that failed first. */
  const ill = new Map<CheckName, string>();
  for (const name of CHECK_NAMES) {
    const { look, needs = [] } = STEPS[name];
    const root = needs.map((need) => ill.get(need)).find((need) => need !== undefined) ??
      unspoken(name, subject);
    const report = root === undefined
      ? await look(subject)
      : skipped(`Not checked, because ${root} failed.`);
    // A step that skips itself, such as TLS at a plaintext endpoint, does not keep others from running.
    if (report.status === "failed" || root !== undefined) ill.set(name, root ?? name);
    given.limit.signal.throwIfAborted();
    yield { name, ...report };
  }
}

/** The key is not sent to a server that speaks neither protocol. */
function unspoken(name: CheckName, { speaks }: Subject): string | undefined {
  return name === "account" && !speaks.has("grpc-web") && !speaks.has("grpc")
    ? "grpc-web"
    : undefined;
}
