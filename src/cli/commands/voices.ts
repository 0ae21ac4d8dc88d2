import { Gender } from "../sdk.ts";
import { type DefineCommand, modelVersion } from "../options.ts";
import type { Context } from "../context.ts";
import { nameOf } from "./status.ts";

interface VoicesOptions {
  readonly model: string;
  readonly refresh?: boolean;
}

const EXAMPLES = `
Examples:
  $ tsetsen voices
  $ tsetsen voices --model beta-v0.2 --json | jq -r '.voices[].id'`;

/** `tsetsen voices`: the voices of a model version. */
export const defineVoices: DefineCommand = (command, act) => {
  command
    .option("-m, --model <version>", "the model version", modelVersion, "beta-v0.1")
    .option("--refresh", "bypass the service's cache")
    .addHelpText("after", EXAMPLES)
    .action(act(voices));
};

async function voices(context: Context, { model, refresh }: VoicesOptions): Promise<void> {
  const client = await context.client();
  const { signal } = context;
  // The code of the table loads while the answer is on its way.
  const [{ voices }, { table }] = await Promise.all([
    client.listVoices({ version: model, skipCache: refresh }, { signal }),
    import("../terminal/table.ts"),
  ]);
  const named = voices.map((voice) => ({ ...voice, gender: nameOf(voice.gender, Gender) }));
  const rows = named.map(({ id, name, gender, language }) => [id, name, gender, language]);
  const text = rows.length === 0
    ? "The service lists no voice of this model version."
    : table(["ID", "NAME", "GENDER", "LANGUAGE"], rows);
  await context.result({ model, voices: named }, text);
}
