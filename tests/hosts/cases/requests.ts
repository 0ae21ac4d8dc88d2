import type { Client } from "@tsetsen/sdk";
import { equal, ok, rejected, until } from "../assert.ts";
import { ask, type Case, type Context, SPEECH, Stand } from "../context.ts";

// workerd binds sockets, timers and streams to the request that made them. A client in a module's lifetime serves them all.

const group = "One client in many requests";
let shared: { readonly client: Client; readonly url: string } | undefined;

/** What can be run in another request, by its name. */
export const parts: Record<string, () => Promise<unknown>> = {
  async balance() {
    return await shared!.client.getUserBalance().then(() => "answered", String);
  },
  async stream() {
    const bytes = await shared!.client.streamSpeech(SPEECH).bytes();
    return bytes.length > 0 ? "streamed" : "empty";
  },
  close() {
    shared!.client.close();
    return Promise.resolve("closed");
  },
};

export const requests: Case[] = [
  {
    group,
    name: "Client serves a request that did not make it, again and again",
    async run(context) {
      await using _ = await share(context);
      for (let i = 0; i < 3; i++) equal(await aside(context, "balance"), "answered");
      await shared!.client.getUserBalance();
      equal(await aside(context, "stream"), "streamed");
    },
  },
  {
    group,
    name: "Client lets the calls of different requests wait for one place in turn",
    async run(context) {
      await using stand = await share(context, { maxConcurrentCalls: 1 });
      await stand.fault({ kind: "delay", delay: 200, times: 6 });
      const calls = [
        shared!.client.getUserBalance().then(() => "answered"),
        ...Array.from({ length: 5 }, () => aside(context, "balance")),
      ];
      equal(await Promise.all(calls), Array(6).fill("answered"));
    },
  },
  {
    group,
    name: "Client.close in one request ends the calls of the others",
    async run(context) {
      await using stand = await share(context);
      await stand.fault({ kind: "hang", times: 2 });
      const here = rejected(shared!.client.getUserBalance());
      const there = aside(context, "balance");
      await until("both calls", async () => (await stand.state()).requests.length === 2);
      equal(await aside(context, "close"), "closed");
      const ends = [String(await here), await there];
      ok(ends.every((end) => String(end).startsWith("ClientClosedError")), ends.join(", "));
      await until(
        "the service is left",
        async () => (await stand.state()).requests.every(({ aborted }) => aborted),
      );
    },
  },
];

async function share(
  context: Context,
  options: { maxConcurrentCalls?: number } = {},
): Promise<Stand> {
  const stand = await Stand.open(context);
  shared = { client: stand.client({ maxRetries: 0, timeout: 5_000, ...options }), url: stand.url };
  return stand;
}

/** Runs a part in another request, where the host has such a thing. */
async function aside({ partsUrl }: Context, name: string): Promise<unknown> {
  return partsUrl === undefined ? await parts[name]!() : await ask(`${partsUrl}?part=${name}`);
}
