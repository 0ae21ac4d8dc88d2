// The service of the suites: on a socket where the runtime can listen, else inside the Worker or the page.

import type { Client, ClientOptions } from "@tsetsen/sdk";
import {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  type Fault,
  startEmulator,
} from "@tsetsen/sdk/emulator";

/** An emulator, and how a client reaches it. */
export interface Service {
  readonly emulator: Emulator;
  readonly client: Pick<ClientOptions, "endpoint" | "fetch">;
  close(): void | Promise<void>;
}

/** Starts a service of one run's own. */
export type Start = (options: EmulatorOptions) => Promise<Service>;

/** Listens on a port of this machine. */
export const onSocket: Start = async (options) => {
  const emulator = await startEmulator(options);
  return { emulator, client: { endpoint: emulator.url }, close: () => emulator.close() };
};

/** Answers without a socket, for runtimes that cannot listen. */
export const inside: Start = (options) => {
  const emulator = createEmulator(options);
  const send: typeof fetch = (input, init) => emulator.fetch(new Request(input, init));
  const client = { endpoint: "http://127.0.0.1:1", fetch: send };
  return Promise.resolve({ emulator, client, close: () => emulator.close() });
};

/** The fault, which closes the client when the service falls silent. No timer then decides what is late. */
export function endingSilence(fault: Fault, client: Client): Fault {
  if (fault.kind !== "hang") return fault;
  const { when = () => true } = fault;
  return {
    ...fault,
    when: (request) => {
      const strikes = when(request);
      if (strikes) setTimeout(() => client.close());
      return strikes;
    },
  };
}
