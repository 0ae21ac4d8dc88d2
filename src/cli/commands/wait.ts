import { type CheckStatusResponse, type Job, RequestStatus } from "../sdk.ts";
import { addFollowOptions, type DefineCommand } from "../options.ts";
import type { Context } from "../context.ts";
import { duration } from "../terminal/format.ts";
import { describeJob, jobJson, nameOf } from "./status.ts";

interface WaitOptions {
  readonly jobTimeout?: number;
  readonly pollInterval?: number;
}

const EXAMPLES = `
The exit code is 7 when the job has FAILED. With --json each look at the job is
a line, and the last line is the result.

Examples:
  $ tsetsen wait 5f0c6a4e
  $ tsetsen wait 5f0c6a4e --job-timeout 60000 --json`;

/** `tsetsen wait`: waits until a job is done. */
export const defineWait: DefineCommand = (command, act) => {
  command
    .argument("<id>", "the request id of the job")
    .addHelpText("after", EXAMPLES);
  addFollowOptions(command).action(act(wait));
};

async function wait(
  context: Context,
  { jobTimeout: timeout, pollInterval }: WaitOptions,
  requestId: string,
): Promise<void> {
  const job = (await context.client()).job(requestId);
  const response = await follow(context, job, { timeout, pollInterval });
  await context.result(jobJson(response), describeJob(response));
}

/** Follows a job to its end, and shows the progress. */
export async function follow(
  context: Context,
  job: Job,
  options: { readonly timeout: number | undefined; readonly pollInterval: number | undefined },
): Promise<CheckStatusResponse> {
  const live = await context.live();
  for await (const update of job.watch({ ...options, signal: context.signal })) {
    const { requestId, status, elapsed, attempt } = update;
    const name = nameOf(status, RequestStatus);
    context.progress({ requestId, status: name, elapsed: Math.round(elapsed), attempt });
    live.update(0, `${name}, ${duration(elapsed / 1_000)}`);
  }
  live.stop();
  // Rejects when the job FAILED. It sends no request, because the status is known.
  return await job.wait();
}
