import { readdir, rm } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { type InterruptedJob, WAV_HEADER_BYTES } from "../sdk.ts";
import { keptAudio, saveAudio } from "../../file/mod.ts";
import { isPartOf } from "../../file/part_file.ts";
import type { BuyOptions, NarrationState, PartState, Progress } from "../../narration/mod.ts";
import { narrate, type Narration } from "../../narration/narrate.ts";
import { plan } from "../../narration/plan.ts";
import type { Context } from "../context.ts";
import { LostReader, Undelivered, Unfinished } from "../errors/classes.ts";
import { resumeCommand, valueArgument } from "../errors/shell.ts";
import { pipeWav } from "../files/audio.ts";
import { chaptersOf } from "../files/chapters.ts";
import { STDOUT } from "../files/outputs.ts";
import type { BuyingOptions } from "../options.ts";
import { duration, plural, size } from "../terminal/format.ts";
import { printable } from "../terminal/printable.ts";
import { destinationArguments } from "./destinations.ts";
import { NARRATION, type Order } from "./order.ts";
import type { StateFolder } from "./state_folder.ts";
import { undeliveredJobs } from "./undelivered.ts";

/** The options that may differ from one run to the next. */
export interface PerformOptions extends BuyingOptions {
  readonly force: boolean;
  /** Is called once when the first sound is on standard output. */
  readonly onSound?: (() => void) | undefined;
}

/**
 * Speaks, writes audio and captions, and removes the state.
 *
 * @throws {Unfinished} when it fails after something was bought.
 */
export async function perform(
  context: Context,
  order: Order,
  state: StateFolder | undefined,
  options: PerformOptions,
): Promise<void> {
  const { force, onSound } = options;
  let narration: Narration | undefined;
  let bytes: number;
  let pcmBytes = 0;
  try {
    const before = spoken(await state?.narration.load());
    const { text, speed } = order.request;
    // A run that goes on may have nothing to report for a while.
    const live = await context.live(
      before.length || plan(text, { ...order.parts, method: order.method, speed }).requests,
    );
    live.update(before.filter(({ status }) => status === "done").length, "parts");
    const outlook = outlooks();
    narration = narrate(await context.client(), order.request, {
      ...order.parts,
      ...buyOptionsOf(options),
      method: order.method,
      store: state?.narration.store,
      key: NARRATION,
      signal: context.signal,
      onProgress: (progress) => {
        const { creditsUsed: _, ...rest } = progress;
        // The service does not say what a stream costs.
        context.progress(order.method === "stream" ? rest : progress);
        live.update(progress.partsDone, outlook(progress));
      },
    });
    if (order.output === STDOUT) {
      const sounds = once(onSound);
      const written = await pipeWav(narration, context.signal, (bytes) => {
        pcmBytes = bytes;
        sounds();
      });
      bytes = WAV_HEADER_BYTES + written;
    } else {
      await removeLeftovers(order.output);
      const { signal } = context;
      const { headings } = order;
      // The places of the parts are known when all of the audio has come.
      const chapters = headings && (() => chaptersOf(headings, narration?.state?.parts ?? []));
      ({ bytes } = await saveAudio(order.output, narration, {
        overwrite: force,
        signal,
        chapters,
      }));
    }
    await writeCaptions(order, narration, force);
  } catch (error) {
    throw await keep(error, { context, order, options, state, narration, pcmBytes });
  }
  await state?.discard();
  const seconds = (narration.duration ?? 0) / 1_000;
  const parts = spoken(narration.state);
  const charges = parts.map((part) => part.creditsUsed).filter((credits) => credits !== undefined);
  // The service does not say what a stream costs.
  const creditsUsed = charges.length < parts.length && order.method === "stream"
    ? undefined
    : charges.reduce((sum, credits) => sum + credits, 0);
  const { output, srt, vtt } = order;
  const files = [output, srt, vtt].filter((file) => file !== undefined);
  await context.result(
    { output, srt, vtt, bytes, seconds, parts: parts.length, creditsUsed },
    `${files.map(shown).join(", ")}: ${duration(seconds)}, ${size(bytes)}, ${
      creditsUsed === undefined
        ? "credits not known (`tsetsen balance`)"
        : plural(creditsUsed, "credit")
    }`,
  );
}

/** The first call is passed on. */
function once(callback: (() => void) | undefined): () => void {
  return () => {
    const first = callback;
    callback = undefined;
    first?.();
  };
}

/** The options of the SDK for those of the command line. */
function buyOptionsOf(
  { jobTimeout, pollInterval, minBalance, concurrency, retryUnknown, retryLost }: BuyingOptions,
): Partial<BuyOptions<NarrationState>> {
  return {
    partTimeout: jobTimeout,
    pollInterval,
    minBalance,
    concurrency,
    retryUnknown,
    retryLost,
  };
}

/** The parts that are bought: the others are only pauses. */
function spoken(state: NarrationState | undefined): readonly PartState[] {
  return (state?.parts ?? []).filter(({ samples }) => samples !== 0);
}

