import { Option } from "commander";
import type { Method } from "../../narration/mod.ts";
import { plan } from "../../narration/plan.ts";
import { DEFAULT_PAUSES, type Pauses } from "../../text/split/pauses.ts";
import {
  addBuyingOptions,
  addSpeechOptions,
  type BuyingOptions,
  type DefineCommand,
  fileName,
  folderName,
  milliseconds,
  pauseScale,
  requireOutput,
  type SpeechOptions,
  wholeNumber,
} from "../options.ts";
import { pickVoice } from "../pick_voice.ts";
import type { Context } from "../context.ts";
import { UsageError } from "../errors/classes.ts";
import { resumeCommand } from "../errors/shell.ts";
import { duration, plural } from "../terminal/format.ts";
import { type Heading, readChapters } from "../files/chapters.ts";
import { type Input, readSpeech, TEXT_ARGUMENT } from "../files/input.ts";
import { perform } from "../narration/perform.ts";
import { checkAudioName, checkOutputs, STDOUT } from "../files/outputs.ts";
import { absolute } from "../narration/destinations.ts";
import type { Order } from "../narration/order.ts";
import type { StateFolder } from "../narration/state_folder.ts";
import { warnOfFindings } from "../files/text_warnings.ts";

interface SayOptions extends SpeechOptions, BuyingOptions {
  readonly srt?: string;
  readonly vtt?: string;
  readonly captionLines: number;
  readonly chapters?: true;
  readonly method: Method;
  readonly maxCharacters?: number;
  readonly paragraphs?: "blank-line" | "line";
  readonly joinParagraphs?: true;
  readonly pause?: Partial<Pauses>;
  readonly pauseScale?: number;
  readonly state?: string;
  readonly dryRun?: boolean;
}

const EXAMPLES = `
The text is cut at paragraphs and sentences, and the parts are bought one after
the other. What is bought is kept in FILE.tsetsen until all is done (the text
is, too; the key is not): after a failure, Ctrl-C or a power cut the same
command again, or \`tsetsen resume FILE.tsetsen\`, buys only what is missing.
The markup of a Markdown or HTML file is removed before the text is cut.
The file is a WAV, or what its name ends in: .mp3, .flac or .aac, encoded by
packages that you install (the error that says so names them).

Examples:
  $ tsetsen say "Сайн байна уу?" -o hello.wav
  $ tsetsen say book.txt -o book.wav --srt book.srt --vtt book.vtt
  $ tsetsen say book.md -o book.mp3 --chapters
  $ tsetsen say book.txt -o book.wav --dry-run
  $ tsetsen say poem.txt -o poem.wav --paragraphs line --pause comma=300
  $ cat news.txt | tsetsen say - -o - | ffplay -`;

/** `tsetsen say`: a text of any length as one file of audio, with captions. */
export const defineSay: DefineCommand = (command, act) => {
  command
    .argument(...TEXT_ARGUMENT)
    .addHelpText("after", EXAMPLES);
  addSpeechOptions(command, "beta-v0.1, or beta-v0.2 with --method stream")
    .option(
      "--srt <file>",
      "write captions as SRT, too: each sentence is then a part of its own",
      fileName("--srt"),
    )
    .option("--vtt <file>", "write captions as WebVTT, too", fileName("--vtt"))
    .option(
      "--caption-lines <n>",
      "the most lines of a caption",
      wholeNumber("--caption-lines", 1),
      2,
    )
    .option("--chapters", "make each heading (# …) of a Markdown file a chapter; not for WAV")
    .addOption(
      new Option("--method <method>", "by jobs, or by streams").choices(["generate", "stream"])
        .default("generate"),
    )
    .option(
      "--max-characters <n>",
      "the most characters of a part (default: 500)",
      wholeNumber("--max-characters", 1),
    )
    .addOption(
      new Option("--paragraphs <end>", "what ends a paragraph").choices(["blank-line", "line"]),
    )
    .option("--join-paragraphs", "let a part hold several paragraphs")
    .option(
      "--pause <kind=ms>",
      `a pause in milliseconds; may be given again. Kinds: ${
        Object.keys(DEFAULT_PAUSES).join(", ")
      }`,
      pause,
    )
    .option(
      "--pause-scale <factor>",
      "what every pause is multiplied by (default: 1/speed)",
      pauseScale,
    )
    .option(
      "--state <folder>",
      "where to keep what is bought (default: FILE.tsetsen; with -o - nowhere)",
      folderName,
    )
    .option("--dry-run", "print the number of parts and characters; buy nothing");
  addBuyingOptions(command).action(act(say));
};

