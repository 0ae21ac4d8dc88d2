// Imports the SDK and tells what that did to the runtime.

import { say } from "./host.ts";

const calls: string[] = [];
const spied = ["fetch", "setTimeout", "setInterval", "queueMicrotask", "addEventListener"] as const;
const globals = globalThis as unknown as Record<string, unknown>;
for (const name of spied) {
  const real = globals[name];
  if (typeof real !== "function") continue;
  globals[name] = (...args: unknown[]) => {
    calls.push(name);
    return Reflect.apply(real, globalThis, args);
  };
}
const { process } = globalThis as unknown as { process: { env: Record<string, unknown> } };
process.env = new Proxy(process.env, {
  get(target, name, receiver) {
    calls.push(`environment: ${String(name)}`);
    return Reflect.get(target, name, receiver);
  },
});

const before = new Set(Reflect.ownKeys(globalThis));
const sdk = await import("../../../mod.ts");
// Making a client does nothing either.
new sdk.Client({ apiKey: "tsetsen-development-emulator", endpoint: "127.0.0.1:1", secure: false });

const added = Reflect.ownKeys(globalThis).filter((name) => !before.has(name)).map(String);
say({ calls, added });
