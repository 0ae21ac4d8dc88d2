import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { Client } from "@tsetsen/sdk";
import {
  type EmulatorOptions,
  ManualClock,
  type RunningEmulator,
  startEmulator,
} from "@tsetsen/sdk/emulator";
import { servePage } from "../../examples/browser/serve.ts";
import { type Browser, isChromiumMissing, launch, Listener, type Page } from "./chromium.ts";
import { BARRIERS, DRAWN, RECORD, RENDERED, type Started } from "./page_probes.ts";
import { pcmOf } from "./tools.ts";
import { until } from "../support/until.ts";

const KEY = "tsetsen-development-secret-of-the-page";
const VOICE = "emulator-v2-bold"; // the second in the list
const TEXT = "Сайн байна уу? Энэ бол жишээ, урт өгүүлбэр.";

// One Chromium for all, which outlives each test; playwright keeps its pipes and timers.
const options = {
  sanitizeOps: false,
  sanitizeResources: false,
  ignore: isChromiumMissing(),
};
/** Why the tests are ignored, for their names. */
const reason = options.ignore ? " (ignored: no Chromium; install it, or set TSETSEN_CHROMIUM)" : "";
let browser: Promise<Browser> | undefined;
Deno.test.afterAll(async () => await (await browser)?.close());

interface Setting {
  readonly page: Page;
  readonly emulator: RunningEmulator;
  readonly listener: Listener;
}

function test(
  name: string,
  run: (setting: Setting) => Promise<void>,
  emulated: EmulatorOptions = {},
  shown: object = {},
): void {
  Deno.test(`examples/browser ${name}${reason}`, options, async () => {
    await using emulator = await startEmulator({ apiKeys: { [KEY]: 10_000 }, ...emulated });
    await using server = await servePage({
      apiKey: KEY,
      endpoint: emulator.url,
      secure: false,
    });
    await using listener = await Listener.start(server.addr.port);
    // Not compressed, so that the key can be looked for in the bytes themselves.
    const extraHTTPHeaders = { "accept-encoding": "identity" };
    const page = await (await (browser ??= launch())).newPage({ extraHTTPHeaders, ...shown });
    const failures: unknown[] = [];
    page.on("pageerror", (error) => failures.push(error));
    try {
      await page.addInitScript({ content: RECORD });
      await page.goto(listener.url);
      await status(page, "Ready.");
      await run({ page, emulator, listener });
      assertEquals(failures, []);
      assertEquals(listener.heard("Speech from Mongolian text"), true);
      assertEquals(listener.heard(KEY), false, "the page was sent the key");
      const keys = new Set(emulator.requests.map(({ headers }) => headers["x-api-key"]));
      assertEquals(keys.has(KEY), true, "the service was sent the key");
    } finally {
      await page.close();
    }
  });
}

test(
  "speaks live by keyboard alone, without a gap, sample by sample",
  async ({ page, emulator }) => {
    await chooseAndType(page);
    await press(page, "speak");
    await status(page, /^Synthesised/);
    const { message } = emulator.requests.at(-1)!;
    assertEquals([message?.["voiceId"], message?.["text"]], [VOICE, TEXT]);
    const [charge] = emulator.ledger.charges;
    assertEquals([charge?.characters, emulator.ledger.charges.length], [[...TEXT].length, 1]);

    const wanted = await streamed(emulator);
    const started = await page.evaluate<Started[]>("started");
    assert(started.length >= 10, `${started.length} pieces`);
    assertSame(samplesOf(started), wanted);
    let next = started[0]!.when * 24_000;
    for (const { when, now, rate, samples } of started) {
      assertEquals(rate, 24_000);
      assert(when > now, `scheduled for ${when} when it was ${now} already`);
      assertAlmostEquals(when * 24_000, next, 1e-6);
      next += samples.length;
    }
    // The clock counts in seconds: a start can be a billionth of a sample off, which Chromium interpolates.
    assertSame(await page.evaluate<number[]>(RENDERED), wanted, 1e-4);
  },
  { streamChunkBytes: 9_601 },
);

