import type { Context } from "./context.ts";
import { UsageError } from "./errors/classes.ts";

/** The voice that the user named, or the first one of the model. */
export async function pickVoice(context: Context, model: string, voice?: string): Promise<string> {
  if (voice !== undefined) return voice;
  const client = await context.client();
  const { voices } = await client.listVoices({ version: model }, { signal: context.signal });
  const [first] = voices;
  if (first === undefined) {
    throw new UsageError(`The service lists no voice of ${model}: give --model or --voice.`);
  }
  context.note(`Voice: ${first.name} (${first.id})`);
  return first.id;
}
