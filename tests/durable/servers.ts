// PostgreSQL, Redis and Restate's server, on loopback and on folders of their own. Each is ended by its id.

import { run } from "../hosts/tools.ts";

/** A program that runs. */
export interface Running extends AsyncDisposable {
  readonly child: Deno.ChildProcess;
  /** Where it listens. */
  readonly port: number;
}

/** A port that is free now. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** Starts a server, and waits until it listens. */
async function serve(
  command: readonly string[],
  port: number,
  options: Deno.CommandOptions = {},
): Promise<Running> {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, {
    args,
    stdout: "null",
    stderr: "null",
    ...options,
  }).spawn();
  const server = {
    child,
    port,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGINT");
      } catch {
        // It has ended by itself.
      }
      await child.status;
    },
  };
  const end = performance.now() + 60_000;
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return server;
    } catch (error) {
      if (performance.now() > end) {
        await server[Symbol.asyncDispose]();
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Debian puts the server's programs where no PATH leads. */
async function postgresPrograms(): Promise<string> {
  const root = "/usr/lib/postgresql";
  for await (const { name } of Deno.readDir(root)) return `${root}/${name}/bin`;
  throw new Error("no PostgreSQL: apt-get install postgresql");
}

/** PostgreSQL refuses to run as root. */
async function postgresUser(): Promise<{ uid?: number; gid?: number }> {
  if (Deno.uid() !== 0) return {};
  const idOf = async (flag: string) => Number(await run(["id", flag, "postgres"]));
  return { uid: await idOf("-u"), gid: await idOf("-g") };
}

/** Starts PostgreSQL. */
export async function startPostgres(folder: string): Promise<Running & { readonly url: string }> {
  const programs = await postgresPrograms();
  const user = await postgresUser();
  await Deno.mkdir(folder);
  if (user.uid !== undefined) await Deno.chown(folder, user.uid, user.gid!);
  const data = `${folder}/data`;
  const made = await new Deno.Command(`${programs}/initdb`, {
    args: ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"],
    cwd: folder,
    ...user,
  }).output();
  if (!made.success) throw new Error(new TextDecoder().decode(made.stderr));
  const port = freePort();
  const server = await serve(
    [`${programs}/postgres`, "-D", data, "-h", "127.0.0.1", "-p", `${port}`, "-k", folder],
    port,
    { cwd: folder, ...user },
  );
  return { ...server, url: `postgres://postgres@127.0.0.1:${port}/postgres` };
}

/** Starts Redis, with every write on the disk before it is answered. */
export async function startRedis(folder: string): Promise<Running> {
  await Deno.mkdir(folder);
  const port = freePort();
  const durable = ["--appendonly", "yes", "--appendfsync", "always", "--dir", folder];
  const place = ["--bind", "127.0.0.1", "--port", `${port}`];
  return await serve(["redis-server", ...place, ...durable], port);
}

/** Starts Restate's server. */
export async function startRestate(
  program: string,
  folder: string,
): Promise<Running & { readonly admin: number }> {
  await Deno.mkdir(folder);
  const [port, admin, node] = [freePort(), freePort(), freePort()];
  const server = await serve([program, "--no-logo", "--base-dir", folder], port, {
    cwd: folder,
    env: {
      RESTATE_DISABLE_TELEMETRY: "true",
      RESTATE_LISTEN_MODE: "tcp",
      RESTATE_BIND_IP: "127.0.0.1",
      RESTATE_ADVERTISED_HOST: "127.0.0.1",
      RESTATE_BIND_PORT: `${node}`,
      RESTATE_INGRESS__BIND_PORT: `${port}`,
      RESTATE_ADMIN__BIND_PORT: `${admin}`,
      RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: "256MB",
    },
  });
  return { ...server, admin };
}
