// Preloaded before a program that uses the real service's address: the emulator answers instead of the network, so that
// what is shown to users as it stands is run as it stands. Anything sent elsewhere fails.

import { Http2SessionManager } from "@connectrpc/connect-node";
import { createEmulator } from "../../src/emulator/mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";

const emulator = createEmulator({ queueTime: 20, pace: 0, streamPace: 0 });
const endpoint = `https://${Deno.env.get("TSETSEN_API_ENDPOINT") || "api.tsetsen.ai:50051"}`;

globalThis.fetch = async (input, init) => {
  const { origin } = new URL(input instanceof Request ? input.url : input);
  if (origin !== endpoint) throw new TypeError(`There is no network here to reach ${origin}`);
  return await emulator.fetch(input, init);
};

// The same for native gRPC, over a real connection to a port of this machine, opened by the first that wants it.
const { request, connect } = Http2SessionManager.prototype;
let local: Promise<Http2SessionManager> | undefined;

async function instead({ authority }: Http2SessionManager): Promise<Http2SessionManager> {
  if (authority !== endpoint) throw new TypeError(`There is no network here to reach ${authority}`);
  const web = { fetch: emulator.fetch.bind(emulator), url: endpoint };
  return await (local ??= serveGrpc(web).then(({ url }) => new Http2SessionManager(url)));
}

Http2SessionManager.prototype.connect = async function () {
  return await connect.call(await instead(this));
};
Http2SessionManager.prototype.request = async function (...args) {
  return await request.apply(await instead(this), args);
};
Http2SessionManager.prototype.abort = () => {};
