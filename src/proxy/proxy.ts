/**
 * The handler. It checks origin, route, content and hooks, and only then calls the service.
 *
 * @module
 */

import { TsetsenTTS } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { askAuthorize, askHook, askRateLimit, readAllowedCall } from "./admission/admission.ts";
import { addressOf, isWebAddress, mayFetch } from "./audio/address.ts";
import { serveAudio } from "./audio/route.ts";
import { AudioTokens } from "./audio/audio_token.ts";
import type { AllowedCall } from "./call.ts";
import { METHODS } from "./admission/proxy_call.ts";
import { Exchange, MAX_EXCHANGE_MS } from "./exchange.ts";
import { Forwarding } from "./service/forwarding.ts";
import { InFlight, type Place } from "./admission/in_flight.ts";
import { createMark, fingerprintOf, type MarkedCall, markOf, Marks } from "./admission/marks.ts";
import type { ProxyOptions } from "./options.ts";
import { isAllowed, preflight, withHeaders } from "./admission/origins.ts";
import { extendSilence } from "./answer/silence.ts";
import { grpcWeb, plainText } from "./answer/responses.ts";
import { notBoughtAgain, replay } from "./answer/replay.ts";
import { resolveProxyOptions } from "./resolved_options.ts";
import { Code, StatusError } from "./answer/status_error.ts";
import { trailerFrame } from "./answer/trailers.ts";
import { hasLeft, visitorBody } from "./admission/visitor_body.ts";

/**
 * Answers a request, as `Deno.serve`, `Bun.serve` and Workers call it.
 *
 * @typeParam Context The second argument, for the hooks.
 */
export type ProxyHandler<Context = unknown> = (
  request: Request,
  context?: Context,
) => Promise<Response>;

const METHOD_PATH = new RegExp(`^(.*)/${TsetsenTTS.typeName.replaceAll(".", "\\.")}/([^/]+)$`);
const AUDIO_PATH = /^.*\/audio\/([\w-]+)$/;

/** How long a visitor waits for a free place before the next try, in milliseconds. */
const BUSY_WAIT_MS = 1_000;

/** Some servers abort the signal of every request whose body was read. */
const HAS_LEFT =
  "The visitor has left, or the server aborts requests that it has read (srvx 0.8). " +
  "Nothing was bought.";

/**
 * Makes a handler between browsers and the service. Making it sends nothing.
 *
 * It answers below any path, because only the end of the path counts. It refuses a call before the service hears of it.
 * A call is sent once. The SDK's client marks each attempt, and a browser that repeats a POST by itself repeats the
 * mark. A paid call with a known mark is not sent again: the repeat gets the answer of the first call, or ABORTED.
 * Marks are remembered for 15 minutes, in this process.
 *
 * When a visitor leaves while a hook is asked, nothing is sent. This holds on Bun, and on Node with an adapter that
 * aborts the request's signal at once. When a visitor leaves later, a stream and a call that costs nothing end at once.
 * This holds on Deno and Bun, and on Node with an adapter that cancels the answer's body or aborts the request's
 * signal. Workers notice it when they next send bytes, or `timeout` ends the call. A `GenerateSpeech` goes on to its
 * answer, because leaving does not give the credits back, and `log` gets the job's id.
 *
 * Bun's server cuts an answer that is silent for ten seconds. The handler asks for more time when it gets the server as
 * its second argument, as in `Bun.serve({ fetch: proxy })`. Pass it on in a handler of your own: `fetch: (request,
 * server) => proxy(request, server)`.
 *
 * @param options What visitors may do, and the key.
 * @returns The handler. It never rejects.
 * @throws {AuthenticationError} when there is no key, or it does not look like one.
 * @throws {InvalidRequestError} when the endpoint is malformed, or is plaintext http without `secure: false`.
 * @throws {TypeError} when another option has a wrong value, or is not known.
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
 * @typeParam Context The second argument of the handler, for the hooks.
 */
