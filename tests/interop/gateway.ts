// The real Envoy with the recipe that users deploy. Only addresses and the paths of certificates are put in.

import { start } from "../hosts/process.ts";
import { ROOT, run } from "../hosts/tools.ts";
import { closedPort } from "../support/raw_server.ts";
import type { Certificates } from "./certificates.ts";
import type { Venv } from "./venv.ts";

export const RECIPE = `${ROOT}examples/gateways/envoy/envoy.yaml`;

/** A running gateway. */
export interface Gateway extends AsyncDisposable {
  /** Where it takes calls, over TLS and in plaintext. */
  readonly https: string;
  readonly http: string;
}

/** Where the gateway's service and pages are. */
export interface GatewayOptions {
  /** The port of the service on localhost, with TLS. */
  readonly upstream: number;
  /** The origin whose pages may call. */
  readonly origin: string;
}

/** Lets Envoy check the recipe itself; only the files that it names are those of the tests. */
export async function validateRecipe(
  { envoy }: Venv,
  certificates: Certificates,
  folder: string,
): Promise<void> {
  const config = `${folder}/recipe.yaml`;
  const recipe = replaced(await Deno.readTextFile(RECIPE), files(certificates));
  // The one would pay twice, the other races the caller's deadline.
  const wrong = /retry_policy|max_stream_duration/.exec(recipe);
  if (wrong !== null) throw new Error(`the recipe must not have ${wrong[0]}`);
  await Deno.writeTextFile(config, recipe);
  await run([envoy, "--mode", "validate", "--config-path", config]);
}

/** Starts Envoy on loopback. */
export async function startGateway(
  { envoy }: Venv,
  certificates: Certificates,
  folder: string,
  { upstream, origin }: GatewayOptions,
): Promise<Gateway> {
  const [https, http] = [closedPort(), closedPort()];
  const config = `${folder}/${https}.yaml`;
  const recipe = replaced(await Deno.readTextFile(RECIPE), {
    ...files(certificates),
    "/etc/ssl/certs/ca-certificates.crt": certificates.ca,
    "port_value: 8443": `port_value: ${https}`,
    "port_value: 8080": `port_value: ${http}`,
    "0.0.0.0": "127.0.0.1",
    "api.tsetsen.ai": "localhost",
    "port_value: 50051": `port_value: ${upstream}`,
    "https://my.site": origin,
  });
  await Deno.writeTextFile(config, recipe);
  const options = ["--use-dynamic-base-id", "--concurrency", "1", "--log-level", "error"];
  const child = start(envoy, ["--config-path", config, ...options], { stderr: "inherit" });
  const gateway: Gateway = {
    https: `https://127.0.0.1:${https}`,
    http: `http://127.0.0.1:${http}`,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
  for (let tries = 0; !await healthy(gateway.http); tries++) {
    if (tries === 200) {
      await gateway[Symbol.asyncDispose]();
      throw new Error("Envoy did not start within 10 s");
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return gateway;
}

async function healthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/healthz`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function files({ cert, key }: Certificates): Record<string, string> {
  return { "/etc/envoy/tls.crt": cert, "/etc/envoy/tls.key": key };
}

/** Every replacement must find its place: the recipe may not drift away from its test. */
function replaced(recipe: string, replacements: Readonly<Record<string, string>>): string {
  let text = recipe.replaceAll(/^ *#.*\n/gm, "");
  for (const [from, to] of Object.entries(replacements)) {
    if (!text.includes(from)) throw new Error(`the recipe does not have ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}
