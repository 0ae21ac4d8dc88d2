import type { RecordedRequest, Route } from "../http/requests.ts";

/** The gRPC status codes other than OK. */
export type ErrorCode =
  | "CANCELLED"
  | "UNKNOWN"
  | "INVALID_ARGUMENT"
  | "DEADLINE_EXCEEDED"
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "PERMISSION_DENIED"
  | "RESOURCE_EXHAUSTED"
  | "FAILED_PRECONDITION"
  | "ABORTED"
  | "OUT_OF_RANGE"
  | "UNIMPLEMENTED"
  | "INTERNAL"
  | "UNAVAILABLE"
  | "DATA_LOSS"
  | "UNAUTHENTICATED";

/** One message in the details of an error. */
export interface ErrorDetail {
  /** The message's full name, as in `google.rpc.RetryInfo`. */
  readonly type: string;
  /** The message in protobuf's binary form. */
  readonly value: Uint8Array;
}

/** The fields of every fault: which requests it hits, and how often. */
export interface FaultTarget {
  /** The method, or `"Audio"` for downloads. Default: every method, but not downloads. */
  readonly method?: Route;
  /** How many requests it hits before it is used up, 1 or more. `Infinity` for all. Default 1. */
  readonly times?: number;
  /** Hits only the requests for which this returns true. When it throws, the request breaks off. Default: all. */
  readonly when?: (request: RecordedRequest) => boolean;
  /** Waits before anything else happens, in milliseconds. Default 0. */
  readonly delay?: number;
}

/** The fields of a fault that answers in place of the service. */
export interface FaultCharge {
  /**
   * Whether the service does its work first: it accepts and charges the job, and then the fault acts. Default false:
   * the service never gets the request.
   */
  readonly charged?: boolean;
}

/** Answers late: waits `delay` milliseconds, then serves the request as usual. */
export interface DelayFault extends FaultTarget {
  /** Which fault this is. */
  readonly kind: "delay";
  /** How long, in milliseconds. */
  readonly delay: number;
  /** Whether the service does its work before the wait instead of after it. Default false. */
  readonly charged?: boolean;
}

/** Answers with a gRPC error. */
export interface ErrorFault extends FaultTarget, FaultCharge {
  /** Which fault this is. */
  readonly kind: "error";
  /**
   * The status, by name or by number, 0 to 2,147,483,647; numbers that gRPC does not know are sent as they are.
   */
  readonly code: ErrorCode | number;
  /** The message, in well-formed Unicode. Default "injected fault". */
  readonly message?: string;
  /** The details. Default none. */
  readonly details?: readonly ErrorDetail[];
  /** More metadata, in the trailers. Default none. */
  readonly trailers?: Readonly<Record<string, string>>;
  /** Metadata in the HTTP headers. Default none. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Sends the status as HTTP headers with an empty body instead of a frame of trailers. HTTP must then allow the
   * trailers as headers. Default false.
   */
  readonly trailersOnly?: boolean;
}

