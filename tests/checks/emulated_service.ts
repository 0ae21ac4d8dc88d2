// Preloaded before a program that uses the real service's address: the emulator answers instead of the network, so that
// what is shown to users as it stands is run as it stands. Anything sent elsewhere fails.

import process from "node:process";
import { createEmulator } from "../../src/emulator/mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";

const emulator = createEmulator({ queueTime: 20, pace: 0, streamPace: 0 });
const endpoint = `https://${Deno.env.get("TSETSEN_API_ENDPOINT") || "api.tsetsen.ai:50051"}`;

globalThis.fetch = async (input, init) => {
  const { origin } = new URL(input instanceof Request ? input.url : input);
  if (origin !== endpoint) throw new TypeError(`There is no network here to reach ${origin}`);
  return await emulator.fetch(input, init);
};

// The same for native gRPC, over a real connection to a port of this machine that keeps no program alive.
const { getBuiltinModule } = process;
const http2 = getBuiltinModule("node:http2");
const web = { fetch: emulator.fetch.bind(emulator), url: endpoint };
process.getBuiltinModule = ((name: string) =>
  name !== "node:http2" ? getBuiltinModule(name) : {
    ...http2,
    createServer: () => http2.createServer().unref(),
    connect(origin: string) {
      if (origin === endpoint) return http2.connect(native.url);
      throw new TypeError(`There is no network here to reach ${origin}`);
    },
  }) as typeof getBuiltinModule;
const native = await serveGrpc(web);