test("draws the waveform as it grows", async ({ page, emulator }) => {
  assertEquals((await drawn(page)).columns, 0);
  await press(page, "speak");
  await status(page, "Speaking…");
  await until(async () => (await drawn(page)).columns > 20, "a part of it is drawn");
  const label = 'document.querySelector("#waveform").getAttribute("aria-label")';
  const some = await page.evaluate<string>(label);
  assertEquals(emulator.activeStreams, 1, "the synthesis goes on");
  await status(page, /^Synthesised/);
  const all = /Synthesised (\S+) s/.exec(await page.locator("#status").textContent())?.[1];
  await until(
    async () => await page.evaluate(label) === `Waveform: ${all} seconds of audio`,
  );
  assertMatch(some, /^Waveform: \d\.\d seconds of audio$/);
  assert(parseFloat(some.slice(10)) < Number(all), `${some} of ${all}`);
  const { columns, tallest } = await drawn(page);
  assert(columns > 100 && tallest > 20, `${columns} columns, ${tallest} pixels`);
}, { streamPace: 150 });

test("stops the synthesis at the service, and the sound, on Escape", async ({ page, emulator }) => {
  await chooseAndType(page, TEXT.repeat(5));
  await press(page, "speak");
  await status(page, "Speaking…");
  await until(async () => await page.evaluate<number>("started.length") > 3, "several pieces");
  assertEquals(emulator.activeStreams, 1);
  await page.keyboard.press("Escape");
  await until(() => emulator.activeStreams === 0, "the synthesis has ended");
  assertEquals(emulator.requests.at(-1)?.aborted, true);
  await status(page, /^Stopped after \d\.\d s of audio had come\.$/);
  assert(await page.evaluate<number>("stopped") > 0, "the sound goes on");
  assertEquals(await focused(page), "speak", "the focus stays where it was");
  // What has come is paid for: it can be kept.
  const [started, { pcm }] = [await page.evaluate<Started[]>("started"), await download(page)];
  assertSame(pcm, samplesOf(started));
}, { streamPace: 100 });

test("gives the audio as a WAV, and plays it again without paying again", async ({ page, emulator }) => {
  await chooseAndType(page);
  await press(page, "speak");
  await status(page, /^Synthesised/);
  const wanted = await streamed(emulator);
  const { name, wav, pcm } = await download(page);
  assertEquals(name, "speech.wav");
  assertEquals(new DataView(wav.buffer).getUint32(4, true), wav.length - 8);
  assertSame(pcm, wanted);

  const requests = emulator.requests.length;
  await page.evaluate("started.length = 0");
  await press(page, "replay");
  await until(async () => await page.evaluate<number>("started.length") > 0, "it plays");
  const again = await page.evaluate<Started[]>("started");
  assertSame(samplesOf(again), wanted);
  assertEquals(emulator.requests.length, requests);
});

const clock = new ManualClock();
const QUEUE_TIME = 400;

test("submits a job, shows its status updates, and plays its audio", async ({ page, emulator }) => {
  const shown = () =>
    page.evaluate<string[]>(
      'Array.from(document.querySelectorAll("#updates li"), (item) => item.textContent)',
    );
  const see = (name: string) =>
    until(async () => (await shown()).some((update) => update.startsWith(name)), name);
  await chooseAndType(page);
  await press(page, "submit");
  await see("PENDING");
  await clock.advance(QUEUE_TIME);
  await see("PROCESSING");
  await clock.advance(60_000);
  await status(page, /^Done/);
  const [job] = emulator.jobs;
  const updates = await shown();
  assertEquals(updates.map((update) => update.replace(/, \d+ ms$/, "")), [
    `Accepted as ${job?.requestId}`,
    "PENDING",
    "PROCESSING",
    "COMPLETED",
  ]);
  assertEquals(emulator.requests.filter(({ method }) => method === "GenerateSpeech").length, 1);
  const wav = await (await fetch(`${emulator.url}/audio/${job?.requestId}.wav`)).bytes();
  assertEquals((await download(page)).wav, wav);
  const started = await page.evaluate<Started[]>("started");
  // Decoded by the browser, which scales positive samples by 32,767: one step of 16 bits.
  assertSame(samplesOf(started), integers(pcmOf(wav)), 1);
  assert((await drawn(page)).columns > 100);
}, { queueTime: QUEUE_TIME, pace: 10, clock });

test("says what went wrong in words, and works on", async ({ page, emulator }) => {
  emulator.addFault({ kind: "drop", method: "GenerateSpeech", charged: true });
  await press(page, "submit");
  await status(page, /^That did not work: .* It may have been charged all the same\.$/);
  emulator.addFault({
    kind: "error",
    code: "RESOURCE_EXHAUSTED",
    message: `slow down, ${KEY}`,
    trailers: { "retry-after": "7" },
  });
  await press(page, "speak");
  await status(page, "Too many requests: try again in 7 s.");
  emulator.addCredits(KEY, -10_000);
  await press(page, "speak");
  await status(page, /^That did not work: .*credits/);
  emulator.addCredits(KEY, 10_000);
  await press(page, "speak");
  await status(page, /^Synthesised/);
});

