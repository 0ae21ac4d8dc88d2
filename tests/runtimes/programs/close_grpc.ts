// Closes clients of native gRPC in one way, then stays alive for a second: their connection must be gone by then.
// Usage: close_grpc <endpoint> <way>

import { Client } from "../../../mod.ts";
import { grpcTransport } from "../../../src/grpc/mod.ts";
import { args, say, sleep } from "./host.ts";

const [endpoint = "", way = ""] = args;
const transport = grpcTransport({ endpoint, secure: false });
const apiKey = "tsetsen-development-emulator";
const [one, two] = [new Client({ apiKey, transport }), new Client({ apiKey, transport })];
await one.getUserBalance();

const WAYS: Readonly<Record<string, () => unknown>> = {
  "closing its clients": () => {
    one.close();
    two.close();
  },
  "closing its clients, one of them twice": async () => {
    one.close();
    one.close();
    // It must not have been closed for this one.
    await two.getUserBalance();
    two.close();
  },
  "closing its clients while calls are under way": async () => {
    const calls = [one, two].map((client) => client.listVoices().catch((error) => error.name));
    await sleep(100);
    one.close();
    two.close();
    const names = await Promise.all(calls);
    if (names.join() !== "ClientClosedError,ClientClosedError") throw new Error(names.join());
  },
  "closing the transport": () => transport.close(),
  "the end of a using block": async () => {
    transport.close();
    using other = grpcTransport({ endpoint, secure: false });
    await new Client({ apiKey, transport: other }).getUserBalance();
  },
};
await WAYS[way]!();
say("closed");
await sleep(1_000);
