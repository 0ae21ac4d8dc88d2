/**
 * Where the service is, as the user writes it.
 *
 * @module
 */

import { isLoopbackHost, parseUrl } from "../lib/url.ts";
import { readEnv } from "../lib/runtime.ts";
import { InvalidRequestError } from "./errors.ts";
import { describe } from "../lib/rules.ts";
import { isKey } from "./validate.ts";

/** Where the service is when nothing else is said. */
export const DEFAULT_ENDPOINT = "api.tsetsen.ai:50051";

/** An endpoint, as a transport needs it. */
export interface Endpoint {
  /** Origin and path prefix, without a slash at the end. */
  readonly baseUrl: string;
  /** Scheme, host and port of it: what errors name. */
  readonly origin: string;
}

/** Options that name an endpoint. */
export interface EndpointOptions {
  /**
   * Where the service is: `host:port`, or a URL, which may have a path. Default: the environment's
   * `TSETSEN_API_ENDPOINT`, or `api.tsetsen.ai:50051`.
   */
  readonly endpoint?: string | undefined;
  /**
   * Whether to use TLS. `false` allows plaintext http, where everyone on the way can read the key. Default true. A
   * plaintext URL of this machine (`http://127.0.0.1`, `http://localhost`, `http://[::1]`) needs no `false`.
   */
  readonly secure?: boolean | undefined;
}

/**
 * Resolves the endpoint that the options name.
 *
 * @throws {InvalidRequestError} when it is malformed, or is plaintext http of another machine without `secure: false`.
 */
export function endpointOf({ endpoint, secure = true }: EndpointOptions): Endpoint {
  const given = endpoint ?? readEnv("TSETSEN_API_ENDPOINT") ?? DEFAULT_ENDPOINT;
  const { origin, pathname } = resolveEndpoint(given, secure);
  return { baseUrl: origin + pathname.replace(/\/+$/, ""), origin };
}

/**
 * The forms of an endpoint that are accepted. `URL` would mend others by guessing (a lost slash, for one), and the key
 * would go to another host.
 */
const ENDPOINT =
  /^(?:https?:\/\/)?(\[[\da-f:.]+\]|[^\s/?#@\\:[\]]+)(?::[1-9]\d*)?(?:\/[^\s?#@\\]*)?$/i;

/** A host as `URL` spells it: an address, or labels. Names in Docker networks may hold an underscore. */
const HOST = /^(?:\[.+\]|(?!https?$)-*\w[\w-]*(?:\.-*\w[\w-]*)*\.?)$/;

/** The URL of an endpoint as the user wrote it: `host:port`, or a URL. */
export function resolveEndpoint(endpoint: string, secure: boolean): URL {
  const refuse = (expected: string, came: string) =>
    new InvalidRequestError(`endpoint must be ${expected}: got ${came}`, { charged: "no" });
  // When the two variables are swapped, the key would be looked up as the name of a host.
  const isSwapped = isKey(endpoint.replace(/^https?:\/\/|\/$/gi, ""));
  const text = /^https?:\/\//i.test(endpoint) ? endpoint : `http${secure ? "s" : ""}://${endpoint}`;
  const [, host] = ENDPOINT.exec(endpoint) ?? [];
  const url = host && parseUrl(text);
  // `URL` reads a number alone as an IPv4 address: 50051 is 0.0.195.131.
  const isGuess = ({ hostname }: URL) => /^[\d.]+$/.test(hostname) && hostname !== host;
  if (!url || !HOST.test(url.hostname) || isGuess(url) || isSwapped) {
    throw refuse(
      "host:port or an http(s) URL, without user name, query and fragment",
      (isSwapped ? "an API key" : describe(endpoint)) +
        (/^\.{0,2}\//.test(endpoint) ? ', relative: give new URL("/tts", location.href).href' : ""),
    );
  }
  if (url.protocol === "http:" && secure && !isLoopbackHost(url.hostname)) {
    throw refuse(
      "https, because anyone on the way can read the key (secure: false allows it)",
      "plaintext http",
    );
  }
  return url;
}
