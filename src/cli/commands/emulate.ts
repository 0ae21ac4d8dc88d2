import process from "node:process";
import { onAbort } from "../../lib/abort.ts";
import { main } from "../../emulator/cli.ts";
import type { AddCommand } from "../arguments.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../exit_codes.ts";

/** `tsetsen emulate`: a local service. Its options are the emulator's own. */
export const addEmulate: AddCommand = (program, act) => {
  const command = program.command("emulate")
    .description("run a local service for tests and demos (emulate --help for its options)")
    .usage("[options]")
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments();
  command.action(act((context) => emulate(context, command.args)));
};

async function emulate({ signal, json }: Context, args: readonly string[]): Promise<number> {
  const emulator = await main(json ? [...args, "--json"] : args);
  if (emulator === undefined) return Number(process.exitCode ?? EXIT.ok);
  if (!signal.aborted) await new Promise<void>((resolve) => onAbort(signal, resolve));
  await emulator.close();
  return EXIT.ok;
}