/**
 * The name of a file for people, relative when it is below the working folder. It may come from the folder of somebody
 * else.
 */
function shown(file: string): string {
  if (file === STDOUT) return "standard output";
  const path = relative(".", file);
  return printable(path.startsWith("..") ? file : path);
}

/** Makes the texts beside the bar. A wait stays visible while the parts that are already bought go on. */
function outlooks(): (progress: Progress) => string {
  let waitText = "";
  let waitEnd = 0;
  return ({ estimatedLeft, creditsUsed, wait }) => {
    const now = performance.now();
    if (wait) {
      // A line has 80 columns, and the wait matters most.
      waitText = `parts, waiting ${duration(wait / 1_000)} for the rate limit`;
      waitEnd = now + wait;
    }
    if (now < waitEnd) return waitText;
    const left = estimatedLeft ? `, about ${duration(estimatedLeft / 1_000)} left` : "";
    const credits = creditsUsed > 0 ? `, ${plural(creditsUsed, "credit")}` : "";
    return `parts${credits}${left}`;
  };
}

async function writeCaptions(order: Order, narration: Narration, force: boolean): Promise<void> {
  const { srt, vtt, captionLines: maxLines } = order;
  if (srt === undefined && vtt === undefined) return;
  const { toSrt, toWebVtt } = await import("../../narration/captions/formats.ts");
  const cues = narration.cues();
  const write = async (file: string, text: string) => {
    await removeLeftovers(file);
    await saveAudio(file, new TextEncoder().encode(text), { overwrite: force });
  };
  if (srt !== undefined) await write(srt, toSrt(cues, { maxLines }));
  if (vtt !== undefined) await write(vtt, toWebVtt(cues, { maxLines }));
}

interface Unwritten {
  readonly context: Context;
  readonly order: Order;
  readonly options: PerformOptions;
  readonly state: StateFolder | undefined;
  readonly narration: Narration | undefined;
  /** How much PCM has gone to standard output. */
  readonly pcmBytes: number;
}

/** Waits until the state is saved, and makes an error that says how to go on. */
async function keep(error: unknown, run: Unwritten): Promise<unknown> {
  const { narration, state } = run;
  // The state has the parts, so the file that was made of them is litter.
  if (state !== undefined) { for (const path of keptAudio(error)) await rm(path, { force: true }); }
  await state?.makeRoom();
  // A failure of the store at this point is the error itself, or says less.
  await narration?.settled().catch(() => {});
  if (state === undefined) {
    const jobs = undeliveredJobs(error, narration?.state, run.pcmBytes);
    // A reader who leaves a stream has heard enough. Jobs can be fetched.
    const isSilent = error instanceof LostReader && jobs.every(({ requestId }) => !requestId);
    return isSilent || jobs.length === 0 ? error : new Undelivered(error, jobs);
  }
  // A run that has not begun does not know the state of those before it.
  const saved = await state.narration.load().catch(() => undefined);
  const parts = spoken(narration?.state ?? saved);
  const ids = new Set(saved?.parts.map(({ requestId }) => requestId));
  const lost = parts.flatMap(({ status, requestId }): InterruptedJob[] =>
    requestId === undefined || status === "failed" || ids.has(requestId)
      ? []
      : [{ requestId, charged: "yes" }]
  );
  const paid = parts.filter(({ status }) => status === "submitted" || status === "done").length;
  const unknown = parts.filter(({ status }) => status === "unknown" || status === "submitting");
  const failed = parts.filter(({ status }) => status === "failed").length;
  if (paid === 0 && unknown.length === 0 && failed === 0) {
    await state.discard();
    return error;
  }
  const again = failed === 0 ? "" : ` Going on buys ${plural(failed, "failed part")} again.`;
  const doubt = unknown.length === 0
    ? ""
    : ` It is not known whether ${
      plural(unknown.length, "part")
    } was charged: look at \`tsetsen balance\` first.`;
  const missing = lost.length === 0
    ? ""
    : " It could not be written at the end, and does not have the jobs below.";
  return new Unfinished(
    error,
    `${paid} of ${parts.length} parts are paid for, and kept in ${state.path}.${missing}${again}${doubt}`,
    await goOnCommand(run, state, unknown.length > 0),
    lost,
  );
}

/** The command that goes on with the same service, the same files and the same `--min-balance`. */
async function goOnCommand(
  { context, order, options }: Unwritten,
  { path }: StateFolder,
  isUnknown: boolean,
): Promise<string> {
  const { force, minBalance, retryLost } = options;
  const args = [
    ...await destinationArguments(order, path),
    ...(force ? ["--force"] : []),
    ...valueArgument("min-balance", minBalance),
    ...(isUnknown ? ["--retry-unknown"] : []),
    ...(retryLost ? ["--retry-lost"] : []),
  ];
  return resumeCommand(path, args, context.globals);
}

/** Removes the temporary files that killed processes left for the same file. */
async function removeLeftovers(output: string): Promise<void> {
  const folder = dirname(output);
  for (const name of await readdir(folder)) {
    if (isPartOf(name, output)) await rm(`${folder}/${name}`, { force: true });
  }
}
