import { Command, CommanderError, Option } from "commander";
import process from "node:process";
import { VERSION } from "../contract/version.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./errors/classes.ts";
import { EXIT, EXIT_HELP } from "./errors/exit_codes.ts";
import type { Globals } from "./globals.ts";
import {
  type Act,
  type DefineCommand,
  milliseconds,
  refuseRepeats,
  wholeNumber,
} from "./options.ts";

interface Entry {
  readonly description: string;
  /** Loads the rest of the command, so that a command starts without what the others need. */
  readonly load: () => Promise<DefineCommand>;
}

/** The commands, in the order of the help. */
const COMMANDS: Readonly<Record<string, Entry>> = {
  say: {
    description: "speak a text of any length into a WAV file; costs credits",
    load: async () => (await import("./commands/say.ts")).defineSay,
  },
  stream: {
    description: "speak a short text while it is synthesised; costs credits",
    load: async () => (await import("./commands/stream.ts")).defineStream,
  },
  voices: {
    description: "list the voices of a model version",
    load: async () => (await import("./commands/voices.ts")).defineVoices,
  },
  status: {
    description: "show how far a job is",
    load: async () => (await import("./commands/status.ts")).defineStatus,
  },
  wait: {
    description: "wait until a job is done",
    load: async () => (await import("./commands/wait.ts")).defineWait,
  },
  resume: {
    description: "go on with an unfinished `say`, or fetch the audio of a job",
    load: async () => (await import("./commands/resume.ts")).defineResume,
  },
  balance: {
    description: "show how many credits are left",
    load: async () => (await import("./commands/balance.ts")).defineBalance,
  },
  check: {
    description: "list what looks wrong with a text, before it is paid for",
    load: async () => (await import("./commands/check.ts")).defineCheck,
  },
  doctor: {
    description: "find out what is wrong between here and the service",
    load: async () => (await import("./commands/doctor.ts")).defineDoctor,
  },
  emulate: {
    description: "run a local service for tests and demos",
    load: async () => (await import("./commands/emulate.ts")).defineEmulate,
  },
};

const AFTER = `
The key comes from the environment variable TSETSEN_API_KEY, or from
--api-key-file: everybody on the machine can read a command line.
TSETSEN_API_ENDPOINT is the default of --endpoint. All durations are
milliseconds.

With --json standard output holds a JSON value a line: {"progress": …} while
the command runs, and last the result, or {"error": …} with name, code,
message, requestId, charged and exitCode. With "-o -" these lines go to
standard error.

Examples:
  $ tsetsen say book.txt -o book.wav --srt book.srt
  $ tsetsen voices --json
  $ tsetsen help say
${EXIT_HELP}`;

/** The widest line of a help text. */
const HELP_COLUMNS = 80;

/** Reads the command line and runs the command. @returns The exit code. */
export async function runProgram(args: readonly string[], context: Context): Promise<number> {
  let exitCode: number = EXIT.ok;
  const act: Act = (work) => async (...given) => {
    const command = given.at(-1) as Command;
    context.configure(command.optsWithGlobals<Globals>());
    // commander passes the arguments, then the options, then the command.
    const argument = given.length > 2 ? String(given[0]) : "";
    exitCode = await work(context, command.opts() as never, argument) ?? EXIT.ok;
  };
  const program = createProgram();
  for (const [name, { description }] of Object.entries(COMMANDS)) {
    program.command(name).description(description);
  }
  refuseRepeats(program);
  program.hook("preSubcommand", async (_, command) => {
    const define = await COMMANDS[command.name()]?.load();
    define?.(command, act);
    refuseRepeats(command);
  });
  try {
    await program.parseAsync(withHelpOption(args), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    throw explained(error);
  }
  return exitCode;
}

function createProgram(): Command {
  return new Command("tsetsen")
    .description("Speech from Mongolian text, by the Tsetsen service.")
    .version(VERSION, "-V, --version")
    .option("--json", "print results, progress and errors as JSON, a value a line")
    .option("-q, --quiet", "print results and errors only")
    .option("--endpoint <address>", "where the service is: host:port or a URL")
    .option(
      "--insecure",
      "allow plaintext http to another machine: everyone on the way can read the key",
    )
    .option("--api-key-file <file>", "read the API key from a file")
    .option(
      "--timeout <ms>",
      "the longest time for one call, its retries included (default: 30000)",
      milliseconds("--timeout"),
    )
    .option(
      "--retries <n>",
      "how often a failed call is tried again (default: 3)",
      wholeNumber("--retries", 0),
    )
    .addOption(keyOption("--api-key <key>"))
    .addOption(keyOption("--apikey <key>"))
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      outputError: () => {},
      getOutHelpWidth: () => Math.min(process.stdout.columns ?? HELP_COLUMNS, HELP_COLUMNS),
    })
    .exitOverride()
    .addHelpText("after", AFTER);
}

/** Refuses the key itself as an option, which a user may try. */
function keyOption(flags: string): Option {
  return new Option(flags).hideHelp().argParser(() => {
    throw new UsageError(
      "There is no option for the key itself, because everybody on the machine can read a command line: " +
        "set TSETSEN_API_KEY, or give --api-key-file.",
    );
  });
}

/** Turns `help COMMAND` into `COMMAND --help`, which loads the command first. */
function withHelpOption(args: readonly string[]): string[] {
  const [first, name = "", ...rest] = args;
  return first === "help" && Object.hasOwn(COMMANDS, name) ? [name, "--help", ...rest] : [...args];
}

/** A quotation of the name of a command or an option, or of a number. It holds nothing of the text or the key. */
const HARMLESS = /^'(-\w, )?[\w.=-]{1,40}( <[\w=-]+>)?'$/;

/** A mistake on the command line. commander quotes the arguments, which may be the text or the key. */
function explained({ code, message }: CommanderError): UsageError {
  if (code === "commander.help") return new UsageError("Give a command: see `tsetsen --help`.");
  const shown = message.replace(/^error: /, "").replace(
    /'[^']*'/g,
    (quote) => HARMLESS.test(quote) ? quote : "(not shown)",
  );
  const why = code === "commander.unknownOption"
    ? " Put -- before a text that begins with a dash."
    : "";
  return new UsageError(`${shown.trim().replace(/([^.?!)])$/, "$1.")}${why}`);
}
