import { InsufficientCreditsError, type TsetsenError } from "@tsetsen/sdk";
import { equal, ok, rejected } from "../../hosts/assert.ts";
import type { Case } from "../../hosts/context.ts";
import { type Context, REQUEST, type Script, Service } from "../context.ts";

const group = "Every gRPC status";

/** Each status, the class it must be, and whether it proves that nothing was accepted. */
const STATUSES: Record<string, [number: number, name: string, charged: "no" | "unknown"]> = {
  CANCELLED: [1, "ServerError", "unknown"],
  UNKNOWN: [2, "ServerError", "unknown"],
  INVALID_ARGUMENT: [3, "InvalidRequestError", "no"],
  DEADLINE_EXCEEDED: [4, "TimeoutError", "unknown"],
  NOT_FOUND: [5, "ResourceNotFoundError", "no"],
  ALREADY_EXISTS: [6, "ResourceNotFoundError", "unknown"],
  PERMISSION_DENIED: [7, "PermissionDeniedError", "no"],
  RESOURCE_EXHAUSTED: [8, "RateLimitExceededError", "no"],
  FAILED_PRECONDITION: [9, "InvalidRequestError", "no"],
  ABORTED: [10, "ServerError", "unknown"],
  OUT_OF_RANGE: [11, "InvalidRequestError", "no"],
  UNIMPLEMENTED: [12, "ServerError", "no"],
  INTERNAL: [13, "ServerError", "unknown"],
  UNAVAILABLE: [14, "ServiceUnavailableError", "unknown"],
  DATA_LOSS: [15, "ServerError", "unknown"],
  UNAUTHENTICATED: [16, "AuthenticationError", "no"],
};

