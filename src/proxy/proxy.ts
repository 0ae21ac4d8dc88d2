/**
 * The handler: origin, route, content, leave, rate, and only then the service.
 *
 * @module
 */

import { TsetsenTTS } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { concatBytes, pushChunk } from "../lib/bytes.ts";
import { mayFetch, serveAudio } from "./audio_route.ts";
import { AudioTokens } from "./audio_token.ts";
import { METHODS, type ProxyCall, type ProxyMethod, type ReadCall, readCall } from "./calls.ts";
import { Exchange } from "./exchange.ts";
import { forward } from "./forward.ts";
import { type ProxyOptions, resolveProxyOptions } from "./options.ts";
import type { Settings } from "./settings.ts";
import { addressFor, exposed, isAllowed, preflight } from "./origins.ts";
import { Code, Refused } from "./refused.ts";

/**
 * Answers a request, as `Deno.serve`, `Bun.serve` and Workers call it.
 *
 * @typeParam Context What is given beside the request, for the hooks.
 */
export type ProxyHandler<Context = unknown> = (
  request: Request,
  context?: Context,
) => Promise<Response>;

const METHOD_PATH = new RegExp(`^(.*)/${TsetsenTTS.typeName.replaceAll(".", "\\.")}/([^/]+)$`);
const AUDIO_PATH = /^.*\/audio\/([\w-]+)$/;

/**
 * Makes a handler that stands between browsers and the service. Making it sends nothing.
 *
 * It answers below any path: what counts is how the path ends. Everything that it refuses, it refuses before the
 * service hears of it; what it sends, it sends once. When a visitor leaves, the call to the service ends: at once on Deno
 * and Bun; Workers notice it when they next send bytes, or `timeout` ends the call.
 *
 * @param options What visitors may do, and the key.
 * @returns The handler. It never rejects.
 * @throws {AuthenticationError} when there is no key, or it does not look like one.
 * @throws {InvalidRequestError} when the endpoint is malformed, or is plaintext http without `secure: false`.
 * @throws {TypeError} when another option is not what it must be.
 * @throws {RangeError} when `timeout` is out of its range.
 *
 * @example One stream a minute for each visitor, by address
 * ```ts
 * import { createProxy } from "@tsetsen/sdk/proxy";
 *
 * function main() {
 *   const last = new Map<string, number>();
 *   const proxy = createProxy<Deno.ServeHandlerInfo<Deno.NetAddr>>({
 *     methods: ["ListVoices", "StreamSpeech"],
 *     rateLimit(_request, { method, context }) {
 *       const visitor = context!.remoteAddr.hostname;
 *       const retryAfter = (last.get(visitor) ?? -Infinity) + 60_000 - Date.now();
 *       if (method !== "StreamSpeech") return null;
 *       if (retryAfter > 0) return { retryAfter };
 *       last.set(visitor, Date.now());
 *       return null;
 *     },
 *   });
 *   Deno.serve(proxy);
 * }
 * ```
 *
 * @typeParam Context What the handler is given beside the request, for the hooks.
 */
