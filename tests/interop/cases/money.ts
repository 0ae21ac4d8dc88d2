import { ConnectionError, ServiceUnavailableError, type TsetsenError } from "@tsetsen/sdk";
import { equal, ok, rejected, sleep, until } from "../../hosts/assert.ts";
import { ask, type Case } from "../../hosts/context.ts";
import { type Context, REQUEST, Service } from "../context.ts";

// Neither the client nor the gateway may send a call that costs twice: what counts is what arrived at the service.

export const money: Case<Context>[] = [
  {
    group: "Retries",
    name: "Client tries a free call again until it is answered",
    async run(context) {
      const service = new Service(context);
      using client = service.client();
      await service.script("GetUserBalance", { code: "UNAVAILABLE" }, 2);
      await service.script("GetUserBalance", { code: "ABORTED" });
      equal((await client.getUserBalance()).credits, 1234);
      equal((await service.calls()).length, 4, "calls");
    },
  },
  {
    group: "Retries",
    name: "Client waits as RetryInfo says, and sends a refused call that costs again",
    async run(context) {
      const service = new Service(context);
      using client = service.client();
      const busy = { after: 0, code: "RESOURCE_EXHAUSTED", details: [{ retryAfter: 400 }] };
      await service.script("GenerateSpeech", busy);
      await service.script("StreamSpeech", busy);
      const start = performance.now();
      await client.generateSpeech(REQUEST);
      await client.streamSpeech(REQUEST).bytes();
      const took = performance.now() - start;
      ok(took >= 800, `only ${took} ms for two waits of 400`);
      equal((await service.calls()).length, 4, "calls");
    },
  },
  {
    group: "Money: sent once",
    name: "Client sends a call that costs once when the service is unavailable",
    async run(context) {
      const service = new Service(context);
      using client = service.client();
      await service.script("GenerateSpeech", { code: "UNAVAILABLE" }, 9);
      await service.script("StreamSpeech", { code: "UNAVAILABLE", after: 0 }, 9);
      const job = await rejected(client.generateSpeech(REQUEST)) as TsetsenError;
      const stream = await rejected(client.streamSpeech(REQUEST).bytes()) as TsetsenError;
      equal((await service.calls()).map(({ method }) => method), [
        "GenerateSpeech",
        "StreamSpeech",
      ]);
      return [job, stream].map(({ name, charged }) => [name, charged]);
    },
  },
  {
    group: "A service that is gone",
    name: "Client makes ServiceUnavailableError of a service that the gateway cannot reach",
    async run(context) {
      await killFrail(context);
      const service = new Service({ ...context, gateway: context.frail });
      using client = service.client({ maxRetries: 1 });
      const free = await rejected(client.getUserBalance()) as TsetsenError;
      const paid = await rejected(client.generateSpeech(REQUEST)) as TsetsenError;
      for (const error of [free, paid]) {
        ok(error instanceof ServiceUnavailableError, String(error));
        equal(error.statusCode, 14);
      }
      return [free.charged, paid.charged];
    },
  },
  {
    group: "A service that is gone",
    name: "Client makes ConnectionError of a stream that the gateway loses, which was paid for",
    async run(context) {
      const service = await startFrail(context);
      using client = service.client();
      await service.script("StreamSpeech", { hang: true, after: 2 });
      const stream = client.streamSpeech(REQUEST);
      let length = 0;
      while (length < 9_600) length += (await stream.next()).value?.length ?? NaN;
      const rest = rejected((async () => {
        for await (const _ of stream);
      })());
      await killFrail(context);
      const error = await rest as TsetsenError;
      ok(
        error instanceof ConnectionError || error instanceof ServiceUnavailableError,
        String(error),
      );
      equal(error.charged, "yes");
      return [error.name, error.rawMessage.replace("https:", "http:")];
    },
  },
  {
    group: "A service that is gone",
    name: "Client does not know about the money when the gateway loses a call that costs",
    async run(context) {
      const service = await startFrail(context);
      using client = service.client();
      await service.script("GenerateSpeech", { hang: true });
      const call = rejected(client.generateSpeech(REQUEST));
      await until("the call", async () => (await service.calls()).length === 1);
      await killFrail(context);
      const error = await call as TsetsenError;
      equal(error.charged, "unknown");
      // It has forgotten what came before, but would see what comes again.
      const again = await startFrail(context, service.apiKey);
      await again.client().getUserBalance();
      await sleep(100);
      equal(
        (await again.calls()).map(({ method }) => method),
        ["GetUserBalance"],
        "calls that came again",
      );
      return [error.name, error.statusCode];
    },
  },
];

/** The service that can be killed, freshly started. */
async function startFrail(context: Context, apiKey?: string): Promise<Service> {
  const { control } = await ask(`${context.control}/frail/start`, {
    lane: context.lane,
  }) as { control: string };
  return new Service({ control, gateway: context.frail }, apiKey);
}

async function killFrail({ control, lane }: Context): Promise<void> {
  await ask(`${control}/frail/kill`, { lane });
}
