import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { RequestStatus } from "../sdk.ts";
import { formatOfName } from "../../file/encoded.ts";
import { saveAudio } from "../../file/mod.ts";
import type { Context } from "../context.ts";
import { UsageError } from "../errors/classes.ts";
import { pipe } from "../files/audio.ts";
import { checkAudioName, checkOutputs, STDOUT } from "../files/outputs.ts";
import { type Destinations, withDestinations } from "../narration/destinations.ts";
import { perform } from "../narration/perform.ts";
import { isFolder, StateFolder } from "../narration/state_folder.ts";
import {
  addBuyingOptions,
  addOutputOptions,
  type BuyingOptions,
  type DefineCommand,
  fileName,
} from "../options.ts";
import { size } from "../terminal/format.ts";
import { follow } from "./wait.ts";

interface ResumeOptions extends BuyingOptions, Destinations {
  readonly force?: boolean;
}

const EXAMPLES = `
Only what is missing is bought. The files go where \`say\` was asked to write
them, if that is next to the folder; otherwise name them again.

Examples:
  $ tsetsen resume book.wav.tsetsen
  $ tsetsen resume book.wav.tsetsen --retry-unknown
  $ tsetsen resume 5f0c6a4e -o speech.wav`;

/** The options that are only for narrations. */
const OF_NARRATIONS: Readonly<Partial<Record<keyof ResumeOptions, string>>> = {
  srt: "--srt",
  vtt: "--vtt",
  minBalance: "--min-balance",
  concurrency: "--concurrency",
  retryUnknown: "--retry-unknown",
  retryLost: "--retry-lost",
};

/** `tsetsen resume`: goes on with an unfinished `say`, or fetches the audio of a job. */
export const defineResume: DefineCommand = (command, act) => {
  command
    .argument("<state>", "the folder that `say` named, or the request id of a job")
    .addHelpText("after", EXAMPLES);
  addOutputOptions(command)
    .option("--srt <file>", "where the captions go as SRT", fileName("--srt"))
    .option("--vtt <file>", "where the captions go as WebVTT", fileName("--vtt"));
  addBuyingOptions(command).action(act(resume));
};

async function resume(context: Context, options: ResumeOptions, target: string): Promise<void> {
  if (options.output === STDOUT) context.giveStdoutAway();
  for (const folder of [target, `${target}.tsetsen`]) {
    if (await isFolder(folder)) return await resumeNarration(context, options, folder);
  }
  // The service must not be asked for a mistyped folder.
  if (/[/\\]|\.(?:tsetsen|wav|mp3|flac|aac)$/.test(target)) {
    const file = target.replace(/\.tsetsen$/, "");
    const isThere = await stat(file).then((found) => found.isFile(), () => false);
    throw new UsageError(
      isThere
        ? `${file} exists without a state of a narration next to it: the state is removed when all is done.`
        : `There is no folder ${target} with the state of a narration.`,
    );
  }
  for (const [name, flag] of Object.entries(OF_NARRATIONS)) {
    if (options[name as keyof ResumeOptions] === undefined) continue;
    throw new UsageError(
      `${flag} is for a narration, and there is no folder of that name: leave it out to fetch the audio of a job.`,
    );
  }
  await fetchJob(context, options, target);
}

async function resumeNarration(
  context: Context,
  options: ResumeOptions,
  folder: string,
): Promise<void> {
  const { force = false } = options;
  const state = await StateFolder.open(folder);
  try {
    const saved = await state.order();
    if (saved === undefined) throw new UsageError(`${folder} holds no state of a narration.`);
    const order = await withDestinations(saved, folder, options);
    if (order.output === STDOUT) context.giveStdoutAway();
    const { output, srt, vtt } = order;
    await checkOutputs({ audio: output, others: [srt, vtt], taken: [folder], force });
    await checkAudioName(order.output, order.headings !== undefined);
    await perform(context, order, state, { ...options, force });
  } finally {
    await state.release();
  }
}

async function fetchJob(
  context: Context,
  options: ResumeOptions,
  requestId: string,
): Promise<void> {
  const { output, force = false, jobTimeout: timeout, pollInterval } = options;
  if (output === undefined) {
    throw new UsageError(
      "The audio of a job needs a file: give -o FILE. (There is no folder of that name.)",
    );
  }
  await checkOutputs({ audio: output, force });
  context.jobArguments = ["-o", output, ...(force ? ["--force"] : [])];
  const job = (await context.client()).job(requestId);
  const response = await follow(context, job, { timeout, pollInterval });
  const { signal } = context;
  const audio = await job.audio({ signal, timeout });
  const bytes = output === STDOUT
    ? await pipe(audio, signal)
    : (await saveAudio(output, audio, { overwrite: force, signal })).bytes;
  // Bare samples have become a WAV, or what the name asks for.
  const given = audio.isRaw ? "wav" : audio.format;
  const format = given === "wav" ? formatOfName(extname(output).toLowerCase()) ?? given : given;
  if (output !== STDOUT && format !== "wav" && /\.wave?$/i.test(output)) {
    context.warn(`The audio is ${format}, not WAV: rename ${output}.`);
  }
  const { status, metrics } = response;
  await context.result(
    { requestId, status: RequestStatus[status] ?? status, output, bytes, format, metrics },
    `${output === STDOUT ? "standard output" : output}: ${format}, ${size(bytes)}`,
  );
}