export function createProxy<Context = unknown>(
  options: ProxyOptions<Context> = {},
): ProxyHandler<Context> {
  const settings = resolveProxyOptions(options);
  const { authorize, rateLimit } = options;
  const { tell } = settings;
  const tokens = new AudioTokens(settings.key, settings.audioMaxAge);

  async function answer(request: Request, context: Context | undefined): Promise<Response> {
    const { pathname } = new URL(request.url);
    const token = settings.audio ? AUDIO_PATH.exec(pathname)?.[1] : undefined;
    const [, prefix = "", method] = METHOD_PATH.exec(pathname) ?? [];
    const question = preflight(request, settings);
    if (question !== undefined) return question;
    if (token !== undefined) return await serveAudio(request, token, tokens, settings);
    if (method === undefined) return plain(404, "not a method of the service");
    if (request.method !== "POST") return plain(405, "only POST is allowed", { allow: "POST" });
    const type = request.headers.get("content-type") ?? "";
    if (!/^application\/grpc-web(\+proto)?\s*(;|$)/i.test(type)) {
      return plain(415, "only application/grpc-web+proto is understood");
    }
    try {
      return await serveCall(request, method, prefix, context);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return error.toResponse();
    }
  }

  async function serveCall(
    request: Request,
    name: string,
    prefix: string,
    context: Context | undefined,
  ): Promise<Response> {
    const exchange = new Exchange(request, settings.timeout);
    try {
      const read = await admit(exchange, name, context);
      if (read instanceof Response) {
        exchange.close();
        return read;
      }
      const audioUrl = async (url: string) => {
        if (!settings.audio || !URL.canParse(url)) return url;
        if (!mayFetch(new URL(url), settings.secure)) return url;
        return `${addressFor(request, prefix, settings)}/audio/${await tokens.seal(url)}`;
      };
      return forward({ read, exchange, settings, audioUrl });
    } catch (error) {
      exchange.leave();
      throw error;
    }
  }

  /** The call, if it may be made; a `Response` when the owner answers in the service's place. */
  async function admit(
    exchange: Exchange,
    name: string,
    context: Context | undefined,
  ): Promise<ReadCall | Response> {
    try {
      const method = allowMethod(name, settings);
      const read = readCall(method, exchange.request, await readBody(exchange, settings), settings);
      const answer = await askHooks(exchange.request, { ...read.call, context });
      return answer ?? read;
    } catch (error) {
      // A hook that failed was told already.
      if (error instanceof Refused && error.code !== Code.Internal) {
        const method = METHODS.has(name) ? name : undefined;
        tell({ type: "refused", method, message: error.message });
      }
      throw error;
    }
  }

  async function askHooks(
    request: Request,
    call: ProxyCall<Context>,
  ): Promise<Response | undefined> {
    const { method } = call;
    const allowed = authorize === undefined ||
      await hook(method, () => authorize(request, call));
    if (allowed instanceof Response) {
      tell({ type: "refused", method, message: `authorize answered with ${allowed.status}.` });
      return allowed;
    }
    if (allowed !== true) throw new Refused(Code.Unauthenticated, "You are not logged in.");
    const limit = rateLimit && await hook(method, () => rateLimit(request, call));
    const retryAfter = limit?.retryAfter;
    if (retryAfter !== undefined) {
      const ms = Number.isFinite(retryAfter) ? Math.max(0, retryAfter) : 60_000;
      throw new Refused(Code.ResourceExhausted, "Too many requests.", ms);
    }
    return undefined;
  }

  /** What a hook of the owner answers. When it throws, the answer is no. */
  async function hook<T>(method: string | undefined, ask: () => T | Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      tell({ type: "hook_failed", method, message: "A hook threw.", error });
      throw new Refused(Code.Internal, "The site cannot decide about this call.");
    }
  }

  return async (request, context) => {
    let allowed = false;
    try {
      allowed = await hook(undefined, () => isAllowed(request, settings));
    } catch {
      // Told already: a page that cannot be judged is a foreign one.
    }
    if (!allowed) {
      tell({ type: "refused", method: undefined, message: "The origin is not allowed." });
      // Without CORS headers, so that the page learns nothing.
      return plain(403, "this origin is not allowed", { vary: "origin" });
    }
    try {
      return exposed(await answer(request, context), request, settings);
    } catch {
      return exposed(
        new Refused(Code.Internal, "The proxy failed.").toResponse(),
        request,
        settings,
      );
    }
  };
}

function allowMethod(name: string, settings: Settings): ProxyMethod {
  if (!METHODS.has(name)) throw new Refused(Code.Unimplemented, "There is no such method.");
  if (!settings.methods.has(name)) {
    throw new Refused(Code.PermissionDenied, `${name} is not allowed here.`);
  }
  return name as ProxyMethod;
}

async function readBody(exchange: Exchange, { maxRequestBytes }: Settings): Promise<Uint8Array> {
  const { headers, body } = exchange.request;
  const tooLarge = () =>
    new Refused(
      Code.InvalidArgument,
      `The request must not be larger than ${maxRequestBytes} bytes.`,
    );
  if (Number(headers.get("content-length")) > maxRequestBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  const reader = body?.getReader();
  for (let length = 0; reader !== undefined;) {
    const { done, value } = await exchange.read(reader).catch(() => {
      throw exchange.late
        ? new Refused(Code.DeadlineExceeded, "The request did not come in time.")
        : new Refused(Code.InvalidArgument, "The request broke off.");
    });
    if (done) break;
    pushChunk(chunks, value);
    length += value.length;
    if (length > maxRequestBytes) throw tooLarge();
  }
  return concatBytes(chunks);
}

function plain(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(`${text}\n`, {
    status,
    headers: {
      ...headers,
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
    },
  });
}
