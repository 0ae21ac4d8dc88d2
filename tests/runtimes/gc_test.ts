// The trap of nodejs/undici#3644: after a garbage collection between an answer's headers and the abort, `fetch` of Node
// and Deno no longer ends the body. Each run is a process of its own, as the collector is out of reach here.

import { assert, assertEquals } from "@std/assert";
import { setUp } from "../support/rig.ts";
import { bundle, type Programs, type Runtime, RUNTIMES } from "../support/runtimes.ts";
import { until } from "../support/until.ts";

for (const runtime of ["deno", "node"] as const) {
  for (const kind of ["unary", "stream", "download"]) {
    Deno.test(`Client ends a hanging ${kind} in time after a garbage collection, on ${runtime}`, async () => {
      await using programs = await bundle("gc");
      await Promise.all(
        ["abort", "deadline"].map((ending) => endsInTime(programs, runtime, kind, ending)),
      );
    });
  }
}

for (const runtime of RUNTIMES) {
  Deno.test(`onAbort keeps a signal as long as something waits on it, and no longer, on ${runtime}`, async () => {
    await using programs = await bundle("signal_kept");
    const { stdout, stderr } = await programs.run(runtime, "signal_kept");
    assertEquals(stderr, "");
    const { fired, timedOut, left } = JSON.parse(stdout);
    assertEquals([fired, timedOut], [50, 50]);
    // A collector may take a value that lies on the stack for a reference.
    assert(left <= 5, `${left} of 50 signals are kept for nothing`);
  });
}

async function endsInTime(
  programs: Programs,
  runtime: Runtime,
  kind: string,
  ending: string,
): Promise<void> {
  const seen: Result[] = [];
  // Other programs on the same machine may steal the time of a try, but not of all.
  while (seen.length < 10) {
    // Where a collection outlasts a deadline nothing is shown: each try has a longer one.
    const result = await hang(programs, runtime, kind, ending, 1_500 + 500 * seen.length);
    assertEquals(result.name, ending === "abort" ? "reason" : "TimeoutError");
    if (!result.late && result.left && result.overshoot < 50) return;
    seen.push(result);
  }
  throw new Error(`no try ended in time: ${JSON.stringify(seen)}`);
}

interface Result {
  readonly name: string;
  readonly overshoot: number;
  /** Whether the collection took so long that nothing is shown. */
  readonly late: boolean;
  /** Whether the server saw the client leave while its process went on. */
  readonly left: boolean;
}

async function hang(
  programs: Programs,
  runtime: Runtime,
  kind: string,
  ending: string,
  deadline: number,
): Promise<Result> {
  await using rig = await setUp();
  const { emulator } = rig;
  // A stream gives one whole message first; the others fall silent after their headers.
  emulator.addFault({ kind: "hang", method: "StreamSpeech", afterBytes: 20_000 });
  // A free call is sent twice while it is mute: both hang.
  emulator.addFault({ kind: "hang", method: "GetUserBalance", afterBytes: 0, times: Infinity });
  emulator.addFault({ kind: "hang", method: "Audio", afterBytes: 44 });
  const audioUrl = `${emulator.url}/audio/voice-emulator-v1-bold.wav`;
  let over = false;
  const running = programs.run(runtime, "gc", emulator.url, audioUrl, kind, ending, `${deadline}`)
    .finally(() => over = true);
  await until(() => emulator.requests[0]?.aborted === true || over);
  const leftAt = performance.now();
  const { stdout, stderr, code } = await running;
  if (code !== 0) throw new Error(stderr);
  // The program lives on for 300 ms after its call has ended.
  const left = performance.now() - leftAt > 150;
  return { ...JSON.parse(stdout), left };
}
