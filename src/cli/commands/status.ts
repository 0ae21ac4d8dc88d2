import { type CheckStatusResponse, RequestStatus } from "../sdk.ts";
import type { DefineCommand } from "../options.ts";
import type { Context } from "../context.ts";
import { printable } from "../terminal/printable.ts";

const EXAMPLES = `
The exit code is 0 whatever the status is; \`tsetsen wait\` fails when the job
has failed.

Example:
  $ tsetsen status 5f0c6a4e`;

/** `tsetsen status`: how far a job is. */
export const defineStatus: DefineCommand = (command, act) => {
  command
    .argument("<id>", "the request id of the job")
    .addHelpText("after", EXAMPLES)
    .action(act(status));
};

async function status(context: Context, _options: unknown, requestId: string): Promise<void> {
  const client = await context.client();
  const response = await client.checkStatus(requestId, { signal: context.signal });
  await context.result(jobJson(response), describeJob(response));
}

/** The name of an enum's value. A value that this version does not know stays a number. */
export function nameOf(value: number, names: Readonly<Record<number, string>>): string {
  return names[value] ?? `${value}`;
}

/** A job as JSON. */
export function jobJson(response: CheckStatusResponse): object {
  return { ...response, status: nameOf(response.status, RequestStatus) };
}

/** A job for people: a line for each known fact. */
export function describeJob(response: CheckStatusResponse): string {
  const { requestId, status, audioUrl, errorMessage, metrics = {} } = response;
  const { queueTime, processingTime, totalTime, audioLength, creditsUsed, characterCount } =
    metrics;
  const facts: readonly (readonly [name: string, value: unknown, unit?: string])[] = [
    ["job", requestId],
    ["status", nameOf(status, RequestStatus)],
    ["error", errorMessage],
    ["audio", audioUrl],
    ["length", audioLength, "s"],
    ["credits", creditsUsed],
    ["characters", characterCount],
    ["queued", queueTime, "ms"],
    ["processed", processingTime, "ms"],
    ["in all", totalTime, "ms"],
  ];
  return facts.filter(([, value]) => value !== undefined)
    .map(([name, value, unit]) =>
      `${name.padEnd(12)}${printable(`${value}`)}${unit ? ` ${unit}` : ""}`
    ).join("\n");
}
