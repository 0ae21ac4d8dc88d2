import { decimal } from "../../lib/decimal.ts";
import type { StartOptions } from "../mod.ts";
import type { GrpcServeOptions } from "../native.ts";

/** An option of the emulator's command line. */
export interface CliOption {
  readonly name: string;
  /** The placeholder of its value; a flag has none. */
  readonly value?: string;
  readonly description: string;
}

/** The options of the emulator's command line, in the order of the help. */
export const CLI_OPTIONS: readonly CliOption[] = [
  {
    name: "port",
    value: "number",
    description: "TCP port; 0 takes any that is free (default: 50051)",
  },
  {
    name: "hostname",
    value: "address",
    description: "address to listen on (default: 127.0.0.1)",
  },
  { name: "grpc", description: "serve native gRPC, too, on a second port" },
  {
    name: "grpc-port",
    value: "number",
    description: "the port of --grpc (default: any that is free)",
  },
  {
    name: "key",
    value: "key",
    description: "API key to accept (default: tsetsen-development-emulator)",
  },
  { name: "credits", value: "number", description: "credits of the key (default: 100000)" },
  { name: "any-key", description: "accept any well-formed key" },
  { name: "queue-time", value: "ms", description: "how long a job is PENDING (default: 50)" },
  {
    name: "pace",
    value: "ms",
    description: "how long a job is PROCESSING for each character (default: 2)",
  },
  {
    name: "stream-pace",
    value: "ms",
    description: "pause between two messages of a stream (default: 2)",
  },
  {
    name: "max-stream-seconds",
    value: "number",
    description: "longest audio of a stream, or none for no limit (default: 300)",
  },
  {
    name: "streams-per-minute",
    value: "number",
    description: "streams that a key may start a minute, or none (default: none)",
  },
  { name: "public-url", value: "url", description: "where clients reach the emulator" },
];

/** What the options of the command line ask for. */
export interface CliStart {
  readonly start: StartOptions;
  /** The port of native gRPC, when it is served. */
  readonly grpc: GrpcServeOptions | undefined;
}

/** Turns the texts of a command line into options. The emulator checks them. */
export function toStartOptions(
  values: Readonly<Record<string, string | boolean | undefined>>,
): CliStart {
  const text = (name: string) => values[name] === undefined ? undefined : `${values[name]}`;
  const hostname = text("hostname") ?? "127.0.0.1";
  const key = text("key") ?? "tsetsen-development-emulator";
  const grpcPort = text("grpc-port");
  return {
    start: {
      port: decimal(text("port") ?? "50051"),
      hostname,
      apiKeys: { [key]: decimal(text("credits") ?? "100000") },
      allowAnyKey: values["any-key"] === true,
      ...given("queueTime", text("queue-time"), decimal),
      ...given("pace", text("pace"), decimal),
      ...given("streamPace", text("stream-pace"), decimal),
      ...given("publicUrl", text("public-url"), String),
      streamLimits: {
        ...given("maxAudioSeconds", text("max-stream-seconds"), toLimit),
        ...given("perMinute", text("streams-per-minute"), toLimit),
      },
    },
    grpc: values["grpc"] === true || grpcPort !== undefined
      ? { hostname, ...given("port", grpcPort, decimal) }
      : undefined,
  };
}

function toLimit(text: string): number | false {
  return text === "none" ? false : decimal(text);
}

function given<Name extends string, Value>(
  name: Name,
  text: string | undefined,
  parse: (text: string) => Value,
): Partial<Record<Name, Value>> {
  return text === undefined ? {} : { [name]: parse(text) } as Partial<Record<Name, Value>>;
}
