import { Silence } from "./limit.ts";
import { exchange } from "./socket.ts";
import { balancePath, GRPC_WEB, noteDate, type Subject } from "../subject.ts";
import { rootCause } from "../../errors/root_cause.ts";

/** The answer to a request of HTTP/1. */
export interface Answer1 {
  /** `1.1`, `1.0`; `undefined` when it was no HTTP/1. */
  readonly version?: string;
  readonly status?: number;
  /** What came instead: in words. */
  readonly instead?: string;
  /** Nothing came, and the connection stayed. */
  readonly isSilent?: boolean;
}

/** Asks by HTTP/1.1. */
export async function askHttp1(subject: Subject): Promise<Answer1> {
  const { host, pathname } = requestOf(subject);
  const request = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n` +
    `accept: ${GRPC_WEB}\r\ncontent-type: ${GRPC_WEB}\r\nx-grpc-web: 1\r\ncontent-length: 5\r\n\r\n` +
    "\0\0\0\0\0";
  let text: string;
  try {
    text = await exchange(subject, subject.speaks.has("tls") ? "tls" : "plaintext", request);
  } catch (error) {
    subject.limit.signal.throwIfAborted();
    return error instanceof Silence ? { isSilent: true } : { instead: rootCause(error) };
  }
  noteDate(subject, /^date: *(.+?)\r$/im.exec(text)?.[1]);
  return read(text);
}

function requestOf({ url }: Subject): { host: string; pathname: string } {
  return { host: url!.host, pathname: balancePath(url!) };
}

const HTTP2 = "HTTP/2";

function read(text: string): Answer1 {
  const [, version, status] = /^HTTP\/(\d\.\d) (\d{3})/.exec(text) ?? [];
  if (version !== undefined) return { version, status: Number(status) };
  // RFC 9113, 4.1: a frame of SETTINGS, whose stream is 0. RFC 8446, 5.1: an alert.
  if (text[3] === "\x04" && text.slice(5, 9) === "\0\0\0\0") return { instead: HTTP2 };
  if (text.startsWith("\x15\x03")) return { instead: "TLS" };
  if (text === "") return { instead: "nothing: it closes the connection" };
  const line = text.replace(/[^\x20-\x7e].*/s, "").slice(0, 60);
  return { instead: line.length > 3 ? `"${line}", which is no HTTP` : "something that is no HTTP" };
}

/** The protocol at a port where TLS failed, if it is HTTP. */
export async function spokenInPlaintext(subject: Subject): Promise<string | undefined> {
  const { host, pathname } = requestOf(subject);
  const { ms, signal } = subject.limit;
  // A server that is silent to TLS is likely to be silent to this, too.
  const limit = { ms: Math.min(ms, 1_000), signal };
  try {
    const request = `HEAD ${pathname} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;
    const { version, instead } = read(await exchange(subject, "plaintext", request, limit));
    if (version !== undefined) return `HTTP/${version}`;
    return instead === HTTP2 ? HTTP2 : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
