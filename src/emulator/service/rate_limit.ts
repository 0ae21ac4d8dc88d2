import { Code, ConnectError } from "@connectrpc/connect";
import { errorInfo, retryInfo } from "../../lib/rpc_status.ts";

const minute = 60_000;

/** Counts the streams that each key has started within the last minute. */
export class RateLimit {
  readonly #perMinute: number;
  readonly #starts: Map<string, number[]> = new Map();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Counts one more, or refuses it and says how long to wait. */
  take(apiKey: string, now: number): void {
    if (this.#perMinute === Infinity) return;
    const recent = (this.#starts.get(apiKey) ?? []).filter((start) => now - start < minute);
    const [oldest] = recent;
    if (oldest !== undefined && recent.length >= this.#perMinute) {
      throw refused(this.#perMinute, oldest + minute - now);
    }
    recent.push(now);
    this.#starts.set(apiKey, recent);
  }

  clear(): void {
    this.#starts.clear();
  }
}

function refused(perMinute: number, wait: number): ConnectError {
  const error = new ConnectError(
    `too many requests: ${perMinute} stream(s) a minute`,
    Code.ResourceExhausted,
    { "retry-after": String(Math.ceil(wait / 1000)) },
  );
  error.details.push(errorInfo("RATE_LIMIT_EXCEEDED"), retryInfo(wait));
  return error;
}
