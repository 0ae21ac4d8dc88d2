import { SAMPLE_RATE } from "../audio/wav/wav_writer.ts";
import { InvalidRequestError } from "../contract/errors.ts";
import { atLeast, check, OBJECT, type Rule, STRING } from "../lib/rules.ts";
import { isWebStream } from "../lib/web_stream.ts";
import { type LiveSpeech, speakLive } from "../live/mod.ts";
import { countCharacters } from "../text/mod.ts";
import { given, type ModelContext, settingsOf, warningsOf } from "./settings.ts";
import type {
  SpecificationVersion,
  SpeechPart,
  SpeechStreamCall,
  SpeechTextPart,
} from "./types.ts";

/** The version that cannot stream: its sentences are jobs. */
const WITHOUT_STREAMS = "beta-v0.1";

const PARTS: Rule = [
  "object",
  "a ReadableStream of parts of the text that nothing reads",
  (text: object) => isWebStream(text) && !text.locked,
  TypeError,
];
const PART: Rule = [
  "object",
  'an object { type: "text", text } with a string',
  ({ text }: SpeechTextPart) => typeof text === "string",
  TypeError,
];

const PCM = { type: "audio/pcm", rate: SAMPLE_RATE } as const;

/** Speaks a text while it comes, sentence by sentence. Nothing is sent before the stream is read. */
export function stream(
  context: ModelContext<SpecificationVersion>,
  call: SpeechStreamCall,
): ReadableStream<SpeechPart> {
  check("call", call, OBJECT);
  check("text", call.text, PARTS);
  const source = new TextParts(call.text);
  let speech: LiveSpeech;
  let warnings;
  try {
    const { voiceId, ...rest } = settingsOf(call, context);
    source.voice = voiceId;
    const method = context.modelId === WITHOUT_STREAMS ? "generate" : "stream";
    const { type, rate } = formatOf(call);
    speech = speakLive(context.client, source, { voiceId, method, ...rest });
    const format = /^audio\/pcm$/i.test(type) && rate === SAMPLE_RATE ? undefined : type;
    warnings = warningsOf(call, format, "PCM of 24,000 Hz, 16 bits, mono", "v4");
  } catch (error) {
    source.cancel(error);
    throw error;
  }
  const { modelId } = context;
  return new ReadableStream<SpeechPart>({
    start(controller) {
      controller.enqueue({ type: "stream-start", warnings });
      controller.enqueue({ type: "response-metadata", timestamp: new Date(), modelId });
    },
    async pull(controller) {
      try {
        const { done, value } = await speech.next();
        if (!done) {
          return controller.enqueue({ type: "audio", audio: value, audioFormat: { ...PCM } });
        }
        controller.enqueue(finish(speech));
        controller.close();
      } catch (error) {
        source.cancel(error);
        controller.error(error);
      }
    },
    async cancel(reason) {
      await speech.cancel();
      source.cancel(reason);
    },
  }, { highWaterMark: 0 });
}

/** The format that is asked for. */
function formatOf({ outputFormat }: SpeechStreamCall): { type: string; rate: number } {
  const asked = outputFormat ?? PCM;
  check("outputFormat", asked, OBJECT);
  const { type, rate = SAMPLE_RATE } = asked;
  check("outputFormat.type", type, STRING);
  check("outputFormat.rate", rate, atLeast(1));
  return { type, rate };
}

function finish({ sentences, samples }: LiveSpeech): SpeechPart {
  const inputCharacters = sentences.reduce((sum, { text }) => sum + countCharacters(text), 0);
  return {
    type: "finish",
    usage: { inputCharacters },
    providerMetadata: {
      tsetsen: {
        samples,
        sentences: sentences.map(({ text, start, samples, requestId }) =>
          given({ text, start, samples, requestId })
        ),
      },
    },
  };
}

/** The text of a stream of parts. It releases the stream however it ends. */
class TextParts implements AsyncIterable<string> {
  /** The voice of the call, which is that of every part. */
  voice: string | undefined;
  readonly #parts: ReadableStream<SpeechTextPart>;
  #reader: ReadableStreamDefaultReader<SpeechTextPart> | undefined;

  constructor(parts: ReadableStream<SpeechTextPart>) {
    this.#parts = parts;
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    const reader = this.#reader ??= this.#parts.getReader();
    return {
      next: async () => {
        const { done, value } = await reader.read();
        if (done) return { done, value: undefined };
        check("each part of text", value, PART);
        const { text } = value;
        if ((value.voice ?? this.voice) === this.voice) return { done: false, value: text };
        throw new InvalidRequestError("The voice of a part must be that of the call: one speaks.", {
          charged: "no",
        });
      },
      return: () => {
        this.cancel(undefined);
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  /** Cancels the stream, also one that has not been read. */
  cancel(reason: unknown): void {
    (this.#reader ?? this.#parts).cancel(reason).catch(() => {});
  }
}
