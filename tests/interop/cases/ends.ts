import { TimeoutError } from "@tsetsen/sdk";
import { ok, rejected, sleep, until } from "../../hosts/assert.ts";
import type { Case } from "../../hosts/context.ts";
import { type Context, REQUEST, Service } from "../context.ts";

const group = "Abort and deadline";

// That each ends in time is what other tests hold it to. Here the service would go on for longer than a case may last.

/**
 * What hangs, before its answer or in the middle of it. The unary call is one that costs nothing: our proxy lets a submission
 * go on when its caller leaves, to keep the id of the job.
 */
const WAITS = {
  "a unary call": (service: Service, options: object) =>
    service.client().checkStatus("job-1", { ...options, maxRetries: 0 }),
  "a stream before its first chunk": (service: Service, options: object) =>
    service.client().streamSpeech(REQUEST, options).bytes(),
  "a stream in its middle": (service: Service, options: object) =>
    service.client().streamSpeech(REQUEST, options).bytes(),
} as const;

export const ends: Case<Context>[] = [
  ...Object.entries(WAITS).flatMap(([what, begin]): Case<Context>[] => [
    {
      group,
      name: `Client ends ${what} at its abort, and the service hears of it`,
      async run(context) {
        const service = await hanging(context, what);
        const controller = new AbortController();
        const reason = new Error("enough");
        const work = begin(service, { signal: controller.signal });
        work.catch(() => {});
        await until("the call", async () => (await service.calls()).length === 1);
        await sleep(100);
        controller.abort(reason);
        ok(await rejected(work) === reason, "not the signal's reason");
        await left(service);
      },
    },
    {
      group,
      name: `Client ends ${what} at its deadline, which the service was told`,
      async run(context) {
        const service = await hanging(context, what);
        // The first connection takes its time.
        await service.client().getUserBalance();
        const work = begin(service, { timeout: 600 });
        work.catch(() => {});
        const error = await rejected(work) as TimeoutError;
        ok(error instanceof TimeoutError, String(error));
        await left(service);
        const { timeLeft } = (await service.calls()).at(-1)!;
        ok(timeLeft !== null && timeLeft > 0 && timeLeft <= 600, `timeLeft is ${timeLeft}`);
        // The deadline comes true on both sides at the same time: the service's own word for it may come first.
        return [error.code, error.charged];
      },
    },
  ]),
  {
    group,
    name: "SpeechStream cancels the synthesis when its loop is left",
    async run(context) {
      const service = new Service(context);
      using client = service.client();
      await service.script("StreamSpeech", { hang: true, after: 3 });
      for await (const _ of client.streamSpeech(REQUEST)) break;
      await left(service);
    },
  },
  {
    group,
    name: "SpeechStream.cancel and Client.close cancel the synthesis",
    async run(context) {
      for (const how of ["cancel", "close"] as const) {
        const service = new Service(context);
        using client = service.client();
        await service.script("StreamSpeech", { hang: true, after: 1 });
        const stream = client.streamSpeech(REQUEST);
        await stream.next();
        if (how === "cancel") await stream.cancel();
        else client.close();
        await left(service);
      }
    },
  },
];

async function hanging(context: Context, what: string): Promise<Service> {
  const service = new Service(context);
  if (what === "a unary call") await service.script("CheckStatus", { hang: true });
  else if (what === "a stream in its middle") {
    await service.script("StreamSpeech", { hang: true, after: 2 });
  } else await service.script("StreamSpeech", { hang: true });
  return service;
}

/** The service has noticed that its caller left: nothing goes on behind the caller's back. */
async function left(service: Service): Promise<void> {
  await until(
    "the service is left",
    async () => (await service.calls()).at(-1)?.end === "left",
    // A busy machine may be slow; a service that is never told waits for longer than that.
    15_000,
  );
}
