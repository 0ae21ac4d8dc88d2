/**
 * The emulator's command line: `deno run -A src/emulator/cli.ts --port 50051`.
 *
 * @module
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { type RunningEmulator, startEmulator, type StartOptions } from "./mod.ts";

const usage = `Usage: emulator [options]

A local Tsetsen service for demos and tests. It speaks in tones: there is no real voice in it.

  --port <number>        TCP port; 0 takes any that is free (default 50051)
  --hostname <address>   address to listen on (default 127.0.0.1)
  --key <api key>        an API key to accept, with --credits (default tsetsen-development-emulator)
  --credits <number>     credits of the key (default 100000)
  --any-key              accept any well-formed key
  --queue-time <ms>      how long a job is PENDING (default 50)
  --pace <ms>            how long a job is PROCESSING for each character (default 2)
  --stream-pace <ms>     pause between two pieces of a stream (default 2)
  --max-stream-seconds <number>  longest audio of a stream, or none for no limit (default 300)
  --streams-per-minute <number>  streams that a key may start a minute, or none (default none)
  --public-url <url>     where it is reached from outside
  --json                 say where it is, or what is wrong, as a line of JSON
  --help                 this text
`;

/**
 * Runs the emulator until it is told to stop by Ctrl-C. Wrong options print the usage and set the exit code 2.
 *
 * @param args The options, as on a command line.
 * @returns The emulator; `undefined` when there is none, after `--help` or wrong options.
 *
 * @example
 * ```ts
 * import { main } from "@tsetsen/sdk/emulator/cli";
 *
 * await main(["--help"]);
 * ```
 */
export async function main(args: readonly string[]): Promise<RunningEmulator | undefined> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        "port": { type: "string", default: "50051" },
        "hostname": { type: "string", default: "127.0.0.1" },
        "key": { type: "string", default: "tsetsen-development-emulator" },
        "credits": { type: "string", default: "100000" },
        "any-key": { type: "boolean", default: false },
        "queue-time": { type: "string" },
        "pace": { type: "string" },
        "stream-pace": { type: "string" },
        "max-stream-seconds": { type: "string" },
        "streams-per-minute": { type: "string" },
        "public-url": { type: "string" },
        "json": { type: "boolean", default: false },
        "help": { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(usage);
    } else {
      return await run({
        port: Number(values.port),
        hostname: values.hostname,
        apiKeys: { [values.key]: Number(values.credits) },
        allowAnyKey: values["any-key"],
        ...given("queueTime", values["queue-time"], Number),
        ...given("pace", values.pace, Number),
        ...given("streamPace", values["stream-pace"], Number),
        ...given("publicUrl", values["public-url"], String),
        streamLimits: {
          ...given("maxAudioSeconds", values["max-stream-seconds"], limit),
          ...given("perMinute", values["streams-per-minute"], limit),
        },
      }, values.json);
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : `${error}`;
    if (args.includes("--json")) {
      const told = { name: "UsageError", code: "usage", message, exitCode: 2 };
      process.stdout.write(`${JSON.stringify({ error: told })}\n`);
    } else process.stderr.write(`${message}\n\n${usage}`);
    process.exitCode = 2;
  }
  return undefined;
}

// Not awaited, because require() refuses a module with a top-level await.
if (import.meta.main) void main(process.argv.slice(2));

async function run(options: StartOptions, json: boolean): Promise<RunningEmulator> {
  const emulator = await startEmulator(options);
  const { url, apiKey } = emulator;
  const credits = emulator.ledger.balance(apiKey);
  process.stdout.write(
    json ? `${JSON.stringify({ url, apiKey, credits })}\n` : `Tsetsen emulator on ${url}\n` +
      `API key: ${apiKey} (${credits} credits)\n` +
      "This is no real voice: every syllable is one tone. Ctrl-C stops it.\n",
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void emulator.close().then(() => process.exit(0)));
  }
  return emulator;
}

function limit(text: string): number | false {
  return text === "none" ? false : Number(text);
}

function given<Name extends string, Value>(
  name: Name,
  text: string | undefined,
  parse: (text: string) => Value,
): Partial<Record<Name, Value>> {
  return text === undefined ? {} : { [name]: parse(text) } as Partial<Record<Name, Value>>;
}
