// An emulator of native gRPC that clients come to and leave, a few hundred times.
// Usage: leave_grpc

import { Client } from "../../../mod.ts";
import { startEmulator } from "../../../src/emulator/mod.ts";
import { serveGrpc } from "../../../src/emulator/native.ts";
import { place, say } from "./host.ts";

const emulator = await startEmulator();
const server = await serveGrpc(emulator);
async function come(): Promise<void> {
  const client = new Client({ ...place(server.url, "grpc"), apiKey: emulator.apiKey });
  await client.getUserBalance();
  client.close();
}
for (let round = 0; round < 300; round++) await Promise.all([come(), come(), come(), come()]);
say(emulator.requests.length);
await server.close();
await emulator.close();
