import { interruptedJobs, isSafeToRetry, WAV_HEADER_BYTES } from "../sdk.ts";
import { keptAudio, saveAudio } from "../../file/mod.ts";
import {
  addSpeechOptions,
  type DefineCommand,
  requireOutput,
  type SpeechOptions,
} from "../options.ts";
import { pickVoice } from "../pick_voice.ts";
import type { Context } from "../context.ts";
import { LostReader, Undelivered } from "../errors/classes.ts";
import { duration, size } from "../terminal/format.ts";
import { pipeWav, secondsOf } from "../files/audio.ts";
import { readSpeech, TEXT_ARGUMENT } from "../files/input.ts";
import { checkAudioName, checkOutputs, STDOUT } from "../files/outputs.ts";
import { warnOfFindings } from "../files/text_warnings.ts";

const MODEL = "beta-v0.2";

const EXAMPLES = `
A stream holds at most 5 minutes of audio; longer texts are for \`tsetsen say\`.
A stream that breaks off is paid for and cannot be resumed.

Examples:
  $ tsetsen stream "Сайн байна уу?" -o - | ffplay -
  $ tsetsen stream news.txt -o news.wav`;

/** `tsetsen stream`: speech while it is synthesised. */
export const defineStream: DefineCommand = (command, act) => {
  command
    .argument(...TEXT_ARGUMENT)
    .addHelpText("after", EXAMPLES);
  addSpeechOptions(command, MODEL).action(act(stream));
};

async function stream(context: Context, options: SpeechOptions, source: string): Promise<void> {
  const { force = false, speed, model: version = MODEL } = options;
  const output = requireOutput(options);
  if (output === STDOUT) context.giveStdoutAway();
  await checkAudioName(output);
  const { text, file } = await readSpeech(source, context);
  await checkOutputs({ audio: output, taken: [file], force });
  warnOfFindings(context, text, file);
  const voiceId = await pickVoice(context, version, options.voice);
  const client = await context.client();
  const { signal } = context;
  const speech = client.streamSpeech({ text, voiceId, speed, version }, { signal });
  const live = await context.live();
  let pcmBytes = 0;
  const onBytes = (bytes: number) => {
    pcmBytes = bytes;
    live.update(0, `${duration(secondsOf(bytes))} received`);
  };
  let isPaid = false;
  /** The chunks. The first proves that the stream is charged. */
  async function* paid() {
    for await (const chunk of speech) {
      isPaid = true;
      yield chunk;
    }
  }
  let bytes: number;
  try {
    if (output === STDOUT) bytes = WAV_HEADER_BYTES + await pipeWav(paid(), signal, onBytes);
    else {
      const onProgress = (bytes: number) => onBytes(bytes - WAV_HEADER_BYTES);
      ({ bytes } = await saveAudio(output, speech, { overwrite: force, onProgress, signal }));
    }
  } catch (error) {
    // The error of a full disk says nothing of the money. A reader who leaves has heard enough.
    isPaid ||= keptAudio(error).length > 0 || !isSafeToRetry(error);
    const isSaid = error instanceof LostReader || interruptedJobs(error).length > 0;
    if (!isPaid || isSaid) throw error;
    throw new Undelivered(error, [{ requestId: undefined, charged: "yes" }]);
  }
  const seconds = secondsOf(pcmBytes);
  await context.result(
    { output, bytes, seconds },
    `${output === STDOUT ? "standard output" : output}: ${duration(seconds)}, ${size(bytes)}`,
  );
}
