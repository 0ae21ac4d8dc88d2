import type { Limit } from "./wire/limit.ts";

/** The key as it was given. */
export interface GivenKey {
  readonly value: string | undefined;
  /** Where it comes from, in words. */
  readonly source: string;
}

/** What is checked, and what is known of it. Later steps use what earlier ones have found. */
export interface Subject {
  readonly limit: Limit;
  readonly key: GivenKey;
  /** The endpoint as it was given, and from where. */
  readonly endpoint: { readonly value: string; readonly source: string };
  /** Whether TLS is asked for. */
  readonly secure: boolean;
  /** The origin of the page that a browser would ask from. */
  readonly page: string;

  /** The endpoint, once it is understood. */
  url?: URL;
  /** The addresses of its host. */
  addresses: readonly string[];
  /** The first of them that accepts connections. */
  address?: string;
  /** What is spoken there. */
  readonly speaks: Set<"tls" | "http/1.1" | "h2" | "grpc-web" | "grpc">;
  /** What a page may read of an answer: the CORS headers of a real one. */
  exposed?: Headers;
  /** The server's clock and ours, in milliseconds, at the first answer that had a date. */
  clock?: { readonly theirs: number; readonly ours: number };
}

/** The host as `node:net` takes it: the address of IPv6 has brackets in a URL only. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** The port, also where the URL leaves it out. */
export function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === "https:" ? 443 : 80);
}

/** The path of the method that is called. It costs nothing. */
export function balancePath({ pathname }: URL): string {
  return `${pathname.replace(/\/+$/, "")}/tsetsen.api.v1.TsetsenTTS/GetUserBalance`;
}

/** The media type of gRPC-Web with protobuf messages. */
export const GRPC_WEB = "application/grpc-web+proto";

/** A message without fields in its frame. It has no key, because it is not known yet who answers. */
export const EMPTY_MESSAGE: Uint8Array<ArrayBuffer> = new Uint8Array(5);

/** Remembers what time it was at the server. */
export function noteDate(subject: Subject, date: string | null | undefined): void {
  const theirs = Date.parse(date ?? "");
  if (!Number.isNaN(theirs)) subject.clock ??= { theirs, ours: Date.now() };
}
