// The configuration of Envoy around a recipe.

/** The whole configuration, with a recipe as its routes. */
export function envoyAround(recipe: string): string {
  const address = (place: string) => {
    const [host, port] = place === "LISTEN"
      ? ["127.0.0.1", "LISTEN_PORT"]
      : ["UPSTREAM_HOST", "UPSTREAM_PORT"];
    return `{ socket_address: { address: ${host}, port_value: ${port} } }`;
  };
  const type = "type.googleapis.com/envoy.extensions.filters";
  const routes = recipe.trimEnd().replaceAll("\n", "\n                      ");
  return `static_resources:
  listeners:
    - address: ${address("LISTEN")}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": ${type}.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: http
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      ${routes}
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config: { "@type": ${type}.http.router.v3.Router }
  clusters:
    - name: service
      connect_timeout: 5s
      load_assignment:
        cluster_name: service
        endpoints: [{ lb_endpoints: [{ endpoint: { address: ${address("UPSTREAM")} } }] }]
`;
}
