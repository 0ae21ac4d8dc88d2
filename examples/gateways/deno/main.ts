// A gateway in front of the Tsetsen service, on Deno alone: gRPC-Web from browsers, Workers and fetch, native gRPC to the
// service. What it can be told is in settings.ts and in ../README.md.
//
//   deno run --allow-net --allow-env --allow-read examples/gateways/deno/main.ts

import { createGateway } from "./gateway.ts";
import { readSettings } from "./settings.ts";

const settings = readSettings(Deno.env.toObject());
const gateway = createGateway(settings);
const { hostname, port, tls, kept, drainSeconds } = settings;
const server = Deno.serve({
  hostname,
  port,
  ...tls,
  onListen: ({ hostname, port }) =>
    console.log(
      `http${
        tls === undefined ? "" : "s"
      }://${hostname}:${port} in front of ${settings.endpoint}, ` +
        (kept === undefined ? "with the callers' keys" : "with a key of its own"),
    ),
}, gateway.handle);

async function stop(): Promise<void> {
  gateway.drain();
  await new Promise((resolve) => setTimeout(resolve, drainSeconds * 1_000));
  // Takes no more calls, and lets those that are under way come to their end.
  await server.shutdown();
  gateway.close();
  Deno.exit();
}

for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.addSignalListener(signal, stop);
