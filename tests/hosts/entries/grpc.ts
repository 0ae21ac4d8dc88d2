// Deno, Bun and Node over native gRPC: the suite in a process of its own. Prints the results as JSON.

import { grpcTransport } from "@tsetsen/sdk/grpc";
import { runSuite } from "../suite.ts";
import { collector, process } from "./globals.ts";

const [, , control = "", filter = ""] = process.argv;
const transport = (endpoint: string) => grpcTransport({ endpoint, secure: false });
const results = await runSuite({ control, transport, ...collector }, filter);
process.stdout.write(JSON.stringify(results));
