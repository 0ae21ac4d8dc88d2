import { Command, CommanderError } from "commander";
import { VERSION } from "../contract/version.ts";
import { type Act, type AddCommand, number } from "./arguments.ts";
import { addBalance } from "./commands/balance.ts";
import { addCheck } from "./commands/check.ts";
import { addDoctor } from "./commands/doctor.ts";
import type { Context } from "./context.ts";
import { addEmulate } from "./commands/emulate.ts";
import { EXIT, EXIT_HELP } from "./exit_codes.ts";
import { UsageError } from "./failure.ts";
import { addResume } from "./commands/resume.ts";
import { addSay } from "./commands/say.ts";
import { addStatus } from "./commands/status.ts";
import { addStream } from "./commands/stream.ts";
import { addVoices } from "./commands/voices.ts";
import { addWait } from "./commands/wait.ts";

/** The commands, in the order of the help: each is a file, and a line here. */
const COMMANDS: readonly AddCommand[] = [
  addSay,
  addStream,
  addVoices,
  addStatus,
  addWait,
  addResume,
  addBalance,
  addCheck,
  addDoctor,
  addEmulate,
];

const AFTER = `
The key comes from the environment variable TSETSEN_API_KEY, or from --api-key-file: on a command line everybody on the
machine could read it. TSETSEN_API_ENDPOINT is the default of --endpoint. All durations are milliseconds.

With --json standard output holds a JSON value a line: {"progress": …} while it goes on, and last the result, or {"error": …}
with name, code, message, requestId, charged and exitCode. With "-o -" these lines go to standard error.

Examples:
  $ tsetsen say book.txt -o book.wav --srt book.srt
  $ tsetsen voices --json
  $ tsetsen help say
${EXIT_HELP}`;

/** Reads the command line and runs what it asks for. @returns The exit code. */
export async function runProgram(args: readonly string[], context: Context): Promise<number> {
  let exitCode: number = EXIT.ok;
  const act: Act = (work) => async (...given) => {
    const command = given.at(-1) as Command;
    context.configure(command.optsWithGlobals());
    // commander gives the arguments, then the options, then the command.
    const argument = given.length > 2 ? String(given[0]) : "";
    exitCode = await work(context, command.opts() as never, argument) ?? EXIT.ok;
  };
  const program = new Command("tsetsen")
    .description("Speech from Mongolian text, by the Tsetsen service.")
    .version(VERSION, "-V, --version")
    .option("--json", "print results, progress and errors as JSON, a value a line")
    .option("-q, --quiet", "print results and errors only")
    .option("--endpoint <address>", "where the service is: host:port or a URL")
    .option("--insecure", "allow plaintext http, where everyone on the way can read the key")
    .option("--api-key-file <file>", "read the API key from a file")
    .option(
      "--timeout <ms>",
      "the longest time for one call, its retries included (default: 30000)",
      number,
    )
    .option("--retries <n>", "how often a failed call is tried again (default: 3)", number)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => {} })
    .exitOverride()
    .addHelpText("after", AFTER);
  for (const add of COMMANDS) add(program, act);
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    throw explained(error);
  }
  return exitCode;
}

/** The name of a command or an option, an option with its value, a number: what a message may quote. */
const HARMLESS = /^'(-\w, )?[\w.=-]{1,40}( <[\w=-]+>)?'$/;

/** A mistake on the command line, without what may be the text or the key. */
function explained({ code, message }: CommanderError): UsageError {
  if (code === "commander.help") return new UsageError("Give a command: see `tsetsen --help`.");
  if (/'--?api-?key\b(?!-file)/.test(message)) {
    return new UsageError(
      "There is no option for the key itself, as everybody on the machine could read it: " +
        "set TSETSEN_API_KEY, or give --api-key-file.",
    );
  }
  const said = message.replace(/^error: /, "").replace(
    /'[^']*'/g,
    (quote) => HARMLESS.test(quote) ? quote : "(not shown)",
  );
  const why = code === "commander.unknownOption"
    ? " Put -- before a text that begins with a dash."
    : "";
  return new UsageError(`${said.trim().replace(/([^.?!)])$/, "$1.")}${why}`);
}
