// The Deno recipe for a gateway as a process, with no more rights than its first lines ask for.

import { start } from "../hosts/process.ts";
import { ROOT } from "../hosts/tools.ts";

export const PROGRAM = `${ROOT}examples/gateways/deno/main.ts`;

/** A running gateway. */
export interface DenoGateway extends AsyncDisposable {
  readonly url: string;
  /** Tells it to stop, as an operating system does. */
  stop(): void;
  /** Its exit code. */
  readonly ended: Promise<number>;
  /** What it has printed so far. */
  printed(): string;
}

/** Starts it on a free port of loopback. `env` is all that it is told. */
export async function startDenoGateway(
  env: Readonly<Record<string, string>>,
): Promise<DenoGateway> {
  const rights = ["--allow-net", "--allow-env", "--allow-read"];
  const child = start(Deno.execPath(), ["run", ...rights, `--config=${ROOT}deno.json`, PROGRAM], {
    stdout: "piped",
    stderr: "inherit",
    env: {
      TSETSEN_API_KEY: "",
      GATEWAY_PORT: "0",
      GATEWAY_DRAIN_SECONDS: "0",
      NO_COLOR: "1",
      ...env,
    },
  });
  let text = "";
  const { promise: url, resolve, reject } = Promise.withResolvers<string>();
  const read = (async () => {
    for await (const piece of child.process.stdout.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const [first] = /^https?:\S+(?=.*\n)/.exec(text) ?? [];
      if (first !== undefined) resolve(first);
    }
    reject(new Error(`the gateway did not start: ${text}`));
  })();
  const dispose = async () => {
    await child[Symbol.asyncDispose]();
    await read;
  };
  return {
    url: await url.catch(async (error) => {
      await dispose();
      throw error;
    }),
    stop: () => child.process.kill("SIGTERM"),
    ended: child.process.status.then(({ code }) => code),
    printed: () => text,
    [Symbol.asyncDispose]: dispose,
  };
}
