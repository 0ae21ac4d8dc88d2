import type { AddCommand } from "../arguments.ts";
import type { Context } from "../context.ts";
import { plural } from "../format.ts";

/** `tsetsen balance`: the credits left. */
export const addBalance: AddCommand = (program, act) => {
  program.command("balance")
    .description("tell how many credits are left")
    .addHelpText("after", "\nExample:\n  $ tsetsen balance --json | jq .credits")
    .action(act(balance));
};

async function balance(context: Context): Promise<void> {
  const client = await context.client();
  const { credits } = await client.getUserBalance({}, { signal: context.signal });
  await context.result({ credits }, plural(credits, "credit"));
}
