import { type Client, ConnectionError } from "@tsetsen/sdk";
import { equal, ok, rejected, sleep } from "../assert.ts";
import { type Case, type Context, type LineFault, SPEECH, Stand } from "../context.ts";
import type { Fault } from "../../../src/emulator/mod.ts";

// Runtimes send a POST again by themselves when a kept connection closes before the answer. What decides is what arrived
// at the service, and its ledger.

const CALLS = {
  GenerateSpeech: (client: Client) => client.generateSpeech(SPEECH),
  StreamSpeech: (client: Client) => client.streamSpeech(SPEECH).bytes(),
} as const;

interface Loss {
  readonly name: string;
  readonly fault?: Omit<Fault & { kind: "drop" }, "method">;
  readonly line?: Omit<LineFault, "method">;
  /** Charges of GenerateSpeech and of StreamSpeech, which is charged when its first chunk is sent. */
  readonly charges: readonly [number, number];
}

const LOSSES: Loss[] = [
  { name: "is closed before the charge", fault: { kind: "drop" }, charges: [0, 0] },
  { name: "is closed after the charge", fault: { kind: "drop", charged: true }, charges: [1, 1] },
  { name: "is reset before the service hears of it", line: {}, charges: [0, 0] },
  { name: "is reset in the answer", line: { afterBodyBytes: 3 }, charges: [1, 1] },
];

export const money: Case[] = LOSSES.flatMap((loss) =>
  Object.entries(CALLS).map(([method, call], index): Case => ({
    group: "Money: sent once",
    name: `Client sends ${method} once when a kept connection ${loss.name}`,
    run: (context) => sendsOnce(context, loss, method as keyof typeof CALLS, call, index),
  }))
);

async function sendsOnce(
  context: Context,
  loss: Loss,
  method: keyof typeof CALLS,
  call: (client: Client) => Promise<unknown>,
  index: number,
): Promise<unknown> {
  await using stand = await Stand.open(context, { http2: context.needsHttp2 ?? false });
  using client = stand.client();
  // The connection has served calls of all kinds before, and is idle.
  await client.getUserBalance();
  await call(client);
  await sleep(30);
  const before = await stand.state();
  if (loss.fault) await stand.fault({ ...loss.fault, method });
  if (loss.line) await stand.line({ ...loss.line, method });
  const error = await rejected(call(client)) as ConnectionError;
  // A second sending may come a little later.
  await sleep(100);
  const after = await stand.state();
  const { [before.posts.length]: connection = Infinity } = after.postedOn;
  ok(connection <= before.connections, "the connection was not a kept one");
  equal(after.posts.slice(before.posts.length), [method], "what arrived");
  equal(after.charges.length - before.charges.length, loss.charges[index], "charges");
  ok(error instanceof ConnectionError, String(error));
  return [error.rawMessage.replace("https:", "http:"), error.charged];
}
