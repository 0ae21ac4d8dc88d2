import { audioAnswer, audioFile, audioNotFound } from "./service/audio_file.ts";
import { type Answer, Call } from "./http/call.ts";
import { exposeTo, isPreflight, preflightHeaders } from "./http/cors.ts";
import { answerWithFault } from "./faults/answers.ts";
import { checkFault } from "./faults/check.ts";
import { type Fault, FaultQueue } from "./faults/faults.ts";
import { type EmulatorJob, Jobs, score } from "./service/jobs.ts";
import { Accounts, type Ledger } from "./service/ledger.ts";
import { type EmulatorOptions, resolve, type Settings } from "./options.ts";
import { RateLimit } from "./service/rate_limit.ts";
import type { RecordedRequest } from "./http/requests.ts";
import { findTarget, messageFields, type Target } from "./http/routes.ts";
import { serveCall, serviceHandlers } from "./service/service.ts";
import { compose, type Score } from "./service/synth.ts";
import { type EmulatorVoice, PREVIEW_TEXT } from "./service/voices.ts";

/** A local Tsetsen service. */
export interface Emulator {
  /**
   * Answers a request. It can be the handler of a server or the `fetch` of a client, and needs no `this`.
   *
   * @param input The request, or its URL.
   * @param init The request's parts, when `input` is a URL.
   * @returns The answer. It rejects with a TypeError when a fault drops the connection or the
   * emulator is closed, and with the signal's reason when the request is aborted.
   */
  readonly fetch: (input: Request | URL | string, init?: RequestInit) => Promise<Response>;
  /** The first of its API keys. */
  readonly apiKey: string;
  /** The voices it has. */
  readonly voices: readonly EmulatorVoice[];
  /** The charges, and the balances. */
  readonly ledger: Ledger;
  /** All jobs of GenerateSpeech, oldest first, as they are now. */
  readonly jobs: readonly EmulatorJob[];
  /** All requests so far, oldest first, downloads included and CORS preflights not. */
  readonly requests: readonly RecordedRequest[];
  /** The number of streams in synthesis. A cancelled stream no longer counts. */
  readonly activeStreams: number;
  /**
   * Adds a fault.
   *
   * @param fault What, where and how often.
   * @returns A function that removes the fault.
   * @throws {TypeError} when the fault, or a field of it, is of another type, or its kind has no such field.
   * @throws {RangeError} when a field has a value that is not allowed.
   */
  addFault(fault: Fault): () => void;
  /** Removes all faults. */
  clearFaults(): void;
  /**
   * Adds credits to a key, or takes some away; the balance stays within 0 and 2,147,483,647.
   *
   * @param apiKey The key.
   * @param credits How many, a whole number; negative to take away.
   * @returns The new balance.
   * @throws {TypeError} when `credits` is not a number.
   * @throws {RangeError} when `credits` is not a whole number, or the emulator does not know the key.
   */
  addCredits(apiKey: string, credits: number): number;
  /** Forgets jobs, charges, requests and faults, and restores the balances. */
  reset(): void;
  /** Ends all calls; `fetch` then rejects. */
  close(): void;
}

/** The longest body of a request. It is far above any text, and keeps a runaway client from filling the memory. */
export const MAX_BODY_BYTES: number = 16 * 1024 * 1024;

