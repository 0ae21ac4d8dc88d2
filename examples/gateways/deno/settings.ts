// What the environment says, checked once.

import { InvalidRequestError } from "@tsetsen/sdk";

/** How the gateway runs. */
export interface Settings {
  /** Where the service speaks native gRPC, and the authority of its certificate if that is a private one. */
  readonly endpoint: string;
  readonly ca: string | undefined;
  /** The key that stays on the server, and what a caller must show to use it. Without it callers bring their keys. */
  readonly kept: { readonly apiKey: string; readonly token: string } | undefined;
  /** The origins whose pages may call. */
  readonly origins: readonly string[];
  readonly hostname: string;
  readonly port: number;
  /** Certificate and key, for TLS. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Where callers reach the gateway, if its own address does not say so. */
  readonly publicUrl: string | undefined;
  readonly maxCharacters: number;
  readonly callsPerMinute: number;
  /** How long `/healthz` says 503 before the gateway takes no more connections, in seconds. */
  readonly drainSeconds: number;
}

/** Reads them. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const get = (name: string) => env[name] || undefined;
  const file = (name: string) => {
    const path = get(name);
    return path === undefined ? undefined : Deno.readTextFileSync(path);
  };
  const number = (name: string, fallback: number, least: number) => {
    const value = Number(get(name) ?? fallback);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidRequestError(`${name} must be a whole number of at least ${least}`);
  };
  const [apiKey, token] = [get("TSETSEN_API_KEY"), get("GATEWAY_TOKEN")];
  if (apiKey !== undefined && token === undefined) {
    throw new InvalidRequestError(
      "GATEWAY_TOKEN must be set beside TSETSEN_API_KEY: without it everybody could spend your credits",
    );
  }
  const [cert, key] = [file("GATEWAY_CERT"), file("GATEWAY_CERT_KEY")];
  if ((cert === undefined) !== (key === undefined)) {
    throw new InvalidRequestError("GATEWAY_CERT and GATEWAY_CERT_KEY must be set together");
  }
  return {
    endpoint: get("TSETSEN_API_ENDPOINT") ?? "api.tsetsen.ai:50051",
    ca: file("TSETSEN_API_CA"),
    kept: apiKey !== undefined && token !== undefined ? { apiKey, token } : undefined,
    origins: get("GATEWAY_ORIGINS")?.split(",") ?? [],
    hostname: get("GATEWAY_HOSTNAME") ?? "127.0.0.1",
    port: number("GATEWAY_PORT", 8443, 0),
    tls: cert !== undefined && key !== undefined ? { cert, key } : undefined,
    publicUrl: get("GATEWAY_PUBLIC_URL"),
    maxCharacters: number("GATEWAY_MAX_CHARACTERS", 10_000, 1),
    callsPerMinute: number("GATEWAY_CALLS_PER_MINUTE", 600, 1),
    drainSeconds: number("GATEWAY_DRAIN_SECONDS", 5, 0),
  };
}