export function createProxy<Context = unknown>(
  options: ProxyOptions<Context> = {},
): ProxyHandler<Context> {
  const resolved = resolveProxyOptions(options);
  // Later changes of the options have no effect.
  const hooks = { authorize: options.authorize, rateLimit: options.rateLimit };
  const { timeout, report, maxConcurrentCalls } = resolved;
  const tokens = new AudioTokens(resolved.key, resolved.audioMaxAge);
  const calls = new InFlight(maxConcurrentCalls);
  const transfers = new InFlight(maxConcurrentCalls);
  const marks = new Marks();

  async function route(request: Request, context: Context | undefined): Promise<Response> {
    const { pathname } = new URL(request.url);
    const token = resolved.audio ? AUDIO_PATH.exec(pathname)?.[1] : undefined;
    const [, prefix = "", method] = METHOD_PATH.exec(pathname) ?? [];
    const answer = preflight(request, resolved);
    if (answer !== undefined) return answer;
    if (token !== undefined) return await serveAudio(request, token, tokens, transfers, resolved);
    if (method === undefined) return plainText(404, "not a method of the service");
    if (request.method !== "POST") return plainText(405, "only POST is allowed", { allow: "POST" });
    const type = request.headers.get("content-type") ?? "";
    if (!/^application\/grpc-web(\+proto)?\s*(;|$)/i.test(type)) {
      const message = "only application/grpc-web+proto is understood";
      report({ type: "refused", method: METHODS.has(method) ? method : undefined, message });
      return plainText(415, message);
    }
    try {
      return await serveCall(request, method, prefix, context);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      // A hook that failed was reported already.
      if (error.code !== Code.Internal) {
        const name = METHODS.has(method) ? method : undefined;
        report({ type: "refused", method: name, message: error.message });
      }
      return error.toResponse();
    }
  }

  async function serveCall(
    request: Request,
    name: string,
    prefix: string,
    context: Context | undefined,
  ): Promise<Response> {
    const allowed = await readAllowedCall(request, name, resolved);
    const call = { ...allowed.call, context };
    const { method } = call;
    const own = await askAuthorize(hooks, request, call, resolved);
    if (own !== undefined) return own;
    if (method !== "GenerateSpeech" && method !== "StreamSpeech") {
      return await limit(request, call, (place) => forward(request, allowed, prefix, place));
    }
    const mark = markOf(request.headers) ?? createMark();
    const fingerprint = await fingerprintOf(method, allowed.body);
    const first = marks.find(mark);
    if (first !== undefined) return serveRepeat(request, allowed, first, fingerprint);
    const marked = marks.add(mark, fingerprint, method === "GenerateSpeech");
    let isSent = false;
    try {
      return await limit(request, call, (place) => {
        isSent = true;
        return forward(request, allowed, prefix, place, { mark, marked });
      });
    } catch (error) {
      if (error instanceof StatusError) marked.recording?.close(trailerFrame(error.fields()));
      throw error;
    } finally {
      if (!isSent) {
        marks.forget(mark);
        // The owner's hook has answered, so a repeat must not wait for more.
        marked.recording?.close(notBoughtAgain());
      }
    }
  }

  /** Lets a call through if there is a place for it and `rateLimit` says nothing against it. */
  async function limit(
    request: Request,
    call: Parameters<typeof askRateLimit<Context>>[2],
    send: (place: Place) => Response,
  ): Promise<Response> {
    const place = calls.take(timeout);
    if (place === undefined) {
      const busy = "Too many calls are in flight.";
      throw new StatusError(Code.ResourceExhausted, busy, BUSY_WAIT_MS);
    }
    let isSent = false;
    try {
      const own = await askRateLimit(hooks, request, call, resolved);
      if (own !== undefined) return own;
      // The hooks took time. A call that nobody waits for any more is not bought. Its code proves to a visitor who is
      // still there that nothing was bought.
      if (hasLeft(request)) throw new StatusError(Code.FailedPrecondition, HAS_LEFT);
      isSent = true;
      return send(place);
    } finally {
      if (!isSent) place.release();
    }
  }

  function forward(
    request: Request,
    allowed: AllowedCall,
    prefix: string,
    place: Place,
    paid?: { readonly mark: string; readonly marked: MarkedCall },
  ): Response {
    const isStream = allowed.call.method === "StreamSpeech";
    const exchange = new Exchange(timeout, isStream ? MAX_EXCHANGE_MS : timeout, place);
    const deadline = request.headers.get("grpc-timeout") ?? "";
    const forwarding = new Forwarding({
      allowed,
      exchange,
      options: resolved,
      grpcTimeout: /^\d{1,8}[HMSmun]$/.test(deadline) ? deadline : undefined,
      mark: paid?.mark,
      audioUrl: (url) => visitorAudioUrl(request, prefix, url),
    });
    const answer = forwarding.answer();
    const recording = paid?.marked.recording;
    if (paid === undefined || recording === undefined) {
      const onLeave = () => {
        forwarding.visitorLeft();
        exchange.cancel();
      };
      return grpcWeb(visitorBody(answer, { request, timeout, onLeave }), isStream);
    }
    void recording.record(answer).then(() => marks.trim(paid.marked));
    const onLeave = () => forwarding.visitorLeft();
    return grpcWeb(visitorBody(recording.read(), { request, timeout, onLeave }));
  }

  /** Answers a paid call that came before, without a second purchase. */
  function serveRepeat(
    request: Request,
    { call: { method } }: AllowedCall,
    first: MarkedCall,
    fingerprint: string,
  ): Response {
    if (first.fingerprint !== fingerprint) {
      const message = "The mark in x-user-agent belongs to another call: make a new one.";
      throw new StatusError(Code.InvalidArgument, message);
    }
    const message = "The same call came a second time. It was not bought again.";
    report({ type: "repeated", method, message });
    const answer = replay(first, timeout);
    return grpcWeb(visitorBody(answer, { request, timeout, onLeave() {} }));
  }

  async function visitorAudioUrl(request: Request, prefix: string, url: string): Promise<string> {
    if (url === "") return url;
    const address = URL.canParse(url) ? new URL(url) : undefined;
    const isGood = address !== undefined &&
      (resolved.audio ? mayFetch(address, resolved) : isWebAddress(address));
    if (!isGood) {
      const message = "The service named audio by an address that must not go to a visitor: " +
        `its scheme is ${address?.protocol ?? "missing"}.`;
      report({ type: "upstream_failed", method: "CheckStatus", message });
      return "";
    }
    if (!resolved.audio) return url;
    return addressOf(await tokens.seal(url), request, prefix, resolved);
  }

  return async (request, context) => {
    let allowed = false;
    try {
      allowed = await askHook(() => isAllowed(request, resolved), undefined, resolved);
    } catch {
      // It was reported already. A page that cannot be checked is refused.
    }
    if (!allowed) {
      const message = "The origin is not allowed: name it in origins, or by publicUrl.";
      report({ type: "refused", method: undefined, message });
      // Without CORS headers the page learns nothing.
      return plainText(403, "this origin is not allowed", { vary: "origin" });
    }
    extendSilence(request, context, timeout);
    try {
      return withHeaders(await route(request, context), request, resolved);
    } catch (error) {
      const message = "The proxy failed.";
      report({ type: "failed", method: undefined, message, error });
      const failure = new StatusError(Code.Internal, message);
      return withHeaders(failure.toResponse(), request, resolved);
    }
  };
}
