import type { GrpcTransportOptions as ConnectGrpcOptions } from "@connectrpc/connect-node";
import type { ClientHttp2Stream, OutgoingHttpHeaders } from "node:http2";
import { toConnect } from "../connect/errors.ts";
import type { TransportCall } from "../contract/transport.ts";
import { noAnswer } from "../transport/error_mapping.ts";
import { CheckedStream } from "./checked_stream.ts";
import type { Connection } from "./connection.ts";

type SessionManager = NonNullable<ConnectGrpcOptions["sessionManager"]>;

/**
 * The session manager of one call. connect-node asks it for a stream, and gets one whose answer is checked. Each call
 * has its own, because the answer is checked by the bounds, the secrets and the end of its call.
 */
export class CallSessions implements SessionManager {
  readonly authority: string;
  readonly #connection: Connection;
  readonly #call: TransportCall;
  readonly #unary: boolean;

  /** @param unary Whether more than one message in an answer is an error. */
  constructor(connection: Connection, call: TransportCall, unary: boolean) {
    this.authority = connection.origin;
    this.#connection = connection;
    this.#call = call;
    this.#unary = unary;
  }

  async request(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
  ): Promise<ClientHttp2Stream> {
    const { lifetime, secrets } = this.#call;
    const { origin, modules } = this.#connection;
    try {
      const request = await this.#connection.request(
        { ...headers, ":method": method, ":path": path },
        () => {
          lifetime.signal.throwIfAborted();
          this.#call.sending?.(true);
        },
      );
      return new CheckedStream(request, modules, origin, this.#call, this.#unary).stream;
    } catch (error) {
      throw toConnect(noAnswer(error, origin, secrets, "gRPC", true));
    }
  }

  notifyResponseByteRead(): void {}
}