async function say(context: Context, options: SayOptions, source: string): Promise<void> {
  const { srt, vtt, force = false, method } = options;
  const output = options.dryRun ? options.output ?? STDOUT : requireOutput(options);
  await checkAudioName(output, options.chapters && options.output !== undefined);
  if (options.chapters && options.joinParagraphs) {
    throw new UsageError(
      "--chapters makes each heading a part: leave out --join-paragraphs, which joins parts.",
    );
  }
  const input = options.chapters
    ? await readChapters(source, context)
    : await readSpeech(source, context);
  if (options.dryRun) return await printPlan(context, options, input.text);
  if (output === STDOUT) context.giveStdoutAway();
  const folder = options.state ?? (output === STDOUT ? undefined : `${output}.tsetsen`);
  const taken = [input.file, folder];
  await checkOutputs({ audio: output, others: [srt, vtt], taken, force });
  const warn = () => warnOfFindings(context, input.text, input.file);
  // A listener waits for the first sound, and the search for mistakes takes longer than the request for it.
  const isHeard = output === STDOUT && method === "stream";
  if (!isHeard) warn();
  const state = folder === undefined ? undefined : await openState(folder);
  try {
    const saved = await state?.order();
    const model = options.model ?? (method === "stream" ? "beta-v0.2" : "beta-v0.1");
    const voice = options.voice ?? saved?.request.voiceId;
    const voiceId = await pickVoice(context, model, voice);
    const order = orderOf({ ...options, output }, input, model, voiceId);
    if (saved !== undefined && !isSame(order, saved)) {
      throw new UsageError(
        `${folder} keeps another narration, begun with another text or other options. ` +
          `Finish it with \`${
            resumeCommand(folder ?? "", [], context.globals)
          }\`, or remove that folder.`,
      );
    }
    if (saved !== undefined) context.note(`Going on with what is kept in ${folder}.`);
    await state?.keep(order);
    await perform(context, order, state, {
      ...options,
      force,
      onSound: isHeard ? warn : undefined,
    });
  } finally {
    await state?.release();
  }
}

/** Loads the code of state folders only when there is one, so that a pipe starts sooner. */
async function openState(folder: string): Promise<StateFolder> {
  const { StateFolder } = await import("../narration/state_folder.ts");
  return await StateFolder.open(folder);
}

function orderOf(
  options: SayOptions & { readonly output: string },
  { text, headings }: Input & { readonly headings?: readonly Heading[] },
  version: string,
  voiceId: string,
): Order {
  const { output, srt, vtt, captionLines, method, speed } = options;
  return {
    format: 1,
    request: { text, voiceId, speed, version },
    method,
    parts: partsOf(options),
    output: absolute(output),
    srt: srt && absolute(srt),
    vtt: vtt && absolute(vtt),
    captionLines,
    ...(headings && { headings }),
  };
}

function partsOf(options: SayOptions): Order["parts"] {
  const { srt, vtt, maxCharacters, paragraphs, joinParagraphs, pause, pauseScale } = options;
  return {
    ...((srt ?? vtt) !== undefined && { captions: "sentence" }),
    ...(maxCharacters !== undefined && { maxCharacters }),
    ...(paragraphs && { paragraphs }),
    ...(joinParagraphs && { joinParagraphs }),
    ...(pause && { pauses: pause }),
    ...(pauseScale !== undefined && { pauseScale }),
  };
}

/** Whether both orders give the same audio. Their files and the layout of captions may differ. */
function isSame(a: Order, b: Order): boolean {
  const audio = ({ request, method, parts }: Order) => JSON.stringify([request, method, parts]);
  return audio(a) === audio(b);
}

async function printPlan(context: Context, options: SayOptions, text: string): Promise<void> {
  const { requests, characters, pauses } = plan(text, {
    ...partsOf(options),
    method: options.method,
    speed: options.speed,
  });
  await context.result(
    { parts: requests, characters, pauses },
    `${plural(requests, "part")}, ${plural(characters, "character")}, ${
      duration(pauses / 1_000)
    } of pauses. Nothing was sent.`,
  );
}

function pause(text: string, before: Partial<Pauses> = {}): Partial<Pauses> {
  const [, kind = "", value = ""] = /^(\w+)=(.+)$/.exec(text) ?? [];
  if (!Object.hasOwn(DEFAULT_PAUSES, kind)) {
    throw new UsageError(
      `--pause must be kind=ms, with one of these kinds: ${
        Object.keys(DEFAULT_PAUSES).join(", ")
      }.`,
    );
  }
  if (Object.hasOwn(before, kind)) {
    throw new UsageError(`--pause ${kind} is given twice: give it once.`);
  }
  return { ...before, [kind]: milliseconds(`--pause ${kind}`, "from 0")(value) };
}
