import type { Measured } from "../figures.ts";
import { run } from "../processes.ts";
import { median } from "../statistics.ts";
import type {
  StreamMemoryResult,
  StreamMemoryTask,
  StreamSpeedTask,
  UnaryResult,
} from "../types.ts";
import {
  BARE,
  type Bench,
  contenders,
  EARLIER,
  inTurn,
  LEAN_AGAIN,
  megabytes,
  milliseconds,
  ratio,
} from "./bench.ts";

const NAMES = ["default", "lean", LEAN_AGAIN, EARLIER, BARE, "minimal fetch (the limit)"] as const;

type Name = (typeof NAMES)[number];

/** Five minutes of audio, the most that the service streams. */
const FIVE_MINUTES = 300 * 48_000;

/** Far more than the service sends: what grows with the length of a stream shows. */
const LONG = 200_000_000;

/** Streams as long as the service's longest, and one that is far longer. */
export async function stream(bench: Bench): Promise<Measured> {
  const { runtime, server: { base }, bundles, counts } = bench;
  const all = contenders(bench, NAMES);
  const task: StreamSpeedTask = {
    base,
    contenders: all,
    bytes: FIVE_MINUTES,
    rounds: counts.streamRounds,
  };
  const speeds = await run<Record<Name, UnaryResult>>(runtime, bundles.programs.streamSpeed, task);
  const grow = (bytes: number, streams: number) =>
    inTurn(NAMES, counts.memoryRuns, (name) => {
      const one: StreamMemoryTask = { base, contender: all[name]!, bytes, streams };
      return run<StreamMemoryResult>(runtime, bundles.programs.streamMemory, one);
    });
  const usual = await grow(FIVE_MINUTES, 3);
  const long = await grow(LONG, 1);
  const growth = (runs: Record<Name, StreamMemoryResult[]>, name: Name) =>
    median(runs[name].map((run) => run.growth));
  return {
    tables: [{
      title: "Streams",
      head: [
        "client",
        "14.4 MB: time",
        "to connect-web",
        "CPU",
        "to connect-web",
        "3 streams of 14.4 MB: memory",
        "200 MB: memory",
      ],
      rows: NAMES.map((name) => [
        name,
        milliseconds(speeds[name].time),
        speeds[name].timeTo[BARE]!.toFixed(2),
        milliseconds(speeds[name].cpu),
        speeds[name].cpuTo[BARE]!.toFixed(2),
        megabytes(growth(usual, name)),
        megabytes(growth(long, name)),
      ]),
    }],
    figures: [
      ratio("default, time of a stream, to connect-web", speeds.default.timeTo[BARE]!, 1.05),
      ratio(
        "default, memory of 200 MB, to connect-web",
        growth(long, "default") / growth(long, BARE),
        1,
      ),
      ratio(`lean, time of a stream, to ${EARLIER}`, speeds.lean.timeTo[EARLIER]!, 1.05),
    ],
  };
}
