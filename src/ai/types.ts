/**
 * The parts of the AI SDK's specification that a provider of speech needs. They stand here because the package would
 * otherwise depend on one version of `@ai-sdk/provider`. The tests compile them against the real types.
 *
 * @module
 */

/** A JSON value. */
export type JsonValue = null | string | number | boolean | JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  /** A value of any name. */
  [name: string]: JsonValue;
}

/** Metadata under the name of a provider. */
export type Metadata = Record<string, JsonObject>;

/** The versions of the specification: v4 is that of `ai` 7, v3 of `ai` 6, v2 of `ai` 5. */
export type SpecificationVersion = "v2" | "v3" | "v4";

/** A warning about a setting that has no effect. */
export type SpeechWarning<Version extends SpecificationVersion> = Version extends "v2" ? {
    /** The kind of the warning. */
    type: "unsupported-setting";
    /** The setting. */
    setting: "instructions" | "language" | "outputFormat";
    /** What happens instead. */
    details: string;
  }
  : {
    /** The kind of the warning. */
    type: "unsupported";
    /** The setting. */
    feature: string;
    /** What happens instead. */
    details: string;
  };

/** The settings that both ways of speaking take. */
export interface SpeechSettings {
  /** The id of a voice. Default: the provider's `voice`. */
  voice?: string | undefined;
  /** Not supported: a warning says so. */
  instructions?: string | undefined;
  /** The speed multiplier, above 0. */
  speed?: number | undefined;
  /** The language. Anything but Mongolian gets a warning. */
  language?: string | undefined;
  /** `tsetsen: { pollInterval, timeout }` for jobs, in milliseconds. */
  providerOptions?: Record<string, Record<string, unknown>> | undefined;
  /** Ends the call; it rejects with the signal's own reason. */
  abortSignal?: AbortSignal | undefined;
  /** Headers to send. */
  headers?: Record<string, string | undefined> | undefined;
}

/** The call that `generateSpeech` makes. */
export interface SpeechCall extends SpeechSettings {
  /** The text to speak. */
  text: string;
  /** The format of the file, by name or media type. A warning says what came instead. Bare PCM comes as `"wav"`. */
  outputFormat?: string | undefined;
}

/** The result that `generateSpeech` gets. */
export interface SpeechResult<Version extends SpecificationVersion> {
  /** The file: a WAV, or the format that the service sends. */
  audio: Uint8Array;
  /** The settings that have no effect. */
  warnings: SpeechWarning<Version>[];
  /** The credits and the characters, as the service counts them. */
  usage: JsonObject;
  /** When and with which model the audio was made, and its media type. */
  response: { timestamp: Date; modelId: string; headers: Record<string, string> };
  /** Under `tsetsen`: `requestId`, `creditsUsed`, `characterCount`, `audioLength` (seconds). */
  providerMetadata: Metadata;
}

/** A piece of text. */
export interface SpeechTextPart {
  /** The kind of the part. */
  type: "text";
  /** The text, cut anywhere. */
  text: string;
  /** The id of a voice. It must be that of the call. */
  voice?: string | undefined;
}

/** The call that `experimental_streamSpeech` makes. */
export interface SpeechStreamCall extends SpeechSettings {
  /** The text as it comes. */
  text: ReadableStream<SpeechTextPart>;
  /** The format of the audio. Anything but PCM of 24,000 Hz gets a warning. */
  outputFormat?: { type: string; rate?: number | undefined } | undefined;
}

/** A part of the stream that `experimental_streamSpeech` gets. */
export type SpeechPart =
  | { type: "stream-start"; warnings: SpeechWarning<"v4">[] }
  | { type: "response-metadata"; timestamp: Date; modelId: string }
  | { type: "audio"; audio: Uint8Array; audioFormat: { type: string; rate: number } }
  | { type: "finish"; usage: { inputCharacters: number }; providerMetadata: Metadata };

/** A model of speech, as `generateSpeech` and `experimental_streamSpeech` take it. */
export interface SpeechModel<Version extends SpecificationVersion> {
  /** The version of the specification. */
  readonly specificationVersion: Version;
  /** `"tsetsen"`. */
  readonly provider: string;
  /** The model version, for example `"beta-v0.2"`. */
  readonly modelId: string;
  /** Speaks a text by a job. `generateSpeech` calls it. */
  doGenerate(call: SpeechCall): Promise<SpeechResult<Version>>;
  /** Speaks a text while it comes. `experimental_streamSpeech` of `ai` 7 calls it. */
  doStream(call: SpeechStreamCall): Promise<{ stream: ReadableStream<SpeechPart> }>;
}

/** A provider of the AI SDK: of speech only. */
export interface TsetsenProvider<Version extends SpecificationVersion> {
  /** The version of the specification. */
  readonly specificationVersion: Version;
  /**
   * The model of a version, `"beta-v0.1"` or `"beta-v0.2"`.
   *
   * @throws {InvalidRequestError} when it is no name of a version.
   * @throws {TypeError} when it is no string.
   */
  speech(modelId: string): SpeechModel<Version>;
  /** The same under the name that registries look for. */
  speechModel(modelId: string): SpeechModel<Version>;
  /** There is none: it throws. */
  languageModel(modelId: string): never;
  /** There is none: it throws. */
  embeddingModel(modelId: string): never;
  /** There is none: it throws. */
  textEmbeddingModel(modelId: string): never;
  /** There is none: it throws. */
  imageModel(modelId: string): never;
}
