import type { BaseClient } from "../../mod.ts";
import { InvalidRequestError } from "../contract/errors.ts";
import { validate } from "../contract/validate.ts";
import { check, checkOptions, CLIENT, oneOf, type Rules } from "../lib/rules.ts";
import { generate } from "./generate.ts";
import { stream } from "./stream.ts";
import type { SpecificationVersion, SpeechModel, TsetsenProvider } from "./types.ts";

/** Options of {@linkcode createTsetsen}. */
export interface TsetsenProviderOptions<Version extends SpecificationVersion = "v4"> {
  /** The client that speaks. Its retries, timeouts and key are used; it stays open. */
  readonly client: BaseClient;
  /** The id of the voice for calls that name none. Default: each call must name one. */
  readonly voice?: string | undefined;
  /** The version of the specification: `"v4"` (default) for `ai` 7, `"v3"` for `ai` 6, `"v2"` for `ai` 5. */
  readonly specificationVersion?: Version | undefined;
}

const RULES: Rules<keyof TsetsenProviderOptions> = {
  client: CLIENT,
  voice: ["string", "the id of a voice", (voice: string) => voice.trim() !== ""],
  specificationVersion: oneOf("v2", "v3", "v4"),
};

/**
 * Makes a provider of the AI SDK (`ai`) that speaks Mongolian. **Its models cost credits.**
 *
 * `generateSpeech` submits one job, follows it and gives its audio, bare PCM as a WAV file. `experimental_streamSpeech`
 * speaks a text while it comes, like {@linkcode speakLive}, and gives PCM.
 *
 * **Money.** Errors are those of this package, with `charged` and `requestId`. The AI SDK does not repeat a call for
 * them, so its `maxRetries` has no effect. The client itself sends again, at most `maxRetries` times, what was
 * certainly not accepted.
 *
 * @param options The client, and the defaults of its calls.
 * @returns The provider. `speech(modelId)` gives a model: `"beta-v0.1"` or `"beta-v0.2"`.
 * @throws {TypeError} when there is no client, or an option has the wrong type.
 * @throws {RangeError} when the version of the specification is not known.
 *
 * @example A WAV file
 * ```ts
 * import { Client } from "@tsetsen/sdk";
 * import { createTsetsen } from "@tsetsen/sdk/ai";
 * import { generateSpeech } from "ai";
 *
 * async function speak(text: string, voice: string): Promise<Uint8Array> {
 *   using client = new Client();
 *   const tsetsen = createTsetsen({ client });
 *   const { audio } = await generateSpeech({ model: tsetsen.speech("beta-v0.2"), text, voice });
 *   return audio.uint8Array;
 * }
 * ```
 */
export function createTsetsen<Version extends SpecificationVersion = "v4">(
  options: TsetsenProviderOptions<Version>,
): TsetsenProvider<Version> {
  checkOptions(options, RULES);
  const { client, voice, specificationVersion = "v4" as Version } = options;
  check("client", client, CLIENT);
  const speech = (modelId: string): SpeechModel<Version> => {
    validate("version", modelId);
    const context = { client, voice, modelId, specificationVersion };
    return {
      specificationVersion,
      provider: "tsetsen",
      modelId,
      doGenerate: (call) => generate(context, call),
      // deno-lint-ignore require-await -- it rejects, as its caller expects
      doStream: async (call) => ({ stream: stream(context, call) }),
    };
  };
  return {
    specificationVersion,
    speech,
    speechModel: speech,
    languageModel: () => none("language"),
    embeddingModel: () => none("embedding"),
    textEmbeddingModel: () => none("embedding"),
    imageModel: () => none("image"),
  };
}

function none(kind: string): never {
  throw new InvalidRequestError(
    `Tsetsen has models of speech only: got a call for a model of ${kind}.`,
    {
      charged: "no",
    },
  );
}
