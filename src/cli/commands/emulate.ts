import { onAbort } from "../../lib/abort.ts";
import { CLI_OPTIONS, toStartOptions } from "../../emulator/command_line/options.ts";
import type { Context } from "../context.ts";
import type { DefineCommand } from "../options.ts";

const AFTER = `
The emulator speaks the protocol of the real service, keeps a ledger, and bills
no one. It runs until Ctrl-C, and prints the two variables that point the other
commands, and programs with the SDK, to it.

Examples:
  $ tsetsen emulate
  $ tsetsen emulate --port 0 --json
  $ tsetsen emulate --grpc --grpc-port 50052
  $ tsetsen emulate --key tsetsen-development-mine --credits 1000`;

/** `tsetsen emulate`: a local service. */
export const defineEmulate: DefineCommand = (command, act) => {
  for (const { name, value, description } of CLI_OPTIONS) {
    command.option(value === undefined ? `--${name}` : `--${name} <${value}>`, description);
  }
  command.addHelpText("after", AFTER).action(act(emulate));
};

async function emulate(
  context: Context,
  options: Readonly<Record<string, string | boolean | undefined>>,
): Promise<void> {
  const { startServers } = await import("../../emulator/command_line/servers.ts");
  const { emulator, announcement, facts } = await startServers(toStartOptions(dashed(options)));
  try {
    await context.result(facts, announcement);
    const { signal } = context;
    if (!signal.aborted) await new Promise<void>((resolve) => onAbort(signal, resolve));
  } finally {
    await emulator.close();
  }
}

/** commander names `--any-key` `anyKey`. */
function dashed<Value>(options: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      value,
    ]),
  );
}
