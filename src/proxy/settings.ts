/**
 * What a proxy is set to, checked and complete.
 *
 * @module
 */

import type { Tell } from "./events.ts";

/** The options, checked, with their defaults. */
export interface Settings {
  /** The proxy's own key; empty where visitors bring theirs. */
  readonly key: string;
  readonly visitorKeys: boolean;
  /** Origin and path prefix of the service, without a slash at the end. */
  readonly baseUrl: string;
  readonly secure: boolean;
  readonly timeout: number;
  readonly headers: Headers | undefined;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly publicUrl: URL | undefined;
  readonly methods: ReadonlySet<string>;
  readonly voices: ReadonlySet<string> | undefined;
  readonly versions: ReadonlySet<string> | undefined;
  readonly maxCharacters: number;
  readonly maxRequestBytes: number;
  readonly origins: (origin: string, request: Request) => boolean | Promise<boolean>;
  readonly credentials: boolean;
  readonly allowHeaders: readonly string[];
  readonly audio: boolean;
  readonly audioMaxAge: number;
  readonly tell: Tell;
}
