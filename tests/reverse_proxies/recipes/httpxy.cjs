const http = require("node:http");
import("httpxy").then(({ createProxyServer }) => {
  const proxy = createProxyServer({ target: "http://UPSTREAM" });
  http.createServer((request, response) => {
    proxy.web(request, response).catch(() =>
      response.headersSent ? response.destroy() : response.writeHead(502).end()
    );
  }).listen(LISTEN_PORT, "127.0.0.1");
});
