/**
 * The measurements on one runtime, each with its bound. The bounds are the project's promises: a figure that fails is to be
 * mended in `src/`, never here.
 *
 * @module
 */

import type { Bundles } from "./bundles.ts";
import type { Counts } from "./counts.ts";
import type { Figure, Peer } from "./figures.ts";
import { root, run, type RunningServer, type Runtime, startServer } from "./processes.ts";
import { median } from "./statistics.ts";
import type {
  ColdResult,
  NarrationMemoryResult,
  Side,
  StreamMemoryResult,
  StreamSpeedResult,
  UnaryResult,
  WaitsResult,
} from "./types.ts";

/** What a measurement works with. */
export interface Bench {
  readonly runtime: Runtime;
  readonly server: RunningServer;
  /** What servers run on, and where files may be written. */
  readonly host: Runtime;
  readonly folder: string;
  readonly bundles: Bundles;
  readonly counts: Counts;
}

/** What a measurement came to. */
export interface Measured {
  readonly figures: Figure[];
  readonly peers?: Peer[];
}

/** All measurements, by the name that `--only` takes. */
export const MEASUREMENTS: Record<string, (bench: Bench) => Promise<Measured>> = {
  unary,
  stream,
  waits,
  cold,
  narration,
};

async function unary({ runtime, server, bundles, counts }: Bench): Promise<Measured> {
  const { warmup, calls, block } = counts;
  const task = { base: server.base, warmup, calls, block };
  const results = await run<Record<string, UnaryResult>>(runtime, bundles.unary, task);
  const bare = results["bare"]!;
  const peers = Object.entries(results).map(([name, { median, cpu }]) => ({
    name,
    median,
    cpu,
    medianRatio: median / bare.median,
    cpuRatio: cpu / bare.cpu,
  }));
  const ours = peers[0]!;
  return {
    peers,
    figures: [
      ratio("unary call, median", 1.15, ours.median, bare.median, milliseconds),
      ratio("unary call, CPU time", 1.20, ours.cpu, bare.cpu, milliseconds),
    ],
  };
}

async function stream({ runtime, server, bundles, counts }: Bench): Promise<Measured> {
  const { streamBytes: bytes, streamRounds: rounds } = counts;
  const { base } = server;
  // A process is fast or slow as a whole, by chance: the median of several.
  const speeds: StreamSpeedResult[] = [];
  while (speeds.length < counts.streamRuns) {
    speeds.push(await run(runtime, bundles.streamSpeed, { base, bytes, rounds }));
  }
  const speed = (side: Side) => `${(median(speeds.map((run) => run[side])) / 1e6).toFixed(0)} MB/s`;
  const grow = (side: Side | "fetch") =>
    run<StreamMemoryResult>(runtime, bundles.streamMemory, { base, bytes, side });
  // The worst run counts: memory that is flat is flat every time.
  const worst = (runs: StreamMemoryResult[]) => Math.max(...runs.map((run) => run.growth)) / 1e6;
  const [ours, bare] = sides(await inTurn(counts.memoryRuns, grow), worst);
  // What no client over the runtime's `fetch` can be below.
  const limit: StreamMemoryResult[] = [];
  while (limit.length < counts.memoryRuns) limit.push(await grow("fetch"));
  return {
    figures: [
      {
        name: `stream of ${bytes / 1e6} MB, bytes a second`,
        ours: speed("ours"),
        bare: speed("bare"),
        value: median(speeds.map(({ ours, bare }) => ours / bare)),
        unit: "ratio",
        bound: ["≥", 0.95],
      },
      {
        name: "stream, growth of the resident set",
        ours: megabytes(ours),
        bare: `${megabytes(bare)} (fetch alone: ${megabytes(worst(limit))})`,
        value: ours,
        unit: "MB",
        bound: ["<", 64],
      },
    ],
  };
}

