import { interruptedJobs, type LogEvent, RequestStatus, TimeoutError } from "@tsetsen/sdk";
import { endsAfter, equal, ok, rejected, sleep } from "../assert.ts";
import { type Case, type Context, SPEECH, Stand } from "../context.ts";

const group = "Watching a job";

export const watching: Case[] = [
  {
    group,
    name: "Client.watchStatus polls at pollInterval and ends after COMPLETED",
    async run(context) {
      await using stand = await Stand.open(context, { queueTime: 250, pace: 5 });
      using client = stand.client();
      const { requestId } = await client.generateSpeech(SPEECH);
      const seen: string[] = [];
      const attempts: number[] = [];
      for await (const update of client.watchStatus(requestId, { pollInterval: 100 })) {
        if (update.changed) seen.push(RequestStatus[update.status]);
        attempts.push(update.attempt);
      }
      const times = (await stand.requests("CheckStatus")).map(({ time }) => time);
      equal(attempts, times.map((_, index) => index + 1));
      for (const gap of gaps(times)) ok(gap >= 90 && gap < 350, `a gap of ${gap} ms, not 100`);
      return seen;
    },
  },
  {
    group,
    name: "Client.watchStatus adapts its interval when none is given",
    async run(context) {
      await using stand = await Stand.open(context, { queueTime: 700 });
      using client = stand.client();
      const { requestId } = await client.generateSpeech(SPEECH);
      await client.waitForCompletion(requestId);
      const times = (await stand.requests("CheckStatus")).map(({ time }) => time);
      // The schedule waits for the time at which a job is likely to end, at most a second.
      ok(times.length >= 2 && times.length <= 7, `${times.length} polls`);
      for (const gap of gaps(times)) ok(gap >= 100 && gap < 1_500, `a gap of ${gap} ms`);
    },
  },
  {
    group,
    name:
      "Client.watchStatus survives polls that fail for a reason that can pass, and tells the log",
    async run(context) {
      await using stand = await Stand.open(context, { queueTime: 50 });
      const events: LogEvent[] = [];
      using client = stand.client({ log: (event) => events.push(event) });
      const { requestId } = await client.generateSpeech(SPEECH);
      await stand.fault({ kind: "error", code: "UNAVAILABLE", method: "CheckStatus" });
      await stand.fault({ kind: "http", status: 503, method: "CheckStatus" });
      await stand.fault({ kind: "truncate", method: "CheckStatus" });
      const attempts: number[] = [];
      for await (const { attempt } of client.watchStatus(requestId, { pollInterval: 60 })) {
        attempts.push(attempt);
      }
      equal(attempts, [4], "attempts that gave an update");
      return events.filter((event) => "delay" in event)
        .map(({ type, method, attempt, error }) => [type, method, attempt, error.code]);
    },
  },
  {
    group,
    name: "Client.watchStatus ends at its timeout, with the job's id, also while a poll hangs",
    async run(context) {
      const messages: string[] = [];
      for (const hang of [false, true]) {
        const [stand, requestId] = await neverDone(context);
        await using _ = stand;
        using client = stand.client();
        if (hang) await stand.fault({ kind: "hang", method: "CheckStatus", afterBytes: 3 });
        const wait = client.waitForCompletion(requestId, { timeout: 400, pollInterval: 100 });
        wait.catch(() => {});
        await endsAfter(400, wait);
        const error = await rejected(wait) as TimeoutError;
        ok(error instanceof TimeoutError && error.requestId === requestId, String(error));
        messages.push(error.rawMessage);
      }
      return messages;
    },
  },
  {
    group,
    name: "Client.watchStatus ends at an abort with the signal's own reason, which names the job",
    async run(context) {
      const [stand, requestId] = await neverDone(context);
      await using _ = stand;
      using client = stand.client();
      const controller = new AbortController();
      const reason = new Error("enough");
      const wait = client.waitForCompletion(requestId, { signal: controller.signal });
      wait.catch(() => {});
      await sleep(100);
      controller.abort(reason);
      await endsAfter(0, wait);
      ok(await rejected(wait) === reason, "not the signal's reason");
      equal(interruptedJobs(reason), [{ requestId, charged: "yes" }]);
    },
  },
  {
    group,
    name: "Client.watchStatus stops polling when its loop is left",
    async run(context) {
      const [stand, requestId] = await neverDone(context);
      await using _ = stand;
      using client = stand.client();
      for await (const _ of client.watchStatus(requestId, { pollInterval: 50 })) break;
      await sleep(200);
      equal((await stand.requests("CheckStatus")).length, 1, "polls");
    },
  },
  {
    group,
    name: "Client.waitForCompletion returns COMPLETED and FAILED alike",
    async run(context) {
      await using stand = await Stand.open(context, { failText: "алдаа" });
      using client = stand.client();
      const ends = [];
      for (const text of ["сайн", "алдаа"]) {
        const { requestId } = await client.generateSpeech({ ...SPEECH, text });
        const { status, errorMessage } = await client.waitForCompletion(requestId);
        ends.push([RequestStatus[status], errorMessage]);
      }
      equal(ends, [["COMPLETED", undefined], ["FAILED", "the voice was lost"]]);
    },
  },
];

async function neverDone(context: Context): Promise<[Stand, string]> {
  const stand = await Stand.open(context, { queueTime: 60_000 });
  using client = stand.client();
  return [stand, (await client.generateSpeech(SPEECH)).requestId];
}

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}