/** Answers with plain HTTP, as a proxy on the way would: an error page, a redirect, a 429. */
export interface HttpFault extends FaultTarget, FaultCharge {
  /** Which fault this is. */
  readonly kind: "http";
  /** The status, 200 to 599. */
  readonly status: number;
  /** The body. Default: a small HTML page. */
  readonly body?: string | Uint8Array;
  /** The headers, `content-type`, `location` or `retry-after` among them. Default: HTML. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Destroys the connection. Without a socket, `Emulator.fetch` rejects with a TypeError, as a
 * client's fetch does, and a body that has begun errors.
 */
export interface DropFault extends FaultTarget, FaultCharge {
  /** Which fault this is. */
  readonly kind: "drop";
  /**
   * Serves the request, which charges it, and destroys the connection after this many bytes of the answer's body; 0 is
   * after the headers. Default: before any byte of an answer.
   */
  readonly afterBytes?: number;
  /**
   * How long the connection stays open after those bytes, in milliseconds. A client may discard what it has not read
   * when a connection breaks. Default 0.
   */
  readonly pause?: number;
}

/** Never answers: the connection stays open and silent until the client closes it. */
export interface HangFault extends FaultTarget, FaultCharge {
  /** Which fault this is. */
  readonly kind: "hang";
  /**
   * Serves the request, which charges it, and falls silent after this many bytes of the answer's body; 0 is after the
   * headers. Default: before any byte of an answer.
   */
  readonly afterBytes?: number;
}

/** Serves the request, but ends the body early and cleanly. */
export interface TruncateFault extends FaultTarget {
  /** Which fault this is. */
  readonly kind: "truncate";
  /** Bytes of the body that are sent. Default: up to the middle of the first frame. */
  readonly afterBytes?: number;
}

/** Serves the request without trailers. */
export interface NoTrailersFault extends FaultTarget {
  /** Which fault this is. */
  readonly kind: "no-trailers";
}

/** Serves the request with its body in pieces of one size, whatever the frames. */
export interface RechunkFault extends FaultTarget {
  /** Which fault this is. */
  readonly kind: "rechunk";
  /** Bytes of each piece, 1 or more. */
  readonly bytes: number;
}

/** Serves the request with other flags on its first frame. */
export interface FrameFlagsFault extends FaultTarget {
  /** Which fault this is. */
  readonly kind: "frame-flags";
  /** The flags, 0 to 255. Default 1: "compressed", though it is not. */
  readonly flags?: number;
}

/** Answers with the header of a frame that is far longer than what follows. */
export interface OversizedFrameFault extends FaultTarget, FaultCharge {
  /** Which fault this is. */
  readonly kind: "oversized-frame";
  /** The length that the header announces, in bytes. Default 4,294,967,295. */
  readonly announce?: number;
  /** Zero bytes that do follow before the body ends. Default 0. */
  readonly bytes?: number;
}

/** Answers with HTTP 200 and the right content type, and bytes that mean nothing. */
export interface GarbageFault extends FaultTarget, FaultCharge {
  /** Which fault this is. */
  readonly kind: "garbage";
  /** The bytes, or how many; the same number gives the same bytes. Default 64. */
  readonly bytes?: Uint8Array | number;
}

/** Serves the request under another content type. */
export interface ContentTypeFault extends FaultTarget {
  /** Which fault this is. */
  readonly kind: "content-type";
  /** The content type; empty for none. */
  readonly contentType: string;
}

/** Serves the request with more metadata than usual. */
export interface MetadataFault extends FaultTarget {
  /** Which fault this is. */
  readonly kind: "metadata";
  /** More HTTP headers. Default none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** More trailers. Default none. */
  readonly trailers?: Readonly<Record<string, string>>;
}

/** Serves the request with enum numbers that no version of the service knows. */
export interface UnknownEnumFault extends FaultTarget {
  /** Which fault this is. */
  readonly kind: "unknown-enum";
  /** The status of a job, or the gender of every voice. Default 99. */
  readonly value?: number;
}

/** Changes one stream; does nothing to other methods. */
export interface StreamFault extends FaultTarget {
  /** Which fault this is. */
  readonly kind: "stream";
  /** Bytes of audio in each message; an odd number splits samples. Default: `streamChunkBytes`. */
  readonly chunkBytes?: number;
  /** Begins with a RIFF/WAVE header, in the first message. Default false. */
  readonly waveHeader?: boolean;
  /** Fails with this `error_message`, in well-formed Unicode, after `afterChunks` messages. Default: does not fail. */
  readonly errorMessage?: string;
  /**
   * How many messages with audio come before `errorMessage`. With fewer messages it follows the last. At 0 nothing is
   * charged. Default 1.
   */
  readonly afterChunks?: number;
  /** The exact length of the stream in bytes, like the option `streamBytes`. Default: the option's. */
  readonly bytes?: number;
  /** Leaves `is_final` false on the last message. Default false. */
  readonly neverFinal?: boolean;
}

/** Changes one download. It hits downloads only, whatever its `method`. */
export interface AudioFault extends FaultTarget {
  /** Which fault this is. */
  readonly kind: "audio";
  /** The file instead of the WAV that was made. */
  readonly bytes?: Uint8Array;
  /** Its content type; empty for none. Default `"audio/wav"`. */
  readonly contentType?: string;
  /** Its ETag, quotes included; empty for none. Default: one that names id and length. */
  readonly etag?: string;
  /** Its Last-Modified date. Default none. */
  readonly lastModified?: string;
  /** Whether a part of it is served when one is asked for, or always the whole. Default true. */
  readonly ranges?: boolean;
}

/**
 * Something that goes wrong on purpose. Give it to `Emulator.addFault`. At most one fault hits a request: the first one
 * added that matches it and is not used up. Faults speak gRPC-Web.
 */
export type Fault =
  | DelayFault
  | ErrorFault
  | HttpFault
  | DropFault
  | HangFault
  | TruncateFault
  | NoTrailersFault
  | RechunkFault
  | FrameFlagsFault
  | OversizedFrameFault
  | GarbageFault
  | ContentTypeFault
  | MetadataFault
  | UnknownEnumFault
  | StreamFault
  | AudioFault;

/** The faults that are still to come. */
export class FaultQueue {
  #faults: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? 1 };
    this.#faults.push(entry);
    return () => {
      this.#faults = this.#faults.filter((other) => other !== entry);
    };
  }

  clear(): void {
    this.#faults = [];
  }

  /** The fault that hits a request, now used once. */
  take(request: RecordedRequest): Fault | undefined {
    const entry = this.#faults.find(({ fault, left }) =>
      left > 0 && hits(fault, request.method) && (fault.when?.(request) ?? true)
    );
    if (entry === undefined) return undefined;
    entry.left -= 1;
    return entry.fault;
  }
}

function hits({ kind, method }: Fault, route: Route): boolean {
  if (kind === "audio") return route === "Audio";
  return method === undefined ? route !== "Audio" : method === route;
}
