// The reverse proxies by name: how each is started with its recipe.

import { start } from "../hosts/process.ts";
import { ROOT, run } from "../hosts/tools.ts";
import { closedPort } from "../support/raw_server.ts";
import { once, pythonServers } from "../gateways/tools.ts";
import { versionOf } from "../readers/tools.ts";

const FOLDER = `${ROOT}.cache/reverse_proxies`;
const RECIPES = `${ROOT}tests/reverse_proxies/recipes`;
export const NPM = {
  "http-proxy": "1.18.1",
  "@fastify/http-proxy": "11.6.3",
  fastify: "5.12.8",
  httpxy: "0.5.6",
  undici: "7.30.2",
};

/** Lines that people add, and what they promise. */
export interface Paste {
  readonly line: string;
  /** Makes of the recipe one with that line. Text that is replaced must be there. */
  readonly replace: readonly (readonly [from: string, to: string])[];
}

export interface Proxy {
  readonly name: string;
  /** The recipe's file. */
  readonly recipe: string;
  /** `undefined` when it is not on this machine. */
  version(): Promise<string | undefined>;
  /** The command, and the whole configuration around a recipe. */
  command(file: string, folder: string): Promise<readonly string[]> | readonly string[];
  around(recipe: string, folder: string): string;
  readonly pastes?: readonly Paste[];
  /** Why some checks cannot be right with any recipe, and what bounds the loss. */
  readonly limit?: string;
}

export interface RunningProxy extends AsyncDisposable {
  readonly url: string;
}

/** Starts a proxy in front of a port, with its recipe, or with one that was changed. */
export async function startProxy(
  proxy: Proxy,
  upstream: number,
  replace: Paste["replace"] = [],
): Promise<RunningProxy> {
  const folder = await Deno.makeTempDir({ prefix: "tsetsen-proxy-" });
  await Deno.chmod(folder, 0o777);
  const port = closedPort();
  let recipe = await Deno.readTextFile(`${RECIPES}/${proxy.recipe}`);
  for (const [from, to] of replace) {
    if (!recipe.includes(from)) throw new Error(`${proxy.recipe} does not have: ${from}`);
    recipe = recipe.replace(from, to);
  }
  const text = proxy.around(recipe, folder)
    .replaceAll("UPSTREAM_HOST", "127.0.0.1").replaceAll("UPSTREAM_PORT", `${upstream}`).replaceAll(
      "UPSTREAM",
      `127.0.0.1:${upstream}`,
    )
    .replaceAll("LISTEN_PORT", `${port}`).replaceAll("LISTEN", `127.0.0.1:${port}`);
  const file = `${folder}/${proxy.recipe}`;
  await Deno.writeTextFile(file, text);
  const [program = "", ...args] = (await proxy.command(file, folder)).map((word) =>
    word.replace("LISTEN", `127.0.0.1:${port}`)
  );
  // npm's packages are found from a recipe's own folder only.
  const env = { NODE_PATH: `${FOLDER}/node_modules`, HOME: folder };
  const child = start(program, args, { env });
  for (let tries = 0; tries < 200; tries++) {
    const socket = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
    socket?.close();
    if (socket !== undefined) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    },
  };
}

const same = (recipe: string) => recipe;

const node = (name: keyof typeof NPM, recipe: string): Proxy => ({
  name: `${name} (npm)`,
  recipe,
  async version() {
    await once("reverse_proxies", NPM, async () => {
      await Deno.mkdir(FOLDER, { recursive: true });
      await Deno.writeTextFile(
        `${FOLDER}/package.json`,
        JSON.stringify({ private: true, dependencies: NPM }),
      );
      await run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"], FOLDER);
    });
    return NPM[name];
  },
  command: async (file) => {
    // An import, unlike require, looks beside the file.
    const copy = `${FOLDER}/${crypto.randomUUID()}.cjs`;
    await Deno.copyFile(file, copy);
    setTimeout(() => void Deno.remove(copy), 3_000);
    return ["node", copy];
  },
  around: same,
});

