/**
 * The proxy's options, checked and completed once. A spelling mistake must not open the proxy, so unknown options are
 * refused by name, and wrong values by type.
 *
 * @module
 */

import { endpointOf } from "../contract/endpoint.ts";
import { AuthenticationError } from "../contract/errors.ts";
import { resolveOptions } from "../contract/options.ts";
import { validate } from "../contract/validate.ts";
import { originOf } from "../lib/url.ts";
import { describe, MAX_TIMEOUT_MS, refuseUnknown } from "../lib/rules.ts";
import { METHODS } from "./admission/proxy_call.ts";
import { createReport, type Report } from "./events.ts";
import type { ProxyOptions } from "./options.ts";

/** The options of a proxy with their defaults. */
export interface ResolvedProxyOptions {
  /** The proxy's own key; empty when visitors send theirs. */
  readonly key: string;
  readonly visitorKeys: boolean;
  /** Origin and path prefix of the service, without a slash at the end. */
  readonly baseUrl: string;
  readonly secure: boolean;
  readonly timeout: number;
  readonly headers: Headers;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly publicUrl: URL | undefined;
  readonly methods: ReadonlySet<string>;
  readonly voices: ReadonlySet<string> | undefined;
  readonly versions: ReadonlySet<string> | undefined;
  readonly maxCharacters: number;
  readonly maxRequestBytes: number;
  readonly maxConcurrentCalls: number;
  readonly origins: (origin: string, request: Request) => boolean | Promise<boolean>;
  readonly credentials: boolean;
  readonly allowHeaders: readonly string[];
  readonly audio: boolean;
  readonly audioMaxAge: number;
  readonly report: Report;
}

/** Every option, by name. */
const NAMES: Readonly<Record<keyof ProxyOptions, true>> = {
  apiKey: true,
  visitorKeys: true,
  endpoint: true,
  secure: true,
  timeout: true,
  headers: true,
  fetch: true,
  publicUrl: true,
  methods: true,
  voices: true,
  versions: true,
  maxCharacters: true,
  maxRequestBytes: true,
  maxConcurrentCalls: true,
  origins: true,
  credentials: true,
  allowHeaders: true,
  authorize: true,
  rateLimit: true,
  audio: true,
  audioMaxAge: true,
  log: true,
};

/** Checks the options and fills in the environment and the defaults. */
export function resolveProxyOptions<Context>(
  options: ProxyOptions<Context>,
): ResolvedProxyOptions {
  validate("options", options);
  refuseUnknown(options, NAMES);
  const { endpoint, secure = true, timeout, headers, fetch, log, visitorKeys = false } = options;
  check("secure", "a boolean", secure, typeof secure === "boolean");
  check("visitorKeys", "a boolean", visitorKeys, typeof visitorKeys === "boolean");
  if (visitorKeys) {
    check("apiKey", "left out, because visitors bring theirs", options.apiKey, !options.apiKey);
    // The addresses of audio are sealed with the key of the proxy.
    const { audio } = options;
    check("audio", "false, because visitors bring their keys", audio, audio !== true);
  }
  const apiKey = visitorKeys ? undefined : options.apiKey;
  if (apiKey === null) {
    throw new AuthenticationError("apiKey must be a key, because the proxy adds it: got null", {
      charged: "no",
    });
  }
  const shared = { timeout, headers, fetch };
  const core = resolveOptions({ ...shared, apiKey: visitorKeys ? null : apiKey });
  const { authorize, rateLimit, credentials = false, audio = !visitorKeys } = options;
  const { methods = ["ListVoices", "CheckStatus"], voices, versions } = options;
  const { maxCharacters = 1_000, maxConcurrentCalls = 100, audioMaxAge = 3_600_000 } = options;
  const { maxRequestBytes = 4 * maxCharacters + 4_096, origins = [], allowHeaders = [] } = options;
  for (const [name, hook] of Object.entries({ authorize, rateLimit, log })) {
    check(name, "a function", hook, hook === undefined || typeof hook === "function");
  }
  for (const [name, flag] of Object.entries({ credentials, audio })) {
    check(name, "a boolean", flag, typeof flag === "boolean");
  }
  for (const [name, list] of Object.entries({ methods, voices, versions, allowHeaders })) {
    check(name, "an array of strings", list, list === undefined || isStrings(list));
  }
  const strange = methods.find((method) => !METHODS.has(method));
  check("methods", `some of ${[...METHODS].join(", ")}`, strange, strange === undefined);
  const counts = { maxCharacters, maxRequestBytes, maxConcurrentCalls };
  for (const [name, count] of Object.entries(counts)) {
    check(name, "a whole number of at least 1", count, Number.isSafeInteger(count) && count >= 1);
  }
  const isAge = typeof audioMaxAge === "number" && audioMaxAge > 0 &&
    audioMaxAge <= MAX_TIMEOUT_MS;
  check("audioMaxAge", `milliseconds above 0 and at most ${MAX_TIMEOUT_MS}`, audioMaxAge, isAge);
  return Object.freeze({
    key: core.apiKey,
    visitorKeys,
    baseUrl: endpointOf({ endpoint, secure }).baseUrl,
    secure,
    timeout: core.timeout,
    headers: new Headers(core.headers),
    fetch,
    publicUrl: resolvePublicUrl(options.publicUrl),
    methods: new Set(methods),
    voices: voices && new Set(voices),
    versions: versions && new Set(versions),
    maxCharacters,
    maxRequestBytes,
    maxConcurrentCalls,
    origins: resolveOrigins(origins),
    credentials,
    allowHeaders: [...allowHeaders],
    audio,
    audioMaxAge,
    report: createReport(log, core.apiKey),
  });
}

function resolveOrigins(
  origins: NonNullable<ProxyOptions["origins"]>,
): ResolvedProxyOptions["origins"] {
  if (typeof origins === "function") return origins;
  check("origins", "an array of strings or a function", origins, isStrings(origins));
  for (const origin of origins) {
    const isOrigin = originOf(origin) === origin;
    check("each of origins", 'scheme, host and port as in "https://my.site"', origin, isOrigin);
  }
  const list = new Set(origins);
  return (origin) => list.has(origin);
}

function resolvePublicUrl(publicUrl: string | undefined): URL | undefined {
  if (publicUrl === undefined) return undefined;
  const isPublic = typeof publicUrl === "string" &&
    /^https?:\/\/[^\s?#@\\]+$/i.test(publicUrl) && URL.canParse(publicUrl);
  check("publicUrl", "an http(s) URL, without user name, query and fragment", publicUrl, isPublic);
  return new URL(publicUrl);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** Never shows the content of a string, like the core: somebody may have put the key in the wrong place. */
function check(name: string, expected: string, value: unknown, isRight: boolean): void {
  if (!isRight) throw new TypeError(`${name} must be ${expected}: got ${describe(value)}`);
}
