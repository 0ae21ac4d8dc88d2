import { readdir, rm } from "node:fs/promises";
import { basename, dirname, relative } from "node:path";
import { WAV_HEADER_BYTES } from "../audio/wav_writer.ts";
import { saveAudio } from "../file/mod.ts";
import {
  type BuyOptions,
  narrate,
  type Narration,
  type NarrationState,
  type PartState,
  plan,
  type Progress,
  savedNarration,
  toSrt,
  toWebVtt,
} from "../narration/mod.ts";
import type { Context } from "./context.ts";
import { quoted, Unfinished } from "./failure.ts";
import { duration, plural, secondsOf, size } from "./format.ts";
import { pipeWav, STDOUT } from "./outputs.ts";
import { NARRATION, type Order, type StateFolder } from "./state_folder.ts";

/** How the parts are bought: what may differ from one run to the next. */
export type Buying = Pick<
  BuyOptions<NarrationState>,
  "concurrency" | "minBalance" | "retryUnknown" | "retryLost" | "pollInterval" | "partTimeout"
>;

/** Speaks, writes audio and captions, and removes the state; or says how to go on. */
export async function perform(
  context: Context,
  order: Order,
  state: StateFolder | undefined,
  { force, ...buying }: Buying & { readonly force: boolean },
): Promise<void> {
  let narration: Narration | undefined;
  let bytes: number;
  try {
    const before = spoken(state && await savedNarration(state.store, NARRATION));
    const { text, speed } = order.request;
    // A run that goes on may have nothing to report for a while.
    const live = context.live(
      before.length || plan(text, { ...order.parts, method: order.method, speed }).requests,
    );
    live.update(before.filter(({ status }) => status === "done").length, "parts");
    const outlook = outlooks();
    narration = narrate(await context.client(), order.request, {
      ...order.parts,
      ...buying,
      method: order.method,
      store: state?.store,
      key: NARRATION,
      signal: context.signal,
      onProgress: (progress) => {
        context.progress(progress);
        live.update(progress.partsDone, outlook(progress));
      },
    });
    if (order.output === STDOUT) bytes = WAV_HEADER_BYTES + await pipeWav(narration);
    else {
      await removeLeftovers(order.output);
      ({ bytes } = await saveAudio(order.output, narration, { overwrite: force }));
    }
    await writeCaptions(order, narration, force);
  } catch (error) {
    throw await keep(error, narration, state);
  }
  await state?.discard();
  const seconds = secondsOf(bytes - WAV_HEADER_BYTES);
  const parts = spoken(narration.state);
  const creditsUsed = parts.reduce((sum, part) => sum + (part.creditsUsed ?? 0), 0);
  const { output, srt, vtt } = order;
  const files = [output, srt, vtt].filter((file) => file !== undefined);
  await context.result(
    { output, srt, vtt, bytes, seconds, parts: parts.length, creditsUsed },
    `${files.map(shown).join(", ")}: ${duration(seconds)}, ${size(bytes)}, ${
      plural(creditsUsed, "credit")
    }`,
  );
}

/** The parts that are bought: the others are only pauses. */
function spoken(state: NarrationState | undefined): readonly PartState[] {
  return (state?.parts ?? []).filter(({ samples }) => samples !== 0);
}

/** A file as it is shown: from here, when it is below. */
function shown(file: string): string {
  if (file === STDOUT) return "standard output";
  const path = relative(".", file);
  return path.startsWith("..") ? file : path;
}

/** What a bar says of a narration. Parts that are bought already go on during a wait, and must not hide it. */
function outlooks(): (progress: Progress) => string {
  let wait = "";
  let waitEnd = 0;
  return ({ estimatedMsLeft, creditsUsed, waitMs }) => {
    const now = performance.now();
    if (waitMs) {
      // A line has 80 columns, and a wait is what it should tell.
      wait = `parts, waiting ${duration(waitMs / 1_000)} for the rate limit`;
      waitEnd = now + waitMs;
    }
    if (now < waitEnd) return wait;
    const left = estimatedMsLeft ? `, about ${duration(estimatedMsLeft / 1_000)} left` : "";
    return `parts, ${plural(creditsUsed, "credit")}${left}`;
  };
}

async function writeCaptions(order: Order, narration: Narration, force: boolean): Promise<void> {
  const { srt, vtt, captionLines: maxLines } = order;
  const cues = narration.cues();
  const write = async (file: string, text: string) => {
    await removeLeftovers(file);
    await saveAudio(file, new TextEncoder().encode(text), { overwrite: force });
  };
  if (srt !== undefined) await write(srt, toSrt(cues, { maxLines }));
  if (vtt !== undefined) await write(vtt, toWebVtt(cues, { maxLines }));
}

/** Waits until all that is known is kept, and says how to go on. */
async function keep(
  error: unknown,
  narration: Narration | undefined,
  state: StateFolder | undefined,
): Promise<unknown> {
  // What the store fails with now is what the run has failed with, or less telling.
  await narration?.settled().catch(() => {});
  if (state === undefined) return error;
  // A run that has not begun knows nothing of those before it.
  const known = narration?.state ?? await savedNarration(state.store, NARRATION);
  const parts = spoken(known);
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
    : " Of one part it is not known whether it was charged: look at `tsetsen balance` first.";
  return new Unfinished(
    error,
    `${paid} of ${parts.length} parts are paid for, and kept in ${state.path}.${again}${doubt}`,
    `tsetsen resume ${quoted(state.path)}${unknown.length === 0 ? "" : " --retry-unknown"}`,
  );
}

/** Removes what a process that was killed has left of the same file. */
async function removeLeftovers(output: string): Promise<void> {
  const folder = dirname(output);
  const own = `${basename(output)}.`;
  for (const name of await readdir(folder)) {
    const isOurs = name.startsWith(own) && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.part$/.test(
      name.slice(own.length),
    );
    if (isOurs) await rm(`${folder}/${name}`, { force: true });
  }
}
