import { quoted } from "../../lib/shell.ts";
import { type RunningEmulator, startEmulator } from "../mod.ts";
import type { GrpcServer } from "../native.ts";
import type { CliStart } from "./options.ts";

/** A running emulator, and the facts that its user needs. */
export interface Servers {
  /** The emulator; its `close` also ends native gRPC. */
  readonly emulator: RunningEmulator;
  /** The facts for people. */
  readonly announcement: string;
  /** The facts for programs. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * Starts the emulator and, when asked, native gRPC.
 *
 * @throws {PlaceError} when a port is not available.
 */
export async function startServers({ start, grpc }: CliStart): Promise<Servers> {
  const emulator = await startEmulator(start).catch((error) => {
    throw placeError(error, "--port", start) ?? error;
  });
  let native: GrpcServer | undefined;
  if (grpc !== undefined) {
    try {
      const { serveGrpc } = await import("../native.ts");
      native = await serveGrpc(emulator, grpc);
    } catch (error) {
      await emulator.close();
      throw placeError(error, "--grpc-port", grpc) ?? error;
    }
  }
  const { apiKey, close: closeEmulator } = emulator;
  const close = async () => {
    await native?.close();
    await closeEmulator();
  };
  const credits = emulator.ledger.balance(apiKey) ?? 0;
  return {
    emulator: Object.assign(emulator, { close, [Symbol.asyncDispose]: close }),
    announcement: announce({
      url: emulator.url,
      endpoint: start.publicUrl ?? fromHere(emulator.url),
      apiKey,
      credits,
      grpcUrl: native && fromHere(native.url),
    }),
    facts: { url: emulator.url, apiKey, credits, ...(native && { grpcUrl: native.url }) },
  };
}

interface Facts {
  readonly url: string;
  readonly endpoint: string;
  readonly apiKey: string;
  readonly credits: number;
  readonly grpcUrl: string | undefined;
}

/** The address for clients on this machine of a server that listens on all addresses. */
function fromHere(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
}

function announce({ url, endpoint, apiKey, credits, grpcUrl }: Facts): string {
  const native = grpcUrl === undefined
    ? ""
    : `Native gRPC is on ${grpcUrl}: the endpoint of grpcTransport.\n`;
  return `Tsetsen emulator on ${url}. Its key has ${credits} credits.
${native}Its audio is a placeholder: one tone a syllable, and no real voice.

To use it, in another terminal:
  export TSETSEN_API_ENDPOINT=${quoted(endpoint)}
  export TSETSEN_API_KEY=${apiKey}
  tsetsen say "Сайн байна уу?" -o hello.wav

Ctrl-C stops it.`;
}

/** A port or an address that is not available. */
export class PlaceError extends Error {
  override readonly name = "PlaceError";
}

/** Explains the system's error for a port or an address that is not available. */
function placeError(
  cause: unknown,
  option: "--port" | "--grpc-port",
  { port = 0, hostname = "127.0.0.1" }: { readonly port?: number; readonly hostname?: string },
): PlaceError | undefined {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  switch (code) {
    case "EADDRINUSE":
      return new PlaceError(
        `Port ${port} of ${hostname} is in use: give another with ${option}, or ${option} 0 for any that is free.`,
        { cause },
      );
    case "EACCES":
      return new PlaceError(
        `This user may not listen on port ${port} of ${hostname}: give a port above 1023 with ${option}.`,
        { cause },
      );
    case "EADDRNOTAVAIL":
    case "EINVAL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new PlaceError(
        `${hostname} is no address of this machine: give another with --hostname.`,
        { cause },
      );
    default:
      return undefined;
  }
}
