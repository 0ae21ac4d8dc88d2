/**
 * Unary calls of all clients, one after the other in one process: a block of each, round and round.
 *
 * @module
 */

import process from "node:process";
import { apiKey, bare, ours } from "../contenders.ts";
import { minimalFetch } from "../peers/minimal_fetch.ts";
import { niceGrpcWeb } from "../peers/nice_grpc_web.ts";
import { protobufTs } from "../peers/protobuf_ts.ts";
import { median } from "../statistics.ts";
import type { UnaryResult, UnaryTask } from "../types.ts";

type Call = () => Promise<{ status: number; audioUrl?: string | undefined }>;

interface Contestant {
  readonly name: string;
  readonly call: Call;
  readonly times: number[];
  cpu: number;
}

const { base, warmup, calls, block }: UnaryTask = JSON.parse(process.argv[2]!);
const request = { apiKey, requestId: "job" };
// What our client sends and keeps, asked of connect-web by its own options.
const same = {
  timeoutMs: 30_000,
  headers: { "x-api-key": apiKey, "x-goog-api-key": apiKey, "x-user-agent": "bench" },
};

const clients = { ours: ours(base), bare: bare(base) };
const nice = niceGrpcWeb(base);
const protobuf = protobufTs(base);
const minimal = minimalFetch(base);
const contestants: Contestant[] = ([
  ["ours", () => clients.ours.checkStatus("job")],
  ["bare", () => clients.bare.checkStatus(request)],
  ["bare, with our headers and deadline", () => clients.bare.checkStatus(request, same)],
  ["nice-grpc-web", () => nice(request)],
  ["@protobuf-ts/grpcweb-transport", () => protobuf(request)],
  ["minimal fetch (the limit)", () => minimal(request)],
] satisfies [string, Call][]).map(([name, call]) => ({ name, call, times: [], cpu: 0 }));

for (let done = 0; done < warmup; done += block) {
  for (const { call } of contestants) {
    for (let i = 0; i < block; i++) {
      // None is measured that does not do its work.
      const { status, audioUrl } = await call();
      if (status !== 3 || !audioUrl) throw new Error("a wrong answer");
    }
  }
}

for (let round = 0; round * block < calls; round++) {
  // Who comes first, and after whom, changes: what one leaves behind (garbage, timers) is not always the same one's lot.
  const first = round % contestants.length;
  const order = [...contestants.slice(first), ...contestants.slice(0, first)];
  if (round % 2 === 1) order.reverse();
  for (const contestant of order) await measure(contestant);
}

const results: Record<string, UnaryResult> = {};
for (const { name, times, cpu } of contestants) {
  results[name] = { median: median(times), cpu: cpu / times.length };
}
console.log(JSON.stringify(results));
process.exit();

async function measure(contestant: Contestant): Promise<void> {
  const { call, times } = contestant;
  const before = process.cpuUsage();
  for (let i = 0; i < block; i++) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(before);
  contestant.cpu += (user + system) / 1_000;
}
