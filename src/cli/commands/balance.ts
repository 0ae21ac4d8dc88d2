import type { DefineCommand } from "../options.ts";
import type { Context } from "../context.ts";
import { plural } from "../terminal/format.ts";

/** `tsetsen balance`: the credits left. */
export const defineBalance: DefineCommand = (command, act) => {
  command
    .addHelpText("after", "\nExample:\n  $ tsetsen balance --json | jq .credits")
    .action(act(balance));
};

async function balance(context: Context): Promise<void> {
  const client = await context.client();
  const { credits } = await client.getUserBalance({}, { signal: context.signal });
  await context.result({ credits }, plural(credits, "credit"));
}
