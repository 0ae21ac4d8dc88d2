import type { BaseClient } from "../../mod.ts";
import { InvalidRequestError } from "../contract/errors.ts";
import { validateFields } from "../contract/validate.ts";
import { check, isIterable, OBJECT, STRING } from "../lib/rules.ts";
import type {
  JsonObject,
  JsonValue,
  SpecificationVersion,
  SpeechSettings,
  SpeechWarning,
} from "./types.ts";

/** What a model works with. */
export interface ModelContext<Version extends SpecificationVersion> {
  readonly client: BaseClient;
  readonly specificationVersion: Version;
  /** The voice of calls that name none. */
  readonly voice: string | undefined;
  readonly modelId: string;
}

/** The part of a call that goes to the service, in this package's words. */
export interface CallSettings {
  readonly voiceId: string;
  readonly speed: number | undefined;
  readonly version: string;
  readonly signal: AbortSignal | undefined;
  readonly headers: Record<string, string> | undefined;
  readonly pollInterval: number | undefined;
  readonly timeout: number | undefined;
}

/** Checks the settings of a call. Nothing is sent. */
export function settingsOf(
  call: SpeechSettings,
  { voice, modelId }: Pick<ModelContext<SpecificationVersion>, "voice" | "modelId">,
): CallSettings {
  check("call", call, OBJECT);
  for (const name of ["instructions", "language"] as const) {
    const value = call[name] ?? undefined;
    if (value !== undefined) check(name, value, STRING);
  }
  const voiceId = call.voice ?? voice;
  if (voiceId === undefined) {
    throw new InvalidRequestError(
      "voice must be the id of a voice: got none. client.listVoices() names them; give voice to the call or to createTsetsen.",
      { charged: "no" },
    );
  }
  const own: { pollInterval?: number; timeout?: number } = call.providerOptions?.["tsetsen"] ?? {};
  validateFields("options", own, { pollInterval: true, timeout: true });
  return {
    voiceId,
    speed: call.speed,
    version: modelId,
    signal: call.abortSignal,
    headers: headersOf(call),
    pollInterval: own.pollInterval,
    timeout: own.timeout,
  };
}

/** The caller's headers. The one that the AI SDK adds is left out: browsers need a permission for it. */
function headersOf({ headers = {} }: SpeechSettings): Record<string, string> | undefined {
  check("headers", headers, OBJECT);
  // A `Headers` object has no entries of its own.
  const all = isIterable(headers) ? [...headers as unknown as Headers] : Object.entries(headers);
  const named = all.filter((header): header is [string, string] =>
    header[1] !== undefined && header[0].toLowerCase() !== "user-agent"
  );
  return named.length > 0 ? Object.fromEntries(named) : undefined;
}

/** Tags of Mongolian in Cyrillic, and "auto", which can only mean Mongolian here. */
const MONGOLIAN = /^(?:auto|mn|mon|khk)(?:-(?!mong\b)[a-z0-9]+)*$/i;

/**
 * Warns of settings that have no effect.
 *
 * @param format The format that was asked for, if another one came; otherwise `undefined`.
 * @param instead The format that came.
 */
export function warningsOf<Version extends SpecificationVersion>(
  { instructions, language }: SpeechSettings,
  format: string | undefined,
  instead: string,
  version: Version,
): SpeechWarning<Version>[] {
  const warnings: SpeechWarning<Version>[] = [];
  const warn = (setting: string, details: string) =>
    warnings.push(
      (version === "v2"
        ? { type: "unsupported-setting", setting, details }
        : { type: "unsupported", feature: setting, details }) as SpeechWarning<Version>,
    );
  if (typeof instructions === "string") warn("instructions", "The service takes none.");
  if (typeof language === "string" && !MONGOLIAN.test(language)) {
    warn("language", "The service speaks Mongolian (mn) only.");
  }
  if (format !== undefined) warn("outputFormat", `The audio is ${instead}.`);
  return warnings;
}

/** The fields that are given: JSON has no `undefined`. */
export function given(fields: Record<string, JsonValue | undefined>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, JsonValue] => field[1] !== undefined),
  );
}
