// What the recipe promises to those who deploy it, asked of the running Envoy directly.

import { equal, ok } from "../hosts/assert.ts";
import type { Case } from "../hosts/context.ts";
import { type Context, REQUEST, Service } from "./context.ts";

/** What these cases need beside the rest. */
export interface RecipeContext extends Pick<Context, "control" | "gateway"> {
  /** The gateway over TLS. */
  readonly https: string;
  /** The origin whose pages may call. */
  readonly origin: string;
  /** The authority of its certificate, as PEM. */
  readonly ca: string;
}

const group = "The recipe";
const PATH = "/tsetsen.api.v1.TsetsenTTS/GetUserBalance";

export const recipe: readonly Case<RecipeContext>[] = [
  {
    group,
    name: "envoy.yaml answers the page's question before a call, with every header of the SDK",
    async run({ gateway, origin }) {
      const { headers } = await preflight(gateway, origin);
      equal(headers.get("access-control-allow-origin"), origin);
      const allowed = headers.get("access-control-allow-headers")?.split(",") ?? [];
      const exposed = headers.get("access-control-expose-headers")?.split(",") ?? [];
      for (
        const name of ["content-type", "x-grpc-web", "x-user-agent", "grpc-timeout", "x-api-key"]
      ) ok(allowed.includes(name), `${name} is not allowed`);
      ok(allowed.includes("x-goog-api-key"), "x-goog-api-key is not allowed");
      equal(exposed, ["grpc-status", "grpc-message", "grpc-status-details-bin", "retry-after"]);
    },
  },
  {
    group,
    name: "envoy.yaml lets no page of another origin call, and does not ask the service",
    async run({ gateway }) {
      const { status, headers } = await preflight(gateway, "https://evil.example");
      const [origin, fromService] = ["access-control-allow-origin", "grpc-status"];
      equal([status, headers.get(origin), headers.get(fromService)], [200, null, null]);
    },
  },
  {
    group,
    name: "envoy.yaml answers /healthz itself, and nothing that is no method",
    async run({ gateway }) {
      const statuses = [];
      for (const path of ["/healthz", "/", "/admin", "/stats"]) {
        const response = await fetch(gateway + path);
        await response.body?.cancel();
        statuses.push(response.status);
      }
      equal(statuses, [200, 404, 404, 404]);
    },
  },
  {
    group,
    name: "envoy.yaml refuses a request above 1 MiB before the service hears of it",
    async run(context) {
      const service = new Service(context);
      using client = service.client({ maxRetries: 0 });
      const text = "а".repeat(600_000);
      const error = await client.generateSpeech({ ...REQUEST, text }).then(() => {
        throw new Error("accepted");
      }, (error) => error);
      equal([error.name, error.statusCode, error.charged], ["ServerError", 413, "no"]);
      equal(await service.calls(), []);
    },
  },
  {
    group,
    name: "envoy.yaml sends nothing again, though the caller asks for it",
    async run(context) {
      const service = new Service(context);
      using client = service.client({
        maxRetries: 0,
        headers: { "x-envoy-retry-grpc-on": "unavailable", "x-envoy-max-retries": "3" },
      });
      await service.script("GenerateSpeech", { code: "UNAVAILABLE" }, 4);
      await client.generateSpeech(REQUEST).catch(() => {});
      equal((await service.calls()).length, 1, "calls");
    },
  },
  {
    group,
    name: "envoy.yaml has no deadline of its own: a call of 16 s is answered",
    async run(context) {
      const service = new Service(context);
      using client = service.client({ timeout: 25_000, maxRetries: 0 });
      await service.script("GetUserBalance", { delay: 16_000 });
      equal((await client.getUserBalance()).credits, 1234);
      equal((await service.calls()).length, 1, "calls");
    },
  },
  {
    group,
    name: "envoy.yaml speaks HTTP/2 and HTTP/1.1 over TLS",
    async run({ https, ca }) {
      const { hostname, port } = new URL(https);
      const spoken = [];
      for (const protocol of ["h2", "http/1.1"]) {
        using connection = await Deno.connectTls({
          hostname,
          port: Number(port),
          caCerts: [ca],
          alpnProtocols: [protocol],
        });
        spoken.push((await connection.handshake()).alpnProtocol);
      }
      equal(spoken, ["h2", "http/1.1"]);
    },
  },
];

async function preflight(gateway: string, origin: string): Promise<Response> {
  const response = await fetch(gateway + PATH, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,x-api-key",
    },
  });
  await response.body?.cancel();
  return response;
}
