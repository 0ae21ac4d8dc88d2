const http = require("node:http");
const proxy = require("http-proxy").createProxyServer({ target: "http://UPSTREAM" });
// A service that breaks off must not look like one that is done: the caller's connection is broken, too.
proxy.on(
  "proxyRes",
  (answer, _request, response) => answer.on("aborted", () => response.destroy()),
);
proxy.on(
  "error",
  (_error, _request, response) =>
    response.writeHead ? response.writeHead(502).end() : response.destroy(),
);
http.createServer((request, response) => {
  // A caller that is gone ends the request, even while the service is silent.
  proxy.once("proxyReq", (outgoing) => response.on("close", () => outgoing.destroy()));
  proxy.web(request, response);
}).listen(LISTEN_PORT, "127.0.0.1");
