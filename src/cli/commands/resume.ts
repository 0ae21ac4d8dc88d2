import { resolve } from "node:path";
import { type AudioStream, RequestStatus } from "../../../mod.ts";
import { saveAudio } from "../../file/mod.ts";
import {
  addBuyingOptions,
  type AddCommand,
  addOutputOptions,
  type BuyingOptions,
} from "../arguments.ts";
import type { Context } from "../context.ts";
import { UsageError } from "../failure.ts";
import { size } from "../format.ts";
import { perform } from "../narration.ts";
import { checkOutputs, STDOUT } from "../outputs.ts";
import { buyingOf } from "./say.ts";
import { isFolder, StateFolder } from "../state_folder.ts";
import { write } from "../terminal.ts";
import { follow } from "./wait.ts";

interface ResumeOptions extends BuyingOptions {
  readonly output?: string;
  readonly force?: boolean;
}

const EXAMPLES = `
Examples:
  $ tsetsen resume book.wav.tsetsen
  $ tsetsen resume book.wav.tsetsen --retry-unknown
  $ tsetsen resume 5f0c6a4e -o speech.wav`;

/** `tsetsen resume`: goes on with what a `say` has left, or fetches the audio of a job. */
export const addResume: AddCommand = (program, act) => {
  const command = program.command("resume")
    .description(
      "go on with what `say` has left, or fetch the audio of a job; buys only what is missing",
    )
    .argument("<state>", "the folder that `say` named, or the request id of a job")
    .addHelpText("after", EXAMPLES);
  addBuyingOptions(addOutputOptions(command, false)).action(act(goOn));
};

async function goOn(context: Context, options: ResumeOptions, target: string): Promise<void> {
  if (options.output === STDOUT) context.giveStdoutAway();
  for (const folder of [target, `${target}.tsetsen`]) {
    if (await isFolder(folder)) return await resumeNarration(context, options, folder);
  }
  // A mistyped folder must not be asked for at the service.
  if (/[/\\]|\.tsetsen$|\.wav$/.test(target)) {
    throw new UsageError(`There is no folder ${target} with the state of a narration.`);
  }
  await fetchJob(context, options, target);
}

async function resumeNarration(
  context: Context,
  { output, force = false, ...options }: ResumeOptions,
  folder: string,
): Promise<void> {
  const state = await StateFolder.open(folder);
  try {
    const saved = await state.order();
    if (saved === undefined) throw new UsageError(`${folder} holds no state of a narration.`);
    const order = output === undefined
      ? saved
      : { ...saved, output: output === STDOUT ? STDOUT : resolve(output) };
    if (order.output === STDOUT) context.giveStdoutAway();
    await checkOutputs({ audio: order.output, others: [order.srt, order.vtt], force });
    await perform(context, order, state, { ...buyingOf(options), force });
  } finally {
    await state.release();
  }
}

async function fetchJob(
  context: Context,
  { output, force = false, jobTimeout: timeout, pollInterval }: ResumeOptions,
  requestId: string,
): Promise<void> {
  if (output === undefined) {
    throw new UsageError(
      "The audio of a job needs a file: give -o FILE. (There is no folder of that name.)",
    );
  }
  await checkOutputs({ audio: output, force });
  const job = (await context.client()).job(requestId);
  const response = await follow(context, job, { timeout, pollInterval });
  const { signal } = context;
  const audio = await job.audio({ signal, timeout });
  const bytes = output === STDOUT
    ? await pipe(audio)
    : (await saveAudio(output, audio, { overwrite: force })).bytes;
  // Bare samples have become a WAV.
  const format = audio.isRaw ? "wav" : audio.format;
  const { status, metrics } = response;
  await context.result(
    { requestId, status: RequestStatus[status] ?? status, output, bytes, format, metrics },
    `${output === STDOUT ? "standard output" : output}: ${format}, ${size(bytes)}`,
  );
}

/** Writes a whole file to standard output: bare samples become a WAV. */
async function pipe(audio: AudioStream): Promise<number> {
  let bytes = 0;
  const { body } = await audio.toResponse();
  for await (const chunk of body ?? []) {
    await write("stdout", chunk);
    bytes += chunk.length;
  }
  return bytes;
}
