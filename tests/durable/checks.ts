// The two checks of every engine.

import { assert, assertEquals } from "@std/assert";
import { ManualClock, type RunningEmulator, startEmulator } from "../../src/emulator/mod.ts";
import { plan } from "../../src/narration/mod.ts";
import { until } from "../support/until.ts";
import type { Engine, Setting } from "./engines.ts";

const PARTS = 6;

/** A text of as many parts. Runs that share a store share what is bought, so each check has a text of its own. */
function textOf(word: string): string {
  return Array.from({ length: PARTS }, (_, i) => `${word} бол ${i + 1} дүгээр хэсэг.`).join("\n\n");
}

/** As many as `narrate` keeps under way. */
const CONCURRENCY = 3;

/** A narration that is killed in the middle of its jobs is finished by another process. */
export async function checkKilled(engine: Engine, folder: string): Promise<void> {
  await using bench = await Bench.open(folder);
  const text = textOf("Энэ");
  await using run = await engine.begin(bench.setting, text);
  await bench.middle();
  await run.kill();
  await run.goOn();
  await bench.finish(run.results(), text);
}

/** A narration that the engine runs in two processes at once ends in both with one result. */
export async function checkRaced(engine: Engine, folder: string): Promise<void> {
  await using bench = await Bench.open(folder);
  const text = textOf("Тэр");
  await using run = await engine.begin(bench.setting, text);
  await bench.middle();
  await run.race();
  await bench.finish(run.results(), text);
  console.log(
    `        ${run.isSuperseded ? "the first was superseded" : "the engine stopped the first"}`,
  );
}

/** An emulator whose jobs end when the test says so. */
class Bench implements AsyncDisposable {
  readonly setting: Setting;
  readonly #clock: ManualClock;
  readonly #emulator: RunningEmulator;

  private constructor(setting: Setting, clock: ManualClock, emulator: RunningEmulator) {
    this.setting = setting;
    this.#clock = clock;
    this.#emulator = emulator;
  }

  static async open(folder: string): Promise<Bench> {
    await Deno.mkdir(folder);
    const clock = new ManualClock();
    const emulator = await startEmulator({ clock, queueTime: 60_000 });
    const env = {
      TSETSEN_API_KEY: emulator.apiKey,
      TSETSEN_API_ENDPOINT: emulator.url,
      FOLDER: folder,
    };
    return new Bench({ env, id: crypto.randomUUID() }, clock, emulator);
  }

  /** Waits until as many parts are bought as may be under way, and the id of the last is kept. */
  async middle(): Promise<void> {
    await until(
      () => {
        const last = this.#emulator.jobs[CONCURRENCY - 1]?.requestId;
        return this.#polls().some(({ message }) => message?.["requestId"] === last);
      },
      "the last job is polled",
      120_000,
    );
  }

  #polls() {
    return this.#emulator.requests.filter(({ method }) => method === "CheckStatus");
  }

  /** Lets the jobs end, and looks at the results and the ledger. */
  async finish(results: Promise<unknown[]>, text: string): Promise<void> {
    let isOver = false;
    const settled = results.finally(() => isOver = true);
    settled.catch(() => {});
    while (!isOver) {
      await this.#clock.advance(600_000);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const all = await settled;
    const [first] = all as { outcome: string; file: string; bytes: number }[];
    assertEquals(first?.outcome, "done", JSON.stringify(all));
    for (const result of all) assertEquals(result, first);
    assertEquals((await Deno.stat(first!.file)).size, first!.bytes);
    const { jobs, ledger } = this.#emulator;
    const spoken = (id: string) => jobs.find(({ requestId }) => requestId === id)?.text;
    const paid = ledger.charges.map(({ requestId }) => spoken(requestId));
    const wanted = plan(text).parts.filter(({ characters }) => characters > 0);
    assert(wanted.length === PARTS);
    assertEquals(paid.sort(), wanted.map(({ text }) => text).sort());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#emulator.close();
  }
}
