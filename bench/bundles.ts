/**
 * Bundles of the programs and of the clients that are measured. They are built anew for each run, in a temporary folder.
 *
 * @module
 */

import { root } from "./processes.ts";

/** The state before the client was rebuilt on its own transport interface. */
const EARLIER = "9deec89";

/** The folder with the files of the earlier state, in the folder of the bundles. */
export const EARLIER_CHECKOUT = EARLIER;

/** The programs, by the name of their bundle. */
const PROGRAMS = {
  server: "server.ts",
  emulator: "emulator.ts",
  unary: "clients/unary.ts",
  streamSpeed: "clients/stream_speed.ts",
  streamMemory: "clients/stream_memory.ts",
  waits: "clients/waits.ts",
  narrationMemory: "clients/narration_memory.ts",
  cold: "clients/cold.ts",
};

/** The clients, by the name that the tables show. */
const CONTENDERS = {
  "default": "default.ts",
  "lean": "lean.ts",
  "connect-web": "bare.ts",
  "connect-web, with our headers and deadline": "bare_with_headers.ts",
  "nice-grpc-web": "nice_grpc_web.ts",
  "@protobuf-ts/grpcweb-transport": "protobuf_ts.ts",
  "minimal fetch (the limit)": "minimal_fetch.ts",
};

/** The name of a client in the tables. */
export type ContenderName = keyof typeof CONTENDERS | typeof EARLIER;

/** What was built. */
export interface Bundles {
  /** The paths of the programs. */
  readonly programs: Readonly<Record<keyof typeof PROGRAMS, string>>;
  /** The file URLs of the clients. */
  readonly contenders: Readonly<Record<ContenderName, string>>;
}

/** Builds all: one bundle each, the same for every runtime. */
export async function buildAll(folder: string): Promise<Bundles> {
  // One by itself: `deno bundle` installs its bundler at its first run, and two of those get in each other's way.
  await bundle(root, "bench/server.ts", `${folder}/server.mjs`, ON_SERVERS);
  const programs: Record<string, string> = {};
  const contenders: Record<string, string> = {};
  for (const [name, source] of Object.entries(PROGRAMS)) {
    programs[name] = `${folder}/${name}.mjs`;
    await bundle(root, `bench/${source}`, programs[name], ON_SERVERS);
  }
  for (const [name, source] of Object.entries(CONTENDERS)) {
    const path = `${folder}/${source.replace(".ts", ".mjs")}`;
    await bundle(root, `bench/contenders/${source}`, path, ON_SERVERS);
    contenders[name] = `file://${path}`;
  }
  contenders[EARLIER] = `file://${await buildEarlier(folder)}`;
  return { programs, contenders } as Bundles;
}

/** Builds the client of the earlier state from the history of the repository. */
async function buildEarlier(folder: string): Promise<string> {
  const checkout = `${folder}/${EARLIER_CHECKOUT}`;
  await Deno.mkdir(checkout);
  await run("git", ["archive", "--output", `${checkout}.tar`, EARLIER], root);
  await run("tar", ["-xf", `${checkout}.tar`, "-C", checkout], root);
  await Deno.mkdir(`${checkout}/bench/contenders`);
  for (const name of ["contender.ts", "sdk.ts", "default.ts"]) {
    await Deno.copyFile(`${root}bench/contenders/${name}`, `${checkout}/bench/contenders/${name}`);
  }
  const path = `${folder}/earlier.mjs`;
  await bundle(checkout, "bench/contenders/default.ts", path, ON_SERVERS);
  return path;
}

/** The size in bytes of a module with all that it imports, for the browser, minified and gzipped. */
export async function sizeOf(source: string, folder: string): Promise<number> {
  const path = `${folder}/size.js`;
  await bundle(root, source, path, ["--platform=browser", "--minify"]);
  // Deno's own zlib compresses a little less: the figure is that of the common tool.
  return (await run("gzip", ["-9", "-n", "-c", path], root)).length;
}

const ON_SERVERS = ["--platform=deno"];

/** Builds a bundle of a module with all that it imports: by default for Deno, Bun and Node. */
export async function bundle(
  cwd: string,
  source: string,
  output: string,
  flags: string[] = ON_SERVERS,
): Promise<void> {
  await run(Deno.execPath(), ["bundle", "--quiet", ...flags, "--output", output, source], cwd);
}

async function run(program: string, args: string[], cwd: string): Promise<Uint8Array> {
  const command = new Deno.Command(program, { args, cwd, stdin: "null", stderr: "piped" });
  const { success, stdout, stderr } = await command.output();
  if (success) return stdout;
  throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
