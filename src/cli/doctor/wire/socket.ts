import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { type Limit, within } from "./limit.ts";
import { hostOf, portOf, type Subject } from "../subject.ts";

/** The result of a handshake. */
export interface Handshake {
  /** As in `TLSv1.3`. */
  readonly version: string | null;
  /** The protocol that was agreed on, as in `h2`. */
  readonly alpn: string | undefined;
  /** The name of the error for which the runtime would not trust it. */
  readonly distrust: string | undefined;
  readonly certificate: ReturnType<TLSSocket["getPeerCertificate"]>;
}

/** Makes a TLS handshake and sends nothing else. It accepts any certificate, because it is only for looking at it. */
export function shakeHands(subject: Subject): Promise<Handshake> {
  return within(subject.limit, (over) =>
    new Promise((resolve, reject) => {
      const socket = openTls(subject, ["h2", "http/1.1"], false);
      over.addEventListener("abort", () => socket.destroy());
      socket.on("error", reject);
      socket.on("close", () => reject(new Error("the server closed the connection")));
      socket.on("secureConnect", () => {
        const { authorized, authorizationError, alpnProtocol } = socket;
        resolve({
          version: socket.getProtocol(),
          alpn: alpnProtocol || undefined,
          distrust: authorized ? undefined : code(authorizationError),
          certificate: socket.getPeerCertificate(),
        });
      });
    }));
}

function code(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? error);
}

function openTls(subject: Subject, protocols: string[], strict: boolean): TLSSocket {
  const host = hostOf(subject.url!);
  return connectTls({
    host: subject.address ?? host,
    port: portOf(subject.url!),
    // RFC 6066: an address is not a server name.
    ...(isIP(host) === 0 && { servername: host }),
    ALPNProtocols: protocols,
    rejectUnauthorized: strict,
  });
}

/** The most bytes of an answer that are read. */
const MOST_BYTES = 16_384;

/**
 * Sends bytes on a connection of its own and reads what comes back, up to the end of the head of an answer of HTTP/1.
 *
 * @param over What the connection is: TLS that offers HTTP/1.1 to a server that is trusted, or plaintext.
 * @returns What came before the end or the limit, one character a byte; empty when nothing did.
 */
export async function exchange(
  subject: Subject,
  over: "tls" | "plaintext",
  request: string | Uint8Array,
  limit: Limit = subject.limit,
): Promise<string> {
  let text = "";
  try {
    await within(limit, (end) =>
      new Promise<void>((resolve, reject) => {
        const { url, address } = subject;
        const socket: Socket = over === "tls"
          ? openTls(subject, ["http/1.1"], true)
          : connect({ host: address ?? hostOf(url!), port: portOf(url!) });
        end.addEventListener("abort", () => socket.destroy());
        socket.on(over === "tls" ? "secureConnect" : "connect", () => socket.write(request));
        socket.on("data", (piece: Uint8Array) => {
          text += String.fromCharCode(...piece.subarray(0, MOST_BYTES));
          // A line that does not begin like HTTP is not HTTP.
          const isOther = text.length >= 9 && !text.startsWith("HTTP/");
          if (isOther || text.length > MOST_BYTES || text.includes("\r\n\r\n")) resolve();
        });
        socket.on("error", reject);
        socket.on("close", () => resolve());
      }));
  } catch (error) {
    // The bytes that came say more than the error.
    if (subject.limit.signal.aborted || text === "") throw error;
  }
  return text;
}
