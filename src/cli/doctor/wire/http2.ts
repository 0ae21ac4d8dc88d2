import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from "node:http2";
import { within } from "./limit.ts";
import { balancePath, EMPTY_MESSAGE, noteDate, type Subject } from "../subject.ts";

/** The answer to a call by native gRPC. */
export interface Answer2 {
  readonly status: number;
  readonly type: string;
  /** The status of gRPC, where there is one. */
  readonly grpcStatus: string | undefined;
}

/** Whether HTTP/2 is spoken: the server has said its settings. */
export function speaksHttp2(subject: Subject): Promise<boolean> {
  return withSession(subject, (session) =>
    new Promise((resolve) => {
      session.on("remoteSettings", () => resolve(true));
      session.on("close", () => resolve(false));
    }));
}

/** Calls by native gRPC, without a key. */
export function askGrpc(subject: Subject): Promise<Answer2> {
  return withSession(subject, (session) =>
    new Promise((resolve, reject) => {
      const stream = session.request({
        ":method": "POST",
        ":path": balancePath(subject.url!),
        "content-type": "application/grpc+proto",
        te: "trailers",
      });
      let head: IncomingHttpHeaders & { ":status"?: number | undefined } | undefined;
      let trailers: IncomingHttpHeaders = {};
      stream.on("response", (headers) => head = headers);
      stream.on("trailers", (headers) => trailers = headers);
      stream.on("error", reject);
      session.on("close", () => reject(new Error("the server closed the connection")));
      stream.on("close", () => {
        if (head === undefined) return reject(new Error("the server ended the call unanswered"));
        noteDate(subject, head.date);
        const status = trailers["grpc-status"] ?? head["grpc-status"];
        resolve({
          status: head[":status"] ?? 0,
          type: head["content-type"]?.slice(0, 100) ?? "none",
          grpcStatus: status === undefined ? undefined : `${status}`,
        });
      });
      stream.resume();
      stream.end(EMPTY_MESSAGE);
    }));
}

async function withSession<T>(
  subject: Subject,
  work: (session: ClientHttp2Session) => Promise<T>,
): Promise<T> {
  return await within(subject.limit, async (over) => {
    const session = connect(subject.url!.origin);
    over.addEventListener("abort", () => session.destroy());
    const broken = new Promise<never>((_, reject) => session.on("error", reject));
    // It may still reject after the race.
    broken.catch(() => {});
    return await Promise.race([work(session), broken]);
  });
}