/**
 * Makes a local Tsetsen service without a socket: a fetch handler with a ledger, jobs and faults.
 *
 * @param options Keys, voices, times and limits. Everything is optional.
 * @returns The emulator.
 * @throws {TypeError} when an option is of another type.
 * @throws {RangeError} when an option is out of its range.
 *
 * @example Ask it for its voices, by plain fetch and the Connect protocol
 * ```ts
 * import { createEmulator } from "@tsetsen/sdk/emulator";
 *
 * const emulator = createEmulator();
 * const { apiKey } = emulator;
 * const response = await emulator.fetch(
 *   "http://localhost/tsetsen.api.v1.TsetsenTTS/ListVoices",
 *   {
 *     method: "POST",
 *     headers: { "content-type": "application/json", "x-api-key": apiKey },
 *     body: JSON.stringify({ apiKey, version: "beta-v0.2" }),
 *   },
 * );
 * const { voices } = await response.json();
 * if (voices.length !== 4) throw new Error("the emulator has four voices of beta-v0.2");
 * emulator.close();
 * ```
 */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const settings = resolve(options);
  const accounts = new Accounts(settings.apiKeys);
  const jobs = new Jobs(settings);
  const rateLimit = new RateLimit(settings.streamsPerMinute);
  const faults = new FaultQueue();
  const streams = new Set<Call>();
  const live = new Set<Call>();
  const run = crypto.randomUUID().slice(0, 8);
  let count = 0;
  const newId = (kind: string) => `${kind}-${run}-${++count}`;
  const handlers = serviceHandlers({ settings, accounts, jobs, rateLimit, streams, newId });
  let requests: RecordedRequest[] = [];
  let closed = false;

  async function fetch(input: Request | URL | string, init?: RequestInit): Promise<Response> {
    const request = input instanceof Request && init === undefined
      ? input
      : new Request(input, init);
    request.signal.throwIfAborted();
    if (closed) throw new TypeError("The emulator is closed");
    if (settings.cors && isPreflight(request)) {
      return new Response(null, { status: 204, headers: preflightHeaders() });
    }
    const target = findTarget(new URL(request.url).pathname);
    if (target === undefined) return plain(404, "not a method of the Tsetsen service\n", settings);
    const body = await readBody(request);
    if (body === undefined) return plain(413, "the request is too large\n", settings);
    const call = new Call(
      request,
      record(request, target, body, settings),
      settings.publicUrl ?? new URL(request.url).origin + target.prefix,
      (done) => live.delete(done),
    );
    live.add(call);
    requests.push(call.record);
    const serve = () => serveTarget(request, target, body, call);
    try {
      const fault = call.fault = faults.take(call.record);
      const answer = await call.race(
        fault === undefined ? serve() : answerWithFault(call, fault, settings.clock, serve),
      );
      if (settings.cors) exposeTo(answer.headers);
      return call.respond(answer);
    } catch (error) {
      call.finish();
      throw error;
    }
  }

  async function serveTarget(
    request: Request,
    target: Target,
    body: Uint8Array,
    call: Call,
  ): Promise<Answer> {
    const handler = handlers.get(target.name);
    if (handler !== undefined) return await serveCall(handler, request, body, call);
    const found = findScore(target.name);
    if (found === undefined) return audioNotFound();
    const fault = call.fault?.kind === "audio" ? call.fault : undefined;
    return audioAnswer(request, audioFile(target.name, found, fault));
  }

  /** The score of a completed job, or of the preview of a voice. */
  function findScore(name: string): Score | undefined {
    const job = jobs.get(name);
    if (job !== undefined) return jobs.status(job) === "COMPLETED" ? score(job) : undefined;
    const voice = settings.voices.find(({ id }) => name === `voice-${id}`);
    return voice === undefined ? undefined : compose(PREVIEW_TEXT, voice, 1);
  }

  return {
    fetch,
    apiKey: Object.keys(settings.apiKeys)[0] ?? "",
    voices: settings.voices,
    ledger: accounts,
    get jobs() {
      return jobs.list();
    },
    get requests() {
      return [...requests];
    },
    get activeStreams() {
      return streams.size;
    },
    addFault: (fault) => faults.add(checkFault(fault)),
    clearFaults: () => faults.clear(),
    addCredits: (apiKey, credits) => accounts.add(apiKey, credits),
    reset() {
      requests = [];
      jobs.clear();
      faults.clear();
      rateLimit.clear();
      accounts.reset(settings.apiKeys);
    },
    close() {
      closed = true;
      for (const call of live) call.end(new TypeError("The emulator is closed"));
    },
  };
}

function record(
  request: Request,
  target: Target,
  body: Uint8Array,
  settings: Settings,
): RecordedRequest {
  return {
    method: target.route,
    httpMethod: request.method,
    url: request.url,
    headers: Object.fromEntries(request.headers),
    time: settings.clock.now(),
    bodyBytes: body.length,
    message: messageFields(target.route, request.headers.get("content-type"), body),
    aborted: false,
    done: false,
  };
}

async function readBody(request: Request): Promise<Uint8Array | undefined> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > MAX_BODY_BYTES) return undefined;
  const body = new Uint8Array(await request.arrayBuffer());
  return body.length > MAX_BODY_BYTES ? undefined : body;
}

function plain(status: number, text: string, { cors }: Settings): Response {
  const headers = new Headers({ "content-type": "text/plain; charset=utf-8" });
  if (cors) exposeTo(headers);
  return new Response(text, { status, headers });
}