async function waits({ runtime, server, bundles, counts }: Bench): Promise<Measured> {
  const { base } = server;
  const { jobs } = counts;
  const results = await inTurn(counts.waitRuns, async (side) => {
    await server.stats(); // begins a new count
    const result = await run<WaitsResult>(runtime, bundles.waits, { base, jobs, side });
    return { ...result, ...await server.stats() };
  });
  const figure = (key: keyof typeof results.ours[number]) =>
    sides(results, (runs) => median(runs.map((run) => run[key])));
  const [time, peak, slowest, connections] = [
    figure("time"),
    figure("peak"),
    figure("slowest"),
    figure("connections"),
  ];
  const name = `${jobs.toLocaleString("en")} waits`;
  return {
    figures: [
      ratio(`${name}, time`, 1, ...time, seconds),
      ratio(`${name}, peak of the resident set`, 1, ...peak, (bytes) => megabytes(bytes / 1e6)),
      ratio(`${name}, slowest call`, 1, ...slowest, milliseconds),
      {
        name: `${name}, connections`,
        ours: `${connections[0]}`,
        bare: `${connections[1]}`,
        value: connections[0],
        unit: "connections",
        // 64 calls in flight by default; one of them may find its kept connection closing.
        bound: ["≤", 66],
      },
    ],
  };
}

async function cold({ runtime, server, bundles, counts }: Bench): Promise<Measured> {
  const results = await inTurn<ColdResult>(counts.coldRuns, (side) => {
    const module = `file://${side === "ours" ? bundles.coldOurs : bundles.coldBare}`;
    return run(runtime, bundles.cold, { base: server.base, module });
  });
  const [ours, bare] = sides(results, (runs) => median(runs.map((run) => run.time)));
  return { figures: [ratio("cold import and first call", 1.15, ours, bare, milliseconds)] };
}

/** Nobody else makes one piece of a long text, so that it is compared with itself. */
async function narration({ runtime, host, folder, bundles, counts }: Bench): Promise<Measured> {
  await using emulator = await startServer(host, bundles.emulator);
  const text = `${root}examples/demo/udhr-mn.txt`;
  const path = `${folder}/narration.wav`;
  const speak = (times: number) =>
    run<NarrationMemoryResult>(runtime, bundles.narrationMemory, {
      base: emulator.base,
      text,
      times,
      path,
    });
  const [fewer, more] = counts.narrations;
  const [short, long] = [await speak(fewer), await speak(more)];
  const peak = ({ halves }: NarrationMemoryResult) => Math.max(...halves) / 1e6;
  const name = `narration of ${(long.bytes / 1e6).toFixed(0)} MB into a file`;
  const [first, second] = long.halves;
  return {
    figures: [
      {
        name: `${name}, peak of the resident set beyond that of ${
          (short.bytes / 1e6).toFixed(0)
        } MB`,
        ours: megabytes(peak(long)),
        bare: `(${megabytes(peak(short))})`,
        value: peak(long) - peak(short),
        unit: "MB",
        bound: ["<", 64],
      },
      {
        name: `${name}, growth of the resident set in its second half`,
        ours: megabytes(second / 1e6),
        bare: `(${megabytes(first / 1e6)})`,
        value: (second - first) / 1e6,
        unit: "MB",
        bound: ["<", 16],
      },
    ],
  };
}

/** Runs both sides `times` times, in turn; who goes first changes. */
async function inTurn<R>(
  times: number,
  measure: (side: Side) => Promise<R>,
): Promise<Record<Side, R[]>> {
  const results: Record<Side, R[]> = { ours: [], bare: [] };
  for (let i = 0; i < times; i++) {
    const order: Side[] = i % 2 === 0 ? ["ours", "bare"] : ["bare", "ours"];
    for (const side of order) results[side].push(await measure(side));
  }
  return results;
}

function sides<R>(
  results: Record<Side, R[]>,
  reduce: (runs: R[]) => number,
): [ours: number, bare: number] {
  return [reduce(results.ours), reduce(results.bare)];
}

function ratio(
  name: string,
  most: number,
  ours: number,
  bare: number,
  show: (value: number) => string,
): Figure {
  const value = ours / bare;
  return { name, ours: show(ours), bare: show(bare), value, unit: "ratio", bound: ["≤", most] };
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 3 : 0)} ms`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function megabytes(mb: number): string {
  return `${mb.toFixed(0)} MB`;
}
