// An AbortSignal that counts its listeners.

export interface CountedSignal {
  readonly controller: AbortController;
  readonly signal: AbortSignal;
  /** Calls of `addEventListener`. */
  readonly added: () => number;
  /** Listeners that are there now. */
  readonly listening: () => number;
}

export function countedSignal(): CountedSignal {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = new Set<unknown>();
  let added = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    added++;
    listeners.add(args[1]);
    addEventListener.apply(signal, args as Parameters<typeof addEventListener>);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners.delete(args[1]);
    removeEventListener.apply(signal, args as Parameters<typeof removeEventListener>);
  };
  return { controller, signal, added: () => added, listening: () => listeners.size };
}
