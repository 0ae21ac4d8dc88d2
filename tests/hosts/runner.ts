// Running cases, by Web APIs only: each ends with its facts or its failure.

import type { Case } from "./context.ts";

/** What came of a case. */
export interface Result {
  readonly group: string;
  readonly name: string;
  readonly ms: number;
  readonly error?: string;
  /** What the case answered: the same on all hosts. */
  readonly facts?: unknown;
}

/** Runs one case. A case that hangs fails, too. */
export async function runOne<C>(testCase: Case<C>, context: C): Promise<Result> {
  const { group, name } = testCase;
  const start = performance.now();
  let end: Record<string, unknown>;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("hangs: not done within 60 s")), 60_000);
    });
    const facts = await Promise.race([testCase.run(context), limit]);
    // Only the ports and the ids of jobs differ from run to run, and the protocol's name.
    const text = JSON.stringify(facts ?? null)
      .replaceAll(/job-[\da-f]{8}-\d+/g, "job-ID")
      .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT").replaceAll("gRPC-Web", "gRPC")
      // Each advises the other.
      .replaceAll("gRPC needs no grpcTransport", "native gRPC needs grpcTransport");
    end = { facts: JSON.parse(text) };
  } catch (error) {
    end = { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  } finally {
    clearTimeout(timer);
  }
  return { group, name, ms: Math.round(performance.now() - start), ...end };
}

/** Runs the cases whose names contain `filter`, one after the other: each has the host to itself. */
export async function runAll<C>(
  cases: readonly Case<C>[],
  context: C,
  filter = "",
): Promise<Result[]> {
  const results: Result[] = [];
  for (const testCase of cases) {
    if (testCase.name.includes(filter)) results.push(await runOne(testCase, context));
  }
  return results;
}
