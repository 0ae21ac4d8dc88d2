import { grpcTransport } from "@tsetsen/sdk/grpc";
import { equal, ok } from "../assert.ts";
import { type Case, Stand } from "../context.ts";

export const native: Case[] = [
  {
    group: "Native gRPC, or what to use instead",
    name: "grpcTransport speaks with the service, or says what to use where it cannot",
    async run(context) {
      const made = () => grpcTransport({ endpoint: stand.url, secure: false });
      await using stand = await Stand.open(context, { grpc: context.hasHttp2 ?? true });
      if (context.hasHttp2 ?? true) {
        using client = stand.client({ transport: made() });
        equal((await client.getUserBalance()).credits, 100_000);
        return;
      }
      const told = await Promise.resolve().then(made).then(() => "made", String);
      ok(
        told ===
          "Error: Native gRPC needs an HTTP/2 client (node:http2), which this runtime does not have: " +
            "leave out transport, and give an endpoint that speaks gRPC-Web.",
        told,
      );
      // The client without it works, in the same program.
      using client = stand.client();
      equal((await client.getUserBalance()).credits, 100_000);
    },
  },
];
