import { type Client, ConnectionError } from "@tsetsen/sdk";
import {
  ADVICE,
  differences,
  type FaultHost,
  METHODS,
  type Outcome,
} from "../../support/fault_table.ts";
import { FAULTS } from "../../support/faults.ts";
import { ask, type Case, type Context, SPEECH, Stand } from "../context.ts";
import { equal, ok, rejected } from "../assert.ts";

// One row of the promise tests' own table a case, as every host has bounds of its own on connections at once.

/** The timeout that the table's messages name, and one that no other row should reach. */
const TIMEOUT = 1_000;
const PATIENCE = 10_000;

export const faults: Case[] = [
  ...FAULTS.map(({ name, expected, webOnly }, index): Case => ({
    ...(webOnly && { webOnly }),
    group: `Fault: ${familyOf(name)}`,
    name: `Client makes ${expected.name} (${expected.code}) of "${name}"`,
    run: (context) => tryRow(context, index),
  })),
  {
    group: "Fault: every redirect",
    name: "Client sends nothing to where a redirect points",
    async run(context) {
      await using stand = await Stand.open(context);
      await using other = await Stand.open(context);
      using client = stand.client({ maxRetries: 0 });
      for (const status of [301, 302, 303, 307, 308]) {
        const location = `${other.url}/tsetsen.api.v1.TsetsenTTS/GetUserBalance`;
        await stand.fault({ kind: "http", status, headers: { location } });
        await rejected(client.getUserBalance());
      }
      equal((await stand.state()).posts.length, 5, "requests");
      equal((await other.state()).connections, 0, "connections to the other origin");
    },
  },
  ...([["before the answer", undefined], ["mid-answer", 3]] as const).map(
    ([where, afterBodyBytes]): Case => ({
      group: `Fault: reset (RST) ${where}`,
      name: `Client makes ConnectionError (connection_error) of a reset (RST) ${where}`,
      async run(context) {
        const messages = [];
        for (const method of ["GetUserBalance", "StreamSpeech"] as const) {
          await using stand = await Stand.open(context);
          using client = stand.client({ maxRetries: 0 });
          // Browsers send again by themselves, a few times.
          await stand.line({
            method,
            times: 9,
            ...(afterBodyBytes !== undefined && { afterBodyBytes }),
          });
          const error = await rejected(
            method === "StreamSpeech"
              ? client.streamSpeech(SPEECH).bytes()
              : client.getUserBalance(),
          );
          ok(error instanceof ConnectionError, String(error));
          messages.push(error.message);
        }
        return messages;
      },
    }),
  ),
];

/** The rows that differ in a number only are one row of the table. */
function familyOf(name: string): string {
  if (/^[A-Z_]+$/.test(name)) return "every gRPC status";
  return name.startsWith("redirect ") ? "every redirect" : name;
}

async function tryRow(context: Context, index: number): Promise<unknown> {
  const row = FAULTS[index]!;
  await using stand = await Stand.open(context);
  const { closedPort } = await ask(`${stand.control}/table`, {}) as { closedPort: number };
  const host: FaultHost = { url: stand.url, closedPort, transport: context.transport };
  const timeout = row.expected.message.includes("{timeout}") ? TIMEOUT : PATIENCE;
  const outcomes = await Promise.all(METHODS.map(async (method): Promise<Outcome> => {
    const endpoint = row.endpoint === "closed"
      ? `http://127.0.0.1:${closedPort}`
      : row.endpoint === "unknown"
      ? "http://tsetsen.invalid:50051"
      : `${stand.url}/row-${index}`;
    using client = stand.client({ endpoint, timeout, maxRetries: 0 });
    try {
      await call(client, method, timeout);
      return { row: row.name, method };
    } catch (error) {
      const { name, code, message, statusCode, charged, requestId } = error as Record<
        string,
        unknown
      >;
      return {
        row: row.name,
        method,
        error: { name, code, message, statusCode, charged, requestId },
      };
    }
  }));
  const wrong = differences(outcomes, host, context.provesRefusal ?? true)
    .filter((difference) => difference.startsWith(`${row.name}, `));
  ok(wrong.length === 0, wrong.join("; "));
  // Browsers and workerd cannot prove a refusal: what is then said of the charge was compared above.
  return outcomes.map(({ error }) => [
    error?.["name"],
    error?.["code"],
    `${error?.["message"]}`.replace(ADVICE, "").trimEnd(),
  ]);
}

async function call(
  client: Client,
  method: typeof METHODS[number],
  timeout: number,
): Promise<unknown> {
  switch (method) {
    case "GetUserBalance":
      return await client.getUserBalance();
    case "GenerateSpeech":
      return await client.generateSpeech(SPEECH);
    case "StreamSpeech":
      return await client.streamSpeech(SPEECH, { timeout }).bytes();
  }
}
