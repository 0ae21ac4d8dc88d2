// A Next application with one route, built and served.

import { must } from "../lab.ts";
import type { Built, Setting } from "./bundlers.ts";

const LAYOUT = `export default function Layout({ children }) {
  return <html><body>{children}</body></html>;
}
`;
const PAGE = "export default function Page() { return <p>credits</p>; }\n";

/** Builds the application for a runtime of Next, serves it, and asks its route. */
export function buildNext(runtime: "nodejs" | "edge"): (setting: Setting) => Promise<Built> {
  return async ({ app, modules, node, endpoint }) => {
    const route = `import { credits } from "../../credits.js";
export const runtime = "${runtime}";
export const dynamic = "force-dynamic";
export async function GET(request) {
  const endpoint = new URL(request.url).searchParams.get("endpoint");
  return new Response(String(await credits(endpoint)));
}
`;
    await Deno.mkdir(`${app}/app/credits`, { recursive: true });
    await Deno.writeTextFile(`${app}/package.json`, '{ "private": true }');
    await Deno.writeTextFile(`${app}/app/layout.jsx`, LAYOUT);
    await Deno.writeTextFile(`${app}/app/page.jsx`, PAGE);
    await Deno.writeTextFile(`${app}/app/credits/route.js`, route);
    // The packages lie one folder up.
    const config = `export default { turbopack: { root: ${JSON.stringify(`${modules}/..`)} } };\n`;
    await Deno.writeTextFile(`${app}/next.config.mjs`, config);
    const env = { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };
    const next = `${modules}/next/dist/bin/next`;
    await must([node, next, "build"], app, env);
    const port = freePort();
    const server = new Deno.Command(node, {
      args: [next, "start", "--hostname", "127.0.0.1", "--port", `${port}`],
      cwd: app,
      env,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      const url = `http://127.0.0.1:${port}/credits?endpoint=${encodeURIComponent(endpoint)}`;
      return { files: await chunksOf(`${app}/.next/server`), answer: await ask(url) };
    } finally {
      server.kill();
      await server.status;
    }
  };
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

/** Asks until the server has started. */
async function ask(url: string): Promise<string> {
  for (let attempt = 0;; attempt++) {
    try {
      return await (await fetch(url)).text();
    } catch (error) {
      if (attempt === 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** The chunks of the server that hold the package: those that name it. */
async function chunksOf(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) files.push(...await chunksOf(path));
    else if (name.endsWith(".js")) {
      const text = await Deno.readTextFile(path);
      if (text.includes("tsetsen-sdk-ts/")) files.push(path);
    }
  }
  return files;
}
