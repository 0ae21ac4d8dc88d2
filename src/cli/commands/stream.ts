import { WAV_HEADER_BYTES } from "../../audio/wav_writer.ts";
import { saveAudio } from "../../file/mod.ts";
import { type AddCommand, addSpeechOptions, pickVoice, type SpeechOptions } from "../arguments.ts";
import type { Context } from "../context.ts";
import { duration, secondsOf, size } from "../format.ts";
import { readSpeech, TEXT_ARGUMENT } from "../input.ts";
import { checkOutputs, checkWavName, pipeWav, STDOUT } from "../outputs.ts";
import { warnOfFindings } from "../warnings.ts";

const MODEL = "beta-v0.2";

const EXAMPLES = `
At most 5 minutes of audio; longer texts are for \`tsetsen say\`. A stream that breaks off is paid for and cannot be resumed.

Examples:
  $ tsetsen stream "Сайн байна уу?" -o - | ffplay -
  $ tsetsen stream news.txt -o news.wav`;

/** `tsetsen stream`: speech while it is synthesised. */
export const addStream: AddCommand = (program, act) => {
  const command = program.command("stream")
    .description("speak a short text while it is synthesised; costs credits")
    .argument(...TEXT_ARGUMENT)
    .addHelpText("after", EXAMPLES);
  addSpeechOptions(command, MODEL).action(act(stream));
};

async function stream(context: Context, options: SpeechOptions, source: string): Promise<void> {
  const { output, force = false, speed, model: version = MODEL } = options;
  if (output === STDOUT) context.giveStdoutAway();
  checkWavName(output);
  const { text, file } = await readSpeech(source, context);
  await checkOutputs({ audio: output, input: file, force });
  warnOfFindings(context, text, file);
  const voiceId = await pickVoice(context, version, options.voice);
  const client = await context.client();
  const { signal } = context;
  const speech = client.streamSpeech({ text, voiceId, speed, version }, { signal });
  const live = context.live();
  let pcmBytes = 0;
  const seen = (bytes: number) => {
    pcmBytes = bytes;
    live.update(0, `${duration(secondsOf(bytes))} received`);
  };
  if (output === STDOUT) await pipeWav(speech, seen);
  else {
    const onProgress = (bytes: number) => seen(bytes - WAV_HEADER_BYTES);
    await saveAudio(output, speech, { overwrite: force, onProgress });
  }
  const bytes = pcmBytes + WAV_HEADER_BYTES;
  const seconds = secondsOf(pcmBytes);
  await context.result(
    { output, bytes, seconds },
    `${output === STDOUT ? "standard output" : output}: ${duration(seconds)}, ${size(bytes)}`,
  );
}
