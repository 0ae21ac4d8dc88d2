const { AsyncLocalStorage } = require("node:async_hooks");
const { Agent } = require("undici");
const server = require("fastify")({ bodyLimit: 1_048_576 });

// A caller that is gone ends the request, even before the service answers.
const calls = new AsyncLocalStorage();
server.addHook("onRequest", (_request, reply, done) => {
  const call = new AbortController();
  reply.raw.on("close", () => call.abort());
  calls.run(call.signal, done);
});
class CallAgent extends Agent {
  request(options, callback) {
    return super.request({ ...options, signal: calls.getStore() }, callback);
  }
}

server.register(require("@fastify/http-proxy"), {
  upstream: "http://UPSTREAM",
  // A silent stream is not a dead one.
  undici: new CallAgent({ headersTimeout: 3_600_000, bodyTimeout: 3_600_000 }),
  // Retries are off for POST, and stay off.
  retryMethods: [],
});
server.listen({ host: "127.0.0.1", port: LISTEN_PORT });
