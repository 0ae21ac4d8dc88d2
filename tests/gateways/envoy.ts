// Envoy with the filters of gRPC-Web.

import { start } from "../hosts/process.ts";
import { closedPort } from "../support/raw_server.ts";
import { type RunningGateway, startServer } from "./server.ts";

/** Envoy in front of a server of grpc-go. */
export async function startEnvoy(envoy: string, servers: string): Promise<RunningGateway> {
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
