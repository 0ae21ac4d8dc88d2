// How each engine is begun, killed and raced.

import { Program, RESTATE } from "./programs.ts";
import { startPostgres, startRedis, startRestate } from "./servers.ts";
import { Switch } from "./switch.ts";

/** What a narration runs with. */
export interface Setting {
  readonly env: Readonly<Record<string, string>>;
  /** The run's id. */
  readonly id: string;
}

/** A narration that is under way. */
export interface Run extends AsyncDisposable {
  /** Kills the process that narrates. */
  kill(): void | Promise<void>;
  /** Lets another process take it up. */
  goOn(): Promise<void>;
  /** Lets two processes narrate at once. Resolves when the second is at work. */
  race(): Promise<void>;
  /** Whether a process was told that another has taken its narration over. */
  readonly isSuperseded: boolean;
  /** What those who wait for it are told. */
  results(): Promise<unknown[]>;
}

export interface Engine extends AsyncDisposable {
  begin(setting: Setting, text: string): Promise<Run>;
}

export const ENGINES: readonly {
  readonly name: string;
  start(folder: string): Promise<Engine>;
}[] = [
  { name: "dbos", start: dbos },
  { name: "pg-boss", start: (folder) => onPostgres("pg_boss.mjs", folder) },
  { name: "bullmq", start: bullmq },
  { name: "restate", start: restate },
];

/** DBOS queues unfinished workflows again with each process that launches, whether the process that runs them is alive or not. */
async function dbos(folder: string): Promise<Engine> {
  const server = await startPostgres(folder);
  return {
    begin({ env, id }, text) {
      const open = () => new Program("dbos.mjs", [id, text], { ...env, DATABASE_URL: server.url });
      const programs = [open()];
      const again = async () => {
        programs.push(open());
        await programs.at(-1)!.ready();
      };
      return Promise.resolve({
        kill: () => programs.shift()!.signal("SIGKILL"),
        goOn: again,
        async race() {
          // The workflow goes back to a queue. The first process would take it from there, too.
          programs[0]!.signal("SIGSTOP");
          await again();
          await programs[1]!.narrating();
          programs[0]!.signal("SIGCONT");
        },
        results: () => Promise.all(programs.map((program) => program.result())),
        get isSuperseded() {
          return programs.some((program) => program.isSuperseded);
        },
        [Symbol.asyncDispose]: () => disposeAll(programs),
      });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function onPostgres(file: string, folder: string): Promise<Engine> {
  const server = await startPostgres(folder);
  return queue(file, { DATABASE_URL: server.url }, server);
}

async function bullmq(folder: string): Promise<Engine> {
  const server = await startRedis(folder);
  return queue("bullmq.mjs", { REDIS_PORT: `${server.port}` }, server);
}

/** A queue gives a job to another worker when it misses the signs of life of the first: it was killed, or only stopped. */
function queue(
  file: string,
  place: Readonly<Record<string, string>>,
  server: AsyncDisposable,
): Engine {
  return {
    async begin({ env, id }, text) {
      const variables = { ...env, ...place };
      const first = new Program(file, [], variables);
      await first.ready();
      const asker = new Program(file, [id, text], variables);
      const programs = [first, asker];
      const again = async () => {
        const second = new Program(file, [], variables);
        programs.push(second);
        await second.ready();
      };
      return {
        kill: () => first.signal("SIGKILL"),
        goOn: again,
        async race() {
          first.signal("SIGSTOP");
          await again();
          await programs[2]!.narrating();
          first.signal("SIGCONT");
        },
        results: async () => [await asker.result()],
        get isSuperseded() {
          return programs.some((program) => program.isSuperseded);
        },
        [Symbol.asyncDispose]: () => disposeAll(programs),
      };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Restate's server calls a service, behind a switch: when the connection is lost, it calls again. */
async function restate(folder: string): Promise<Engine> {
  const server = await startRestate(RESTATE, folder);
  return {
    async begin({ env, id }, text) {
      const line = new Switch();
      const open = async () => {
        const port = line.freePort();
        const program = new Program("restate.mjs", [], { ...env, PORT: `${port}` });
        await program.ready();
        line.target = port;
        return program;
      };
      const programs = [await open()];
      await post(`http://127.0.0.1:${server.admin}/deployments`, {
        uri: `http://127.0.0.1:${line.port}`,
        force: true,
      });
      const run = `http://127.0.0.1:${server.port}/narration/${id}/run`;
      const result = post(run, { text, voiceId: "emulator-v1-bold" });
      result.catch(() => {});
      return {
        async kill() {
          programs[0]!.signal("SIGKILL");
          await Promise.resolve(line.cut());
        },
        async goOn() {
          programs.push(await open());
        },
        async race() {
          programs[0]!.signal("SIGSTOP");
          programs.push(await open());
          line.cut();
          await programs[1]!.narrating();
          programs[0]!.signal("SIGCONT");
        },
        results: async () => [await result],
        get isSuperseded() {
          return programs.some((program) => program.isSuperseded);
        },
        async [Symbol.asyncDispose]() {
          await disposeAll(programs);
          line.close();
        },
      };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function post(url: string, body: unknown): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status} ${text}`);
  return JSON.parse(text);
}

async function disposeAll(programs: readonly Program[]): Promise<void> {
  for (const program of programs) await program[Symbol.asyncDispose]();
}
