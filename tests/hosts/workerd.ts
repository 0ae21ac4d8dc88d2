// A Worker in the real workerd.

import { type Running, start } from "./process.ts";

/** A running Worker. */
export interface Worker extends AsyncDisposable {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
}

/** Settings of a Worker. */
export interface WorkerOptions {
  readonly flags?: readonly string[];
  /** The certificates, as PEM, of authorities that it trusts beside the usual ones. */
  readonly authorities?: readonly string[];
}

/** Starts a Worker. The configuration is written beside its script. */
export async function startWorkerd(
  program: string,
  script: string,
  { flags = [], authorities = [] }: WorkerOptions,
): Promise<Worker> {
  const config = `${script}.${flags[0] ?? "plain"}.capnp`;
  await Deno.writeTextFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = ["--expose-gc"],
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "${script.split("/").at(-1)}")],
      compatibilityDate = "2026-05-03",
      compatibilityFlags = ${JSON.stringify(flags)},
      globalOutbound = "network",
    )),
    (name = "network", network = (
      allow = ["public", "private"],
      tlsOptions = (trustBrowserCas = true, trustedCertificates = ${JSON.stringify(authorities)}),
    )),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);`,
  );
  const running = start(program, ["serve", config, "--control-fd=1"], { stdout: "piped" });
  try {
    const url = `http://127.0.0.1:${await listeningPort(running)}`;
    return { url, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() };
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
}

/** workerd says where it listens as a line of JSON on the control descriptor. */
async function listeningPort({ process }: Running): Promise<number> {
  let text = "";
  for await (const piece of process.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const port = /"port":(\d+)/.exec(text)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`workerd did not start: ${text}`);
}
