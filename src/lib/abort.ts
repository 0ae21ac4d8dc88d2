/**
 * Listening to an `AbortSignal` once, however many calls share it.
 *
 * @module
 */

/**
 * Why a signal aborted. The signals of polyfills (`abort-controller`) and of old browsers have neither `reason` nor
 * `throwIfAborted`.
 */
export function reasonOf({ reason }: AbortSignal): unknown {
  if (reason !== undefined) return reason;
  return domException("It was aborted.", "AbortError");
}

/** A `DOMException`. Engines without the web's classes get an error of the same name. */
export function domException(message: string, name: string): Error {
  return globalThis.DOMException
    ? new DOMException(message, name)
    : Object.assign(new Error(message), { name });
}

interface Listeners {
  readonly callbacks: Set<() => void>;
  readonly fire: () => void;
}

// One listener for each signal, because many listeners set off Node's MaxListenersExceededWarning. A Map keeps a signal
// from being collected while a call waits for it. A WeakMap would lose those of AbortSignal.timeout.
const signals = new Map<AbortSignal, Listeners>();

/**
 * Calls `callback` once when `signal` aborts. The caller looks at `signal.aborted` first.
 *
 * @returns A function that stops listening.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let entry = signals.get(signal);
  if (entry === undefined) {
    const callbacks = new Set<() => void>();
    const fire = () => {
      signals.delete(signal);
      for (const call of [...callbacks]) call();
    };
    entry = { callbacks, fire };
    signals.set(signal, entry);
    signal.addEventListener("abort", fire, { once: true });
  }
  const { callbacks, fire } = entry;
  callbacks.add(callback);
  return () => {
    if (callbacks.delete(callback) && callbacks.size === 0) {
      signals.delete(signal);
      signal.removeEventListener("abort", fire);
    }
  };
}
