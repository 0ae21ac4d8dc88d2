import {
  Code,
  ConnectError,
  type ContextKey,
  createConnectRouter,
  createContextKey,
  createContextValues,
  type HandlerContext,
  type ServiceImpl,
} from "@connectrpc/connect";
import {
  CheckStatusResponse_Status,
  GenerateSpeechResponse_Status,
  TsetsenTTS,
  Voice_Gender,
} from "../../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { bodyOf } from "../faults/bodies.ts";
import type { Answer, Call } from "../http/call.ts";
import { failureOf, type Job, type Jobs } from "./jobs.ts";
import { authenticate } from "./keys.ts";
import type { Accounts } from "./ledger.ts";
import { DEMO_CREDITS, type Settings } from "../options.ts";
import type { RateLimit } from "./rate_limit.ts";
import { checkBalance, checkSpeech, checkVersion, invalid } from "./speech.ts";
import { streamAudio, streamSource } from "./stream.ts";

/** A handler of Connect's router. Its type has no public name. */
type UniversalHandler = ReturnType<typeof createConnectRouter>["handlers"][number];

/** The state of the service. */
export interface ServiceState {
  readonly settings: Settings;
  readonly accounts: Accounts;
  readonly jobs: Jobs;
  readonly rateLimit: RateLimit;
  /** The streams that are being synthesised. */
  readonly streams: Set<Call>;
  /** Makes an id that no other job or stream has. */
  readonly newId: (kind: string) => string;
}

const callKey: ContextKey<Call | undefined> = createContextKey<Call | undefined>(undefined);

/** The handlers of the service, by the path of their method. */
export function serviceHandlers(state: ServiceState): ReadonlyMap<string, UniversalHandler> {
  const router = createConnectRouter({ grpc: false, grpcWeb: true, connect: true });
  router.service(TsetsenTTS, implement(state));
  return new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
}

/**
 * Passes a request to a handler. Connect's createFetchHandler is not used: it cannot carry the call, and cancels a body only
 * after the pending read.
 */
export async function serveCall(
  handler: UniversalHandler,
  request: Request,
  body: Uint8Array,
  call: Call,
): Promise<Answer> {
  const answer = await handler({
    httpVersion: "1.1",
    method: request.method,
    url: request.url,
    header: request.headers,
    body: bodyOf(body),
    signal: call.signal,
    contextValues: createContextValues().set(callKey, call),
  });
  return {
    status: answer.status,
    headers: answer.header ?? new Headers(),
    body: answer.body ?? null,
  };
}

function implement(state: ServiceState): ServiceImpl<typeof TsetsenTTS> {
  const { settings, accounts, jobs, rateLimit, streams } = state;
  const { clock } = settings;

  function keyOf(message: { readonly apiKey: string }, context: HandlerContext): string {
    const newcomer = settings.allowAnyKey ? DEMO_CREDITS : undefined;
    return authenticate(message.apiKey, context.requestHeader, accounts, newcomer);
  }

  return {
    listVoices(request, context) {
      keyOf(request, context);
      const call = callOf(context);
      const version = request.version || "beta-v0.1";
      checkVersion(version);
      const voices = settings.voices.filter((voice) => voice.version === version);
      return {
        voices: voices.map((voice) => ({
          id: voice.id,
          name: voice.name,
          gender: unknownEnum(call) ??
            (voice.gender === "female" ? Voice_Gender.FEMALE : Voice_Gender.MALE),
          language: voice.language ?? "mn",
          previewUrl: `${call.baseUrl}/audio/voice-${voice.id}.wav`,
        })),
      };
    },

    generateSpeech(request, context) {
      const apiKey = keyOf(request, context);
      const speech = checkSpeech(request, request.version || "beta-v0.1", settings);
      checkBalance(accounts, apiKey, speech.characters);
      const job = jobs.accept({ ...speech, apiKey, requestId: state.newId("job") });
      accounts.charge(apiKey, {
        requestId: job.requestId,
        kind: "generate",
        characters: job.characters,
        credits: job.characters,
        time: clock.now(),
      });
      return {
        requestId: job.requestId,
        status: unknownEnum(callOf(context)) ?? GenerateSpeechResponse_Status.PENDING,
      };
    },

    checkStatus(request, context) {
      const apiKey = keyOf(request, context);
      const call = callOf(context);
      if (request.requestId === "") throw invalid("request_id must not be empty");
      const job = jobs.get(request.requestId);
      // The job of another key counts as unknown, because ids must not be guessable.
      if (job === undefined || job.apiKey !== apiKey) {
        throw new ConnectError("request not found", Code.NotFound);
      }
      const status = jobs.status(job);
      const ended = status === "COMPLETED" || status === "FAILED";
      return {
        requestId: job.requestId,
        status: unknownEnum(call) ?? CheckStatusResponse_Status[status],
        audioUrl: status === "COMPLETED" ? `${call.baseUrl}/audio/${job.requestId}.wav` : "",
        errorMessage: status === "FAILED" ? job.errorMessage ?? "" : "",
        ...(ended && { metrics: metricsOf(job) }),
      };
    },

    getUserBalance(request, context) {
      return { credits: accounts.balance(keyOf(request, context)) ?? 0 };
    },

    async *streamSpeech(request, context) {
      const apiKey = keyOf(request, context);
      const call = callOf(context);
      const version = request.version || "beta-v0.2";
      if (version === "beta-v0.1") throw invalid("streaming needs beta-v0.2, beta-v0.1 cannot");
      const speech = checkSpeech(request, version, settings);
      const fault = call.fault?.kind === "stream" ? call.fault : undefined;
      const source = streamSource(speech, settings, fault);
      checkBalance(accounts, apiKey, speech.characters);
      rateLimit.take(apiKey, clock.now());
      const requestId = state.newId("stream");
      const failure = failureOf(speech.text, settings);
      streams.add(call);
      const forget = () => void streams.delete(call);
      call.signal.addEventListener("abort", forget, { once: true });
      try {
        yield* streamAudio(source, settings, fault, failure, context.signal, () => {
          accounts.charge(apiKey, {
            requestId,
            kind: "stream",
            characters: speech.characters,
            credits: speech.characters,
            time: clock.now(),
          });
        });
      } finally {
        forget();
      }
    },
  };
}

function metricsOf(job: Job) {
  return {
    queueTime: Math.round(job.startsAt - job.acceptedAt),
    processingTime: Math.round(job.endsAt - job.startsAt),
    totalTime: Math.round(job.endsAt - job.acceptedAt),
    audioLength: job.errorMessage === undefined ? job.audioSeconds : 0,
    creditsUsed: job.characters,
    characterCount: job.characters,
  };
}

/** The number that a fault wants in place of an enum's value. */
function unknownEnum(call: Call): number | undefined {
  return call.fault?.kind === "unknown-enum" ? call.fault.value ?? 99 : undefined;
}

function callOf(context: HandlerContext): Call {
  const call = context.values.get(callKey);
  if (call === undefined) throw new ConnectError("no call in the context", Code.Internal);
  return call;
}