for (const colorScheme of ["light", "dark"]) {
  test(
    `can be read on a phone, and by those who see little (${colorScheme})`,
    async ({ page }) => {
      assertEquals(await page.evaluate(BARRIERS), []);
      await press(page, "submit");
      await status(page, /^Done/);
      assertEquals(await page.evaluate(BARRIERS), []);
      const wide = "document.documentElement.scrollWidth";
      assertEquals(await page.evaluate(`[innerWidth, ${wide}]`), [360, 360]);
      const small = await page.evaluate<string[]>(
        '[...document.querySelectorAll("button, a, select")]' +
          ".filter((element) => element.getBoundingClientRect().height < 44).map(({ id }) => id)",
      );
      assertEquals(small, []);
      assertEquals(await tabOrder(page), [
        "voice",
        "text",
        "speak",
        "submit",
        "stop",
        "replay",
        "download",
      ]);
    },
    {},
    { colorScheme, viewport: { width: 360, height: 740 } },
  );
}

async function status(page: Page, hasText: string | RegExp): Promise<void> {
  await page.locator("#status", { hasText }).waitFor();
}

async function focused(page: Page): Promise<string> {
  return await page.evaluate("document.activeElement.id");
}

/** Tab until the focus is there, as somebody without a mouse does. It must be visible all the way. */
async function moveTo(page: Page, id: string): Promise<void> {
  for (let i = 0; i < 20; i++) {
    if (await focused(page) === id) return;
    await page.keyboard.press("Tab");
    const style = "getComputedStyle(document.activeElement)";
    const seen = `document.activeElement === document.body || ${style}.outlineStyle !== "none"`;
    assertEquals(await page.evaluate(seen), true, "the focus cannot be seen");
  }
  throw new Error(`Tab does not reach ${id}`);
}

async function press(page: Page, id: string): Promise<void> {
  await moveTo(page, id);
  await page.keyboard.press("Enter");
}

async function chooseAndType(page: Page, text = TEXT): Promise<void> {
  await moveTo(page, "voice");
  await page.keyboard.press("ArrowDown");
  await moveTo(page, "text");
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

/** Where Tab leads from the first control on. */
async function tabOrder(page: Page): Promise<string[]> {
  const order: string[] = [];
  await moveTo(page, "voice");
  do {
    order.push(await focused(page));
    await page.keyboard.press("Tab");
  } while (!["", "voice"].includes(await focused(page)));
  return order;
}

async function download(page: Page): Promise<{ name: string; wav: Uint8Array; pcm: number[] }> {
  const [file] = await Promise.all([page.waitForEvent("download"), press(page, "download")]);
  const wav = await Deno.readFile(await file.path());
  return { name: file.suggestedFilename(), wav, pcm: integers(pcmOf(wav)) };
}

async function drawn(page: Page): Promise<{ tallest: number; columns: number }> {
  return await page.evaluate(DRAWN);
}

/** What the service streams for the same request. */
async function streamed({ url }: RunningEmulator): Promise<number[]> {
  using client = new Client({ apiKey: KEY, endpoint: url, secure: false });
  return integers(await client.streamSpeech({ text: TEXT, voiceId: VOICE }).bytes());
}

/** What was handed to Web Audio, as 16-bit integers. */
function samplesOf(started: readonly Started[]): number[] {
  return started.flatMap(({ samples }) => samples.map((sample) => sample * 32_768));
}

/** Like assertEquals, for a hundred thousand samples: it says where they differ, and draws no difference. */
function assertSame(samples: readonly number[], wanted: readonly number[], step = 0): void {
  assert(wanted.some((sample) => sample !== 0), "silence proves nothing");
  assertEquals(samples.length, wanted.length);
  const at = samples.findIndex((sample, i) => Math.abs(sample - wanted[i]!) > step);
  assertEquals(at, -1, `sample ${at} is ${samples[at]} instead of ${wanted[at]}`);
}

function integers(pcm: Uint8Array): number[] {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  return Array.from({ length: pcm.length / 2 }, (_, i) => view.getInt16(2 * i, true));
}
