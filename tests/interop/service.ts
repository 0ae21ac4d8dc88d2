// The grpcio server as a process, with the code that grpcio-tools generates from our .proto.

import { start } from "../hosts/process.ts";
import { ROOT, run } from "../hosts/tools.ts";
import type { Certificates } from "./certificates.ts";
import type { Venv } from "./venv.ts";

/** A running server. */
export interface Service extends AsyncDisposable {
  /** Where its control server is. */
  readonly control: string;
  /** The ports of gRPC: its own, and of those that can be killed, one for each lane. */
  readonly tls: number;
  readonly frail: readonly number[];
}

/** Generates and starts. `folder` takes the generated code. */
export async function startService(
  { python }: Venv,
  { cert, key }: Certificates,
  folder: string,
): Promise<Service> {
  const protos = `${ROOT}proto/tsetsen/api/v1`;
  const outputs = [`--python_out=${folder}`, `--grpc_python_out=${folder}`];
  const proto = `${protos}/tsetsen_tts.proto`;
  await run([python, "-m", "grpc_tools.protoc", `-I${protos}`, ...outputs, proto]);
  const server = `${ROOT}tests/interop/server.py`;
  const child = start(python, [server, "--generated", folder, "--cert", cert, "--key", key], {
    // It ends when this ends.
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    // It tells of every connection that a client closes while calls are under way.
    env: { GRPC_VERBOSITY: "ERROR" },
  });
  let text = "";
  for await (const piece of child.process.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (!text.includes("\n")) continue;
    const dispose = () => child[Symbol.asyncDispose]();
    return { ...JSON.parse(text), [Symbol.asyncDispose]: dispose };
  }
  await child[Symbol.asyncDispose]();
  throw new Error(`the grpcio server did not start: ${text}`);
}
