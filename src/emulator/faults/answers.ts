import { base64Encode } from "@bufbuild/protobuf/wire";
import {
  bodyOf,
  cut,
  cutFrame,
  dropped,
  garbage,
  inPieces,
  silence,
  withFlags,
  withoutTrailers,
  withTrailers,
  zeros,
} from "./bodies.ts";
import type { Answer, Call } from "../http/call.ts";
import type { Clock } from "../clock.ts";
import { CODE_NUMBERS } from "./error_codes.ts";
import type { ErrorFault, Fault, HttpFault } from "./faults.ts";
import { frame, TRAILER, trailerData } from "../http/frames.ts";
import { rpcStatus } from "../../lib/rpc_status.ts";

const GRPC_WEB = "application/grpc-web+proto";

/**
 * Answers a request as its fault says.
 *
 * @param serve Lets the service do its work. It is not called when the fault keeps the request from the service.
 */
export async function answerWithFault(
  call: Call,
  fault: Fault,
  clock: Clock,
  serve: () => Promise<Answer>,
): Promise<Answer> {
  const work = async () => void (await (await serve()).body?.[Symbol.asyncIterator]().return?.());
  const late = fault.kind === "delay" && fault.charged;
  if (!late) await clock.sleep(fault.delay ?? 0, call.signal);
  if ("charged" in fault && fault.charged && !late) await work();

  switch (fault.kind) {
    case "delay": {
      const answer = await serve();
      if (late) await clock.sleep(fault.delay, call.signal);
      return answer;
    }
    case "error":
      return errorAnswer(fault);
    case "http":
      return httpAnswer(fault);
    case "drop": {
      const { afterBytes } = fault;
      if (afterBytes === undefined) throw dropped();
      const drop = async () => {
        await clock.sleep(fault.pause ?? 0, call.signal);
        throw dropped();
      };
      return change(await serve(), (body) => cut(body, afterBytes, drop));
    }
    case "hang": {
      const { afterBytes } = fault;
      if (afterBytes === undefined) return await silence(call);
      return change(await serve(), (body) => cut(body, afterBytes, () => silence(call)));
    }
    case "truncate": {
      const { afterBytes } = fault;
      const answer = await serve();
      // A download announces its length, which would turn this clean end into a broken one.
      answer.headers.delete("content-length");
      return change(
        answer,
        (body) => afterBytes === undefined ? cutFrame(body) : cut(body, afterBytes, async () => {}),
      );
    }
    case "no-trailers":
      return change(await serve(), withoutTrailers);
    case "rechunk":
      return change(await serve(), (body) => inPieces(body, fault.bytes));
    case "frame-flags":
      return change(await serve(), (body) => withFlags(body, fault.flags ?? 1));
    case "oversized-frame": {
      const header = new Uint8Array(5);
      new DataView(header.buffer).setUint32(1, fault.announce ?? 0xffffffff);
      return ok(async function* () {
        yield header;
        yield* zeros(fault.bytes ?? 0);
      }());
    }
    case "garbage": {
      const { bytes = 64 } = fault;
      return ok(bodyOf(typeof bytes === "number" ? garbage(bytes) : bytes));
    }
    case "content-type": {
      const answer = await serve();
      answer.headers.delete("content-type");
      if (fault.contentType !== "") answer.headers.set("content-type", fault.contentType);
      return answer;
    }
    case "metadata": {
      const answer = await serve();
      setAll(answer.headers, fault.headers);
      if (fault.trailers === undefined) return answer;
      const more = trailerData(Object.entries(fault.trailers));
      return change(answer, (body) => withTrailers(body, more));
    }
    case "unknown-enum":
    case "stream":
    case "audio":
      // The service itself reads these from the call.
      return await serve();
  }
}

function change(
  answer: Answer,
  transform: (body: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): Answer {
  return { ...answer, body: transform(answer.body ?? bodyOf()) };
}

function ok(body: AsyncIterable<Uint8Array>): Answer {
  return { status: 200, headers: new Headers({ "content-type": GRPC_WEB }), body };
}

function errorAnswer(fault: ErrorFault): Answer {
  const code = typeof fault.code === "number" ? fault.code : CODE_NUMBERS[fault.code];
  const message = fault.message ?? "injected fault";
  const trailers = new Map<string, string>(Object.entries(fault.trailers ?? {}));
  trailers.set("grpc-status", String(code));
  trailers.set("grpc-message", encodeURIComponent(message));
  if (fault.details !== undefined && fault.details.length > 0) {
    const status = rpcStatus(code, message, fault.details);
    trailers.set("grpc-status-details-bin", base64Encode(status, "std_raw"));
  }
  const headers = new Headers({ "content-type": GRPC_WEB, ...fault.headers });
  if (!fault.trailersOnly) {
    return { status: 200, headers, body: bodyOf(frame(TRAILER, trailerData(trailers))) };
  }
  setAll(headers, Object.fromEntries(trailers));
  return { status: 200, headers, body: null };
}

function httpAnswer({ status, headers, body }: HttpFault): Answer {
  const page = `<!doctype html><title>${status}</title><h1>${status}</h1><hr>proxy\n`;
  const bytes = typeof body === "object" ? body : new TextEncoder().encode(body ?? page);
  const all = new Headers({ "content-type": "text/html; charset=utf-8" });
  setAll(all, headers);
  return { status, headers: all, body: [204, 205, 304].includes(status) ? null : bodyOf(bytes) };
}

function setAll(headers: Headers, more: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries(more)) headers.set(name, value);
}