export const errors: Case<Context>[] = [
  {
    group,
    name: "Client makes the right class of every status, of a unary call",
    run: (context) => statuses(context, "GenerateSpeech", {}),
  },
  {
    group,
    name: "Client makes the right class of every status, of a stream before its first chunk",
    run: (context) => statuses(context, "StreamSpeech", { after: 0 }),
  },
  {
    group,
    name: "Client makes the right class of every status, of a stream that has begun",
    run: (context) => statuses(context, "StreamSpeech", { after: 1 }, "yes"),
  },
  {
    group,
    name: "Client makes the right class of every status that comes after metadata",
    run: (context) => statuses(context, "GenerateSpeech", { initial: [["x-served-by", "a"]] }),
  },
  {
    group: "Messages and details",
    name: "Client reads messages in any script, of any length, and none",
    async run(context) {
      const messages = [
        "",
        "Таны үлдэгдэл шалгагдсангүй: дахин оролдоно уу 🎙️",
        "100 % of 50%25 \\ “quoted”\nsecond line\tand a tab",
        "я".repeat(900),
      ];
      for (const message of messages) {
        for (const initial of [false, true]) {
          const error = await failing(context, {
            code: "INTERNAL",
            message,
            ...(initial && { initial: [["x-served-by", "a"]] }),
          });
          equal(error.rawMessage, message || "The service answered with the status 13.");
        }
      }
    },
  },
  {
    group: "Messages and details",
    name: "Client keeps the trailing metadata as details, text and bytes",
    async run(context) {
      const error = await failing(context, {
        code: "FAILED_PRECONDITION",
        message: "no",
        initial: [["x-served-by", "a"]],
        trailers: [["x-trace", "abc"], ["x-trace", "def"], ["x-bytes-bin", "AAH+/w=="]],
      });
      equal([error.details["x-trace"], error.details["x-bytes-bin"]], ["abc, def", "AAH+/w"]);
      // Nothing of the gateway's or of HTTP's; metadata before the answer is not shown to pages.
      const names = Object.keys(error.details).filter((name) => name !== "x-served-by");
      equal(names.sort(), ["x-bytes-bin", "x-trace"]);
    },
  },
  {
    group: "Messages and details",
    name: "Client reads RetryInfo out of grpc-status-details-bin, in headers and in trailers",
    async run(context) {
      for (const initial of [[], [["x-served-by", "a"]] as const]) {
        const error = await failing(context, {
          code: "UNAVAILABLE",
          message: "later",
          ...(initial.length > 0 && { initial }),
          details: [
            { errorInfo: { reason: "BUSY", domain: "tsetsen.ai" } },
            { retryAfter: 90_250 },
          ],
        });
        equal([error.name, error.retryAfter], ["ServiceUnavailableError", 90_250]);
      }
      equal((await failing(context, { code: "UNAVAILABLE" })).retryAfter, undefined);
    },
  },
  {
    group: "Messages and details",
    name: "Client takes a retry-after of the service for a wait",
    async run(context) {
      const trailers = [["retry-after", "75"]] as const;
      const error = await failing(context, { code: "RESOURCE_EXHAUSTED", trailers });
      equal([error.name, error.retryAfter], ["RateLimitExceededError", 75_000]);
    },
  },
  {
    group: "Messages and details",
    name: "Client makes InsufficientCreditsError of an ErrorInfo that speaks of credits",
    async run(context) {
      const error = await failing(context, {
        code: "RESOURCE_EXHAUSTED",
        message: "quota",
        details: [{ errorInfo: { reason: "INSUFFICIENT_CREDITS", domain: "tsetsen.ai" } }],
      }, "GenerateSpeech");
      ok(error instanceof InsufficientCreditsError && error.charged === "no", String(error));
      return error.message;
    },
  },
  {
    group: "Messages and details",
    name: "Client makes ServerError of an exception in the service",
    async run(context) {
      const told = [];
      for (const method of ["GenerateSpeech", "StreamSpeech"] as const) {
        const error = await failing(context, { throw: "no model", after: 0 }, method);
        told.push([error.name, error.message, error.charged]);
      }
      return told;
    },
  },
  {
    group: "Messages and details",
    name: "Client refuses what grpcio compresses without being asked",
    async run(context) {
      const service = new Service(context);
      using client = service.client({ maxRetries: 0 });
      const voices = Array.from({ length: 50 }, (_, index) => ({ id: `voice-${index}` }));
      await service.script("ListVoices", { compress: true, answer: { voices } });
      await service.script("StreamSpeech", { compress: true });
      const free = await rejected(client.listVoices()) as TsetsenError;
      const paid = await rejected(client.streamSpeech(REQUEST).bytes()) as TsetsenError;
      equal([free.name, paid.name, paid.charged], ["ServerError", "ServerError", "unknown"]);
      return [free, paid].map(({ rawMessage }) => rawMessage.replace("https:", "http:"));
    },
  },
  {
    group: "Messages and details",
    name: "Client says of a request and of an answer that grpcio finds too large what it can",
    async run(context) {
      const service = new Service(context);
      using client = service.client({ maxRetries: 0 });
      const text = "уншина ".repeat(10_000);
      const request = await rejected(client.generateSpeech({ ...REQUEST, text })) as TsetsenError;
      await service.script("StreamSpeech", { chunks: [2_000, 9_000_000] });
      const answer = await rejected(client.streamSpeech(REQUEST).bytes()) as TsetsenError;
      // The first was refused before the service saw it.
      equal((await service.calls()).map(({ method }) => method), ["StreamSpeech"]);
      return [request, answer].map(({ name, message, charged }) => [name, message, charged]);
    },
  },
];

async function statuses(
  context: Context,
  method: "GenerateSpeech" | "StreamSpeech",
  script: Script,
  charged?: string,
): Promise<unknown> {
  return await Promise.all(
    Object.entries(STATUSES).map(async ([code, [number, name, unpaid]]) => {
      const error = await failing(context, { ...script, code, message: `It is ${code}.` }, method);
      const { message, statusCode, rawMessage } = error;
      equal([error.name, statusCode, error.charged, rawMessage], [
        name,
        number,
        charged ?? unpaid,
        `It is ${code}.`,
      ], code);
      return message;
    }),
  );
}

/** The error that a script leads to. */
async function failing(
  context: Context,
  script: Script,
  method: "GetUserBalance" | "GenerateSpeech" | "StreamSpeech" = "GetUserBalance",
): Promise<TsetsenError> {
  const service = new Service(context);
  using client = service.client({ maxRetries: 0 });
  await service.script(method, script);
  const call = method === "GetUserBalance"
    ? client.getUserBalance()
    : method === "GenerateSpeech"
    ? client.generateSpeech(REQUEST)
    : client.streamSpeech(REQUEST).bytes();
  const error = await rejected(call) as TsetsenError;
  equal((await service.calls()).length, 1, "calls");
  ok(!JSON.stringify([error.message, error.details]).includes(service.apiKey), "the key shows");
  return error;
}
