import { recordInterrupted } from "../call/interrupted_jobs.ts";
import { TsetsenError, withContext } from "../contract/errors.ts";
import { check, STRING } from "../lib/rules.ts";
import { given, type ModelContext, settingsOf, warningsOf } from "./settings.ts";
import type { SpecificationVersion, SpeechCall, SpeechResult } from "./types.ts";

/**
 * Speaks a text by a job.
 *
 * Its failures are errors of this package. The AI SDK calls `doGenerate` again only for its own errors, so it never
 * sends a text twice. The client itself retries what is safe.
 */
export async function generate<Version extends SpecificationVersion>(
  context: ModelContext<Version>,
  call: SpeechCall,
): Promise<SpeechResult<Version>> {
  const { client, modelId, specificationVersion } = context;
  const { voiceId, speed, version, ...rest } = settingsOf(call, context);
  const { signal, headers, pollInterval, timeout } = rest;
  const asked = call.outputFormat ?? undefined;
  if (asked !== undefined) check("outputFormat", asked, STRING);
  const request = { text: call.text, voiceId, speed, version };
  const job = await client.submit(request, { signal, headers });
  const timestamp = new Date();
  try {
    const audio = await job.audio({ signal, headers, pollInterval, timeout });
    // Bare PCM becomes a WAV, because the AI SDK would take it for MP3.
    const file = await audio.blob();
    // The service documents no format, so the audio that came decides.
    const format = asked === undefined || nameOf(asked) === nameOf(file.type) ? undefined : asked;
    const warnings = warningsOf(call, format, file.type, specificationVersion);
    const { requestId, response } = job;
    const { creditsUsed, characterCount, audioLength } = response?.metrics ?? {};
    return {
      audio: new Uint8Array(await file.arrayBuffer()),
      warnings,
      usage: given({ creditsUsed, characterCount }),
      response: { timestamp, modelId, headers: { "content-type": file.type } },
      providerMetadata: {
        tsetsen: given({ requestId, creditsUsed, characterCount, audioLength }),
      },
    };
  } catch (error) {
    // Doing all of this again would be charged again.
    if (error instanceof TsetsenError) throw withContext(error, { billable: true });
    const { requestId } = job;
    recordInterrupted(error, { requestId, charged: "yes", billable: true }, signal);
    throw error;
  }
}

/** The name of a format, whether it is asked for by name or by media type: "WAV", "audio/x-wav", "audio/mpeg". */
function nameOf(format: string): string {
  const name = format.toLowerCase().replace(/^audio\/(?:x-|vnd\.)?/, "").replace(/;.*$/, "").trim();
  return NAMES[name] ?? name;
}

const NAMES: Readonly<Record<string, string>> = {
  wave: "wav",
  mpeg: "mp3",
  m4a: "mp4",
  aacp: "aac",
};
