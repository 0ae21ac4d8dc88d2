import { Code, ConnectError } from "@connectrpc/connect";
import {
  createAsyncIterable,
  encodeEnvelope,
  type UniversalClientFn,
  type UniversalClientResponse,
} from "@connectrpc/connect/protocol";
import { fromBinary } from "@bufbuild/protobuf";
import { GenerateSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import type { TransportCall } from "../contract/transport.ts";
import { onAbort } from "../lib/abort.ts";
import { brokenOff, fromHttp, noAnswer } from "../transport/error_mapping.ts";
import { FrameReader, join, TRAILER } from "../transport/frames.ts";
import { Attempt } from "./attempt.ts";
import type { Connection } from "./connection.ts";

/**
 * What stands between connect's gRPC and HTTP/2: it makes one error of one fault on every runtime, the same as over
 * gRPC-Web, and bounds what an answer may cost.
 */
export function guardedHttp2(
  connection: Connection,
  call: TransportCall,
  unary: boolean,
): UniversalClientFn {
  const { origin } = connection;
  const { secrets } = call;
  const { signal } = call.lifetime;
  return async (request) => {
    // HTTP/2 streams end by a code, and only this error stands for CANCEL.
    const over = new AbortController();
    const end = () => over.abort(new ConnectError("the call is over", Code.Canceled));
    const attempt = new Attempt();
    const unlisten = onAbort(signal, () => {
      attempt.giveUp();
      end();
    });
    if (signal.aborted) end();
    let response: UniversalClientResponse;
    try {
      response = await connection.send({ ...request, signal: over.signal }, attempt);
    } catch (error) {
      unlisten();
      const cause = error instanceof ConnectError ? error.cause ?? error : error;
      throw noAnswer(cause, origin, secrets, "gRPC", attempt.refused);
    }
    const { status, header, body, trailer } = response;
    if (status === 0) {
      // Bun lets such an answer through.
      unlisten();
      end();
      throw noAnswer(new Error("the answer has no :status"), origin, secrets, "gRPC", false);
    }
    if (!isGrpc(response)) {
      unlisten();
      end();
      throw fromHttp(status, header, origin, secrets, "gRPC");
    }
    makeDecodable(header);
    // Headers that hold the status come without anything else ("trailers-only").
    if (header.has("grpc-status")) {
      unlisten();
      end();
      return { status: 200, header, trailer, body: createAsyncIterable([]) };
    }
    const reader = body[Symbol.asyncIterator]();
    const frames = new FrameReader(call.maxMessageBytes, origin, unary);
    async function* checked(): AsyncGenerator<Uint8Array> {
      let whole = false;
      try {
        for (;;) {
          const result = await reader.next().catch((error) => {
            throw brokenOff(origin, error, secrets);
          });
          whole = result.done === true;
          if (result.done) break;
          frames.push(result.value);
          for (let parts = frames.shift(); parts !== undefined; parts = frames.shift()) {
            const message = join(parts);
            if (unary) call.accepted?.(requestIdIn(message));
            yield encodeEnvelope(0, message);
          }
          if (frames.error !== undefined) throw frames.error;
        }
        if (!trailer.has("grpc-status")) throw brokenOff(origin);
        makeDecodable(trailer);
        // The frames of gRPC-Web end with the trailers: what comes short of them here does so there.
        frames.push(encodeEnvelope(TRAILER, new Uint8Array()));
        if (frames.error !== undefined) throw frames.error;
        if (!frames.complete) throw brokenOff(origin);
      } finally {
        unlisten();
        if (!whole) end();
      }
    }
    // A status outside 200 would make connect pass over the grpc-status.
    return { status: 200, header, trailer, body: checked() };
  };
}

function isGrpc({ status, header }: UniversalClientResponse): boolean {
  const type = header.get("content-type") ?? "";
  return /^application\/grpc(\+proto)?\s*(;|$)/i.test(type) &&
    ((status >= 200 && status < 300) || header.has("grpc-status"));
}

// A message that is not well percent-encoded must not cost the status (PROTOCOL-HTTP2.md), as it does in the parser.
function makeDecodable(headers: Headers): void {
  const message = headers.get("grpc-message");
  if (message !== null && !isDecodable(message)) {
    headers.set("grpc-message", message.replaceAll("%", "?"));
  }
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function requestIdIn(message: Uint8Array): string {
  try {
    return fromBinary(GenerateSpeechResponseSchema, message).requestId;
  } catch {
    return ""; // Connect throws for it soon enough
  }
}
