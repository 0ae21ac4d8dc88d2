import type { Figure, Measured, Table } from "../figures.ts";
import { run } from "../processes.ts";
import type { UnaryResult, UnaryTask } from "../types.ts";
import { BARE, type Bench, contenders, EARLIER, LEAN_AGAIN, milliseconds, ratio } from "./bench.ts";

const NAMES = [
  "default",
  "lean",
  LEAN_AGAIN,
  EARLIER,
  BARE,
  "connect-web, with our headers and deadline",
  "nice-grpc-web",
  "@protobuf-ts/grpcweb-transport",
  "minimal fetch (the limit)",
] as const;

type Results = Record<(typeof NAMES)[number], UnaryResult>;

/** CheckStatus, one call after the other, and 64 calls at once. */
export async function unary(bench: Bench): Promise<Measured> {
  const [rounds, roundsAtOnce] = bench.counts.rounds;
  const sequential = await measure(bench, { rounds, block: 50, inFlight: 1 });
  const atOnce = await measure(bench, { rounds: roundsAtOnce, block: 320, inFlight: 64 });
  return {
    tables: [
      table("Calls one after the other", sequential),
      table("Calls 64 at once", atOnce),
    ],
    figures: figures(bench, sequential, atOnce),
  };
}

async function measure(
  bench: Bench,
  how: Pick<UnaryTask, "rounds" | "block" | "inFlight">,
): Promise<Results> {
  const { runtime, server, bundles, counts } = bench;
  const task: UnaryTask = {
    base: server.base,
    contenders: contenders(bench, NAMES),
    warmup: counts.warmup,
    ...how,
  };
  return await run<Results>(runtime, bundles.programs.unary, task);
}

function table(title: string, results: Results): Table {
  return {
    title,
    head: [
      "client",
      "CPU a call",
      "to connect-web",
      `to ${EARLIER}`,
      "calls a second",
      "to connect-web",
    ],
    rows: NAMES.map((name) => {
      const { cpu, time, cpuTo } = results[name];
      return [
        name,
        milliseconds(cpu),
        cpuTo[BARE]!.toFixed(2),
        cpuTo[EARLIER]!.toFixed(2),
        Math.round(1_000 / time).toLocaleString("en"),
        (results[BARE].time / time).toFixed(2),
      ];
    }),
  };
}

function figures({ runtime }: Bench, sequential: Results, atOnce: Results): Figure[] {
  const onNode = runtime.name === "Node";
  const bounds = [
    ratio("default, CPU a call, to connect-web", sequential.default.cpuTo[BARE]!, 1.15),
    ratio("default, CPU a call 64 at once, to connect-web", atOnce.default.cpuTo[BARE]!, 1.15),
    ratio(
      `lean, CPU a call, to ${EARLIER}`,
      sequential.lean.cpuTo[EARLIER]!,
      onNode ? 1 : 0.85,
    ),
    ratio(
      `lean, CPU a call 64 at once, to ${EARLIER}`,
      atOnce.lean.cpuTo[EARLIER]!,
      onNode ? 1 : 0.7,
    ),
  ];
  if (onNode) return bounds;
  for (const peer of [BARE, "nice-grpc-web", "@protobuf-ts/grpcweb-transport"] as const) {
    bounds.push(
      ratio(`lean, CPU a call 64 at once, to ${peer}`, atOnce.lean.cpuTo[peer]!, 1),
      ratio(
        `lean, time of 64 calls at once, to ${peer}`,
        atOnce.lean.time / atOnce[peer].time,
        1,
      ),
    );
  }
  return bounds;
}
