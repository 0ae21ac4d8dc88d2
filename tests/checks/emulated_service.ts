// Preloaded before a program that uses the real service's address: the emulator answers instead of the network, so that
// what is shown to users as it stands is run as it stands. Anything sent elsewhere fails.

import { createEmulator } from "../../src/emulator/mod.ts";

const emulator = createEmulator({ queueTime: 20, pace: 0, streamPace: 0 });
const endpoint = `https://${Deno.env.get("TSETSEN_API_ENDPOINT") || "api.tsetsen.ai:50051"}`;

globalThis.fetch = async (input, init) => {
  const { origin } = new URL(input instanceof Request ? input.url : input);
  if (origin !== endpoint) throw new TypeError(`There is no network here to reach ${origin}`);
  return await emulator.fetch(input, init);
};
