// The rules about money and identity that hold for every end of a call that pays.

import { interruptedJobs, isSafeToRetry, TsetsenError } from "../../mod.ts";
import { Broken, type DirectPlan, type Outcome } from "./direct.ts";
import type { World } from "./world.ts";

/** Fails with a sentence when a rule is broken. */
export function must(isSo: boolean, rule: string): asserts isSo {
  if (!isSo) throw new Broken(rule);
}

/**
 * A charge that an error or an abort tells must not contradict the ledger.
 *
 * @param over How many of the charges an earlier try has told: "no" says nothing of them.
 */
export function checkCharged(charged: unknown, charges: number, where: string, over = 0): void {
  must(["no", "unknown", "yes"].includes(charged as string), `${where}: charged is ${charged}`);
  must(
    charged !== "no" || charges === over,
    `${where}: charged is "no", the ledger has ${charges}`,
  );
  must(charged !== "yes" || charges > 0, `${where}: charged is "yes", the ledger has none`);
}

/** Checks a direct call against the ledger. `reached` is what the client had when it ended. */
export function checkDirect(
  world: World,
  plan: DirectPlan,
  characters: number,
  { failed, error }: Outcome,
  reached: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): void {
  const { charges: all } = world.emulator.ledger;
  const own = all.filter((charge) => charge.characters === characters);
  const charges = own.length;
  must(charges <= 1, `charged ${charges} times`);
  if (!failed) return must(charges === 1, "a success that the ledger does not know");
  if (error instanceof Broken) throw error;
  const ids = own.map(({ requestId }) => requestId).filter((id) => reached.has(id));
  const isSafe = isSafeToRetry(error);
  if (error instanceof TsetsenError) {
    checkCharged(error.charged, charges, error.name);
    must(
      ids.every((id) => id === error.requestId),
      `${error.name} lost the id ${ids}: ${error.requestId}`,
    );
    const followed = plan.followsInside && plan.call !== "speak" &&
      error.requestId !== undefined && error.charged !== "no";
    must(
      !isSafe || charges === 0 || followed,
      `${error.name} is told safe to retry after a charge`,
    );
    return;
  }
  must(signal?.aborted === true && error === signal.reason, `rejected with ${error}`);
  const jobs = interruptedJobs(error, signal);
  must(charges === 0 || jobs.some(({ charged }) => charged !== "no"), "an abort lost a charge");
  must(charges === 0 || !isSafe, "an abort is told safe to retry after a charge");
  for (const { charged } of jobs) {
    must(charged !== "yes" || charges > 0, 'an abort says "yes", the ledger has none');
  }
  must(
    ids.every((id) => jobs.some(({ requestId }) => requestId === id)),
    `an abort lost the id ${ids}`,
  );
}

/**
 * Checks what became of following a paid job: it costs nothing, and the job is not lost.
 *
 * @param isSpoken Whether the audio of `speak` was read, which is bought again with `speak` only.
 */
export function checkFollowed(
  isSpoken: boolean,
  requestId: string | undefined,
  error: unknown,
  signal: AbortSignal | undefined,
): void {
  if (error instanceof Broken) throw error;
  if (error instanceof TsetsenError) {
    must(error.charged !== "no", `${error.name} of a paid job says "no"`);
    const isTrue = isSafeToRetry(error) !== isSpoken;
    must(isTrue, `${error.name}: isSafeToRetry is ${isSpoken} for ${isSpoken ? "speak" : "a job"}`);
    if (requestId !== undefined) {
      must(error.requestId === requestId, `${error.name} lost the job's id: ${error.requestId}`);
    }
    return;
  }
  must(signal?.aborted === true && error === signal.reason, `following rejected with ${error}`);
  if (requestId === undefined) return;
  must(
    interruptedJobs(error, signal).some((job) => job.requestId === requestId),
    "an abort of a wait lost the job's id",
  );
}
