// The reverse proxies by name: how each is started with its recipe.

import { start } from "../hosts/process.ts";
import { ROOT, run } from "../hosts/tools.ts";
import { envoyAround } from "./envoy.ts";
import { makeAuthority } from "../support/certificates.ts";
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
  /** Whether it speaks HTTP/2: over TLS with its callers, and without TLS with the service. Default: HTTP/1.1 without TLS. */
  readonly http2?: boolean;
  /** Why some checks cannot be right with any recipe, and what bounds the loss. */
  readonly limit?: string;
}

export interface RunningProxy extends AsyncDisposable {
  readonly url: string;
  /** What asks it, where that is not the global one. */
  readonly fetch?: typeof fetch | undefined;
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
  const asking = proxy.http2 ? await overTls(folder) : undefined;
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
    url: `${asking ? "https" : "http"}://127.0.0.1:${port}`,
    ...asking,
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    },
  };
}

/** Writes a certificate and its key into the folder, and returns what asks over TLS. */
async function overTls(folder: string): Promise<{ fetch: typeof fetch }> {
  const { ca, leaf } = await makeAuthority();
  const { cert, key } = await leaf("127.0.0.1");
  await Deno.writeTextFile(`${folder}/cert.pem`, cert);
  await Deno.writeTextFile(`${folder}/key.pem`, key);
  const client = Deno.createHttpClient({ caCerts: [ca] });
  return { fetch: (input, init) => fetch(input, { ...init, client }) };
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
    ...httpd(["http2", "proxy_http2", "ssl"]),
    name: "Apache httpd",
    recipe: "httpd.conf",
    http2: true,
  },
  {
    ...httpd(["proxy_http"]),
    name: "Apache httpd over HTTP/1.1",
    recipe: "httpd-http1.conf",
    limit:
      "This recipe is for a service without HTTP/2. Nothing in httpd mends it: its handlers wait for the service, and read nothing of the caller. Give calls a " +
      "`timeout`: the service gets it as `grpc-timeout`, and ends by itself. Tried with 2.4.71, a caller that leaves, and ten seconds of waiting, before the " +
      "first byte of the answer and after it:\n\n" +
      [
        "Callers over HTTP/1.1, `mod_proxy_http` or `mod_proxy_http2` to the service: it is never told. PINGs of the service change nothing.",
        "Callers over HTTP/2, `mod_proxy_http` to the service: it is never told, neither when the caller resets its stream nor when it closes the connection.",
        "HTTP/2 on both sides, no PINGs: it is never told. `mod_proxy_http2` waits for a frame of the service.",
        "HTTP/2 on both sides, a PING of the service after each silent second: it is told within a second. That is the recipe above. Callers over HTTP/1.1 " +
        "(Node and Bun; browsers and Deno speak HTTP/2) can use it, and have the two failures of this one.",
        "`mod_proxy_wstunnel`, which looks at both sides: it leaves calls without `Upgrade` to `mod_proxy_http`. With `ProxyWebsocketFallbackToProxyHttp Off` it " +
        "answers 426.",
        "A short `ProxyTimeout`: it ends the silent call of a caller that is gone, and that of a caller that waits.",
      ].map((line) => `- ${line}\n`).join(""),
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

/** Apache httpd with these modules. */
function httpd(
  modules: readonly string[],
): Pick<Proxy, "version" | "command" | "around"> {
  return {
    version: async () => /Apache\/([\d.]+)/.exec(await versionText(["apache2", "-v"]))?.[1],
    command: (file) => ["apache2", "-X", "-f", file],
    around: (recipe, folder) =>
      `ServerRoot ${folder}\nPidFile ${folder}/pid\nErrorLog ${folder}/error.log\nListen LISTEN\nServerName localhost\n` +
      ["mpm_event", "authz_core", "proxy", ...modules].map((name) =>
        `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`
      ).join("") +
      recipe.replaceAll("CERTIFICATE", `${folder}/cert.pem`).replaceAll("KEY", `${folder}/key.pem`),
  };
}

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
