// A server as a process that tells what it sees of calls.

import { start } from "../hosts/process.ts";
import type { Subject, Told } from "./check.ts";

/** A server, and what it told. */
export interface RunningGateway extends Subject, AsyncDisposable {}

/** Starts a server that prints its port, and then what it sees of calls. */
export async function startServer(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<RunningGateway> {
  const child = start(program, args, { stdout: "piped", stderr: "inherit", env });
  const lines: Told[] = [];
  const waiting = new Set<() => void>();
  const port = Promise.withResolvers<number>();
  const reading = (async () => {
    let text = "";
    for await (const piece of child.process.stdout.pipeThrough(new TextDecoderStream())) {
      text += piece;
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
        const line = text.slice(0, end);
        text = text.slice(end + 1);
        // A server's own greetings may stand between.
        if (!line.startsWith("{")) continue;
        const value = JSON.parse(line);
        if ("port" in value) port.resolve(value.port);
        else lines.push({ ...value, at: performance.now() });
        for (const wake of waiting) wake();
      }
    }
    port.reject(new Error(`${program} ended`));
  })();
  port.promise.catch(() => {});
  const url = `http://127.0.0.1:${await port.promise}`;
  return {
    url,
    async told(id, event, ms) {
      const find = () => lines.find((line) => line.id === id && line.event === event);
      const limit = performance.now() + ms;
      while (find() === undefined && performance.now() < limit) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, limit - performance.now());
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
        clearTimeout(timer);
      }
      return find();
    },
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await reading.catch(() => {});
    },
  };
}
