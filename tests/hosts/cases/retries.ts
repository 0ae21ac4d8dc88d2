import { type LogEvent, RateLimitExceededError, type TsetsenError } from "@tsetsen/sdk";
import { equal, ok, rejected } from "../assert.ts";
import { type Case, SPEECH, Stand } from "../context.ts";

const group = "Retries";

export const retries: Case[] = [
  {
    group,
    name: "Client tries a free call again, maxRetries times, and tells the log",
    async run(context) {
      await using stand = await Stand.open(context);
      const events: LogEvent[] = [];
      using client = stand.client({ maxRetries: 2, log: (event) => events.push(event) });
      await stand.fault({ kind: "error", code: "UNAVAILABLE" });
      await stand.fault({ kind: "http", status: 503 });
      await client.getUserBalance();
      await stand.fault({ kind: "error", code: "UNAVAILABLE", times: 9 });
      await rejected(client.getUserBalance());
      equal((await stand.state()).posts.length, 3 + 3, "requests");
      return events.filter((event) => "delay" in event)
        .map(({ type, method, attempt, error }) => [type, method, attempt, error.code]);
    },
  },
  {
    group,
    name: "Client does not try again what cannot pass",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      for (const code of ["INVALID_ARGUMENT", "NOT_FOUND", "INTERNAL"] as const) {
        await stand.fault({ kind: "error", code });
        await rejected(client.getUserBalance());
      }
      equal((await stand.state()).posts.length, 3, "requests");
    },
  },
  {
    group,
    name: "Client keeps a server's wait, and fails at once when it is too long",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      const headers = { "retry-after": "1" };
      await stand.fault({ kind: "http", status: 429, headers });
      await client.getUserBalance();
      const [first = 0, second = 0] = (await stand.requests("GetUserBalance")).map(({ time }) =>
        time
      );
      ok(second - first >= 990, `only ${second - first} ms between the requests`);
      await stand.fault({ kind: "http", status: 429, headers: { "retry-after": "3600" } });
      const error = await rejected(client.getUserBalance());
      ok(error instanceof RateLimitExceededError, String(error));
      return [error.message, error.retryAfter];
    },
  },
  {
    group,
    name: "Client sends a call that costs again when it was refused for its rate",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      await stand.fault({ kind: "error", code: "RESOURCE_EXHAUSTED", times: 2 });
      await client.generateSpeech(SPEECH);
      await stand.fault({ kind: "http", status: 429 });
      await client.streamSpeech(SPEECH).bytes();
      const { posts, charges } = await stand.state();
      equal([posts.length, charges.length], [5, 2], "requests and charges");
    },
  },
  {
    group,
    name: "Client sends a call that costs once when the service is unavailable",
    async run(context) {
      await using stand = await Stand.open(context);
      using client = stand.client();
      await stand.fault({ kind: "error", code: "UNAVAILABLE", charged: true, times: 9 });
      const job = await rejected(client.generateSpeech(SPEECH)) as TsetsenError;
      const stream = await rejected(client.streamSpeech(SPEECH).bytes()) as TsetsenError;
      equal((await stand.state()).posts, ["GenerateSpeech", "StreamSpeech"]);
      return [job.message, job.charged, stream.message, stream.charged];
    },
  },
];
