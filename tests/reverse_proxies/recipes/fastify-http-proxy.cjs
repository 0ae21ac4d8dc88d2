const server = require("fastify")({ bodyLimit: 1_048_576 });
server.register(require("@fastify/http-proxy"), {
  upstream: "http://UPSTREAM",
  // Of undici: a silent stream is not a dead one.
  undici: { headersTimeout: 3_600_000, bodyTimeout: 3_600_000 },
  // Retries are off for POST, and stay off.
  retryMethods: [],
});
server.listen({ host: "127.0.0.1", port: LISTEN_PORT });
