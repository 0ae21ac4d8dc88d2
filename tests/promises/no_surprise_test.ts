// Promise 9: importing has no side effect, nothing is printed, and nothing keeps a process alive.

import { assert, assertEquals } from "@std/assert";
import { mode, setUp } from "../support/rig.ts";
import { bundle, type Run, RUNTIMES } from "../support/runtimes.ts";

const WAYS = [
  "a call",
  "a call and close()",
  "a break out of a stream",
  "a whole stream",
  "a break out of a watch",
  "streams and watches that nobody reads",
  "close() while calls are under way",
  "an abort",
  "a deadline",
];

/** Below a keep-alive of a connection (4 s on Node), with time for a machine that is busy. */
const LIMIT = 2_500;

/** The best of five: what keeps a process alive does so each time, and a busy machine does not. */
async function soonest(run: () => Promise<Run>): Promise<Run> {
  let ended = await run();
  for (let i = 1; i < 5 && ended.lingered >= LIMIT; i++) ended = await run();
  return ended;
}

for (const runtime of RUNTIMES) {
  Deno.test(`Client lets a process end at once and prints nothing, on ${runtime}`, async () => {
    await using programs = await bundle("exit");
    const found: string[] = [];
    // Two at a time: a process takes longer to start than to be tested.
    const queue = [...WAYS];
    const work = async () => {
      for (let way = queue.shift(); way !== undefined; way = queue.shift()) {
        await using rig = await setUp({ emulator: { queueTime: 60_000 } });
        const { emulator, endpoint } = rig;
        const run = () => programs.run(runtime, "exit", endpoint, way, mode.speak);
        const bytes = way === "a whole stream" ? 100_000 : 1e12;
        emulator.addFault({ kind: "stream", bytes, method: "StreamSpeech" });
        if (way.startsWith("close()") || way === "a deadline") {
          emulator.addFault({ kind: "hang", method: "GetUserBalance" });
          emulator.addFault({ kind: "hang", method: "ListVoices" });
          emulator.addFault({ kind: "error", code: "UNAVAILABLE", method: "CheckStatus" });
        }
        const { stdout, stderr, code, lingered } = await soonest(run);
        if (stdout !== '"done"\n' || stderr !== "" || code !== 0 || lingered >= LIMIT) {
          found.push(`${way}: ${Math.round(lingered)} ms, exit ${code}, ${stdout}, ${stderr}`);
        }
      }
    };
    await Promise.all([work(), work()]);
    assertEquals(found, []);
  });

  Deno.test(`Client does nothing when it is imported and made, on ${runtime}`, async () => {
    await using programs = await bundle("import_only");
    const { stdout, stderr, lingered } = await soonest(() => programs.run(runtime, "import_only"));
    assertEquals(stderr, "");
    const { calls, added } = JSON.parse(stdout);
    // The constructor may look at the two variables that are documented; the third is protobuf-es's own.
    const allowed = /^environment: (TSETSEN_API_KEY|TSETSEN_API_ENDPOINT|BUF_BIGINT_DISABLE)$/;
    assertEquals(calls.filter((call: string) => !allowed.test(call)), []);
    assertEquals(added, []);
    assert(lingered < LIMIT, `${lingered} ms`);
  });
}