export const proxies: readonly Proxy[] = [
  {
    name: "nginx",
    recipe: "nginx.conf",
    version: async () => /nginx\/([\d.]+)/.exec(await versionText(["nginx", "-v"]))?.[1],
    command: (file, folder) => ["nginx", "-e", `${folder}/error.log`, "-c", file],
    around: (recipe, folder) =>
      `daemon off;\npid ${folder}/pid;\nevents {}\nhttp {\naccess_log off;\n` +
      ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) =>
        `${name}_temp_path ${folder}/${name};\n`
      ).join("") +
      `${recipe}\n}\n`,
    pastes: [
      {
        line: "proxy_next_upstream error timeout non_idempotent;",
        replace: [
          ["proxy_next_upstream off;", "proxy_next_upstream error timeout non_idempotent;"],
          ["server {", "upstream service { server UPSTREAM; server UPSTREAM; }\nserver {"],
          ["http://UPSTREAM;", "http://service;"],
        ],
      },
    ],
  },
  {
    name: "HAProxy",
    recipe: "haproxy.cfg",
    version: async () => /version ([\d.]+)/.exec(await versionText(["haproxy", "-v"]))?.[1],
    command: (file) => ["haproxy", "-db", "-f", file],
    around: (recipe) => `${recipe}\n`,
    pastes: [{
      line: "retry-on all-retryable-errors",
      replace: [["retry-on conn-failure", "retry-on all-retryable-errors"]],
    }],
  },
  {
    name: "Apache httpd",
    recipe: "httpd.conf",
    version: async () => /Apache\/([\d.]+)/.exec(await versionText(["apache2", "-v"]))?.[1],
    command: (file) => ["apache2", "-X", "-f", file],
    around: (recipe, folder) =>
      `ServerRoot ${folder}\nPidFile ${folder}/pid\nErrorLog ${folder}/error.log\nListen LISTEN\nServerName localhost\n` +
      ["mpm_event", "authz_core", "proxy", "proxy_http"].map((name) =>
        `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`
      )
        .join("") +
      recipe,
    limit:
      "No recipe mends it: httpd does not look at the caller's connection while it waits for the service. It is the same over HTTP/2, and with " +
      "`mod_proxy_http2` to the service. Give calls a `timeout`: the service gets it as `grpc-timeout`, and ends by itself.",
  },
  {
    name: "Caddy",
    recipe: "Caddyfile",
    version: async () =>
      (await versionText(["caddy", "version"])).trim().split(" ")[0]!.replace(/^v/, ""),
    command: (file) => ["caddy", "run", "--config", file, "--adapter", "caddyfile"],
    around: (recipe) => `{\n  admin off\n  auto_https off\n}\n${recipe}`,
  },
  {
    name: "Varnish",
    recipe: "varnish.vcl",
    version: async () => /varnish-([\d.]+)/.exec(await versionText(["varnishd", "-V"]))?.[1],
    command: (
      file,
      folder,
    ) => [
      "varnishd",
      "-F",
      "-j",
      "none",
      "-n",
      `${folder}/work`,
      "-a",
      "LISTEN",
      "-f",
      file,
      "-s",
      "malloc,16m",
    ],
    around: same,
    pastes: [{
      line: "std.cache_req_body(64KB); return (pass);",
      replace: [["return (pipe);", "std.cache_req_body(64KB);\n  return (pass);"], [
        "vcl 4.1;",
        "vcl 4.1;\nimport std;",
      ]],
    }],
  },
  {
    name: "lighttpd",
    recipe: "lighttpd.conf",
    version: async () => /lighttpd\/([\d.]+)/.exec(await versionText(["lighttpd", "-v"]))?.[1],
    command: (file) => ["lighttpd", "-D", "-f", file],
    around: (recipe, folder) =>
      `server.document-root = "${folder}"\nserver.bind = "127.0.0.1"\nserver.port = LISTEN_PORT\n${recipe}`,
  },
  {
    name: "Envoy",
    recipe: "envoy.yaml",
    version: async () => {
      await pythonServers();
      return "1.40.0";
    },
    async command(file) {
      const { envoy } = await pythonServers();
      return [
        envoy,
        "--config-path",
        file,
        "--use-dynamic-base-id",
        "--concurrency",
        "1",
        "--log-level",
        "error",
      ];
    },
    around: envoyAround,
    pastes: [{
      line: "retry_policy: { retry_on: 5xx }",
      replace: [["timeout: 0s", "timeout: 0s\n      retry_policy: { retry_on: 5xx }"]],
    }],
  },
  node("http-proxy", "http-proxy.cjs"),
  node("@fastify/http-proxy", "fastify-http-proxy.cjs"),
  node("httpxy", "httpxy.cjs"),
];

/** Some tell their version as an error. */
async function versionText(command: readonly string[]): Promise<string> {
  const [program = "", ...args] = command;
  try {
    const { stdout, stderr } = await new Deno.Command(program, { args }).output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  } catch {
    return await versionOf(["true"]) ?? "";
  }
}

function envoyAround(recipe: string): string {
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
