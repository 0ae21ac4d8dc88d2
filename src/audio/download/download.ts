/**
 * Makes audio of the `audioUrl` of a job.
 *
 * @module
 */

import { concatBytes } from "../../lib/bytes.ts";
import { Call, type Core } from "../../call/call.ts";
import { LazyIterator } from "../../call/lazy_iterator.ts";
import type { CheckStatusResponse } from "../../contract/models.ts";
import type { CallOptions } from "../../contract/options.ts";
import { type FieldNames, validate, validateFields } from "../../contract/validate.ts";
import type { AudioFacts, AudioProgressHook } from "../audio_facts.ts";
import { AudioStream } from "../audio_stream.ts";
import { checkAudioUrl, checkRedirect } from "./audio_url.ts";
import { checkLength, checkSamples, type Delivery, factsOf } from "./delivery.ts";
import { HEAD_BYTES } from "../format/format.ts";
import { showAs } from "../inspect.ts";
import { transfer } from "./transfer.ts";
import { BYTES_PER_SAMPLE } from "../wav/wav_writer.ts";

/** Options of {@linkcode Client.downloadAudio}. All durations are milliseconds. */
export interface DownloadOptions extends Omit<CallOptions, "headers"> {
  /**
   * The deadline of the whole download in milliseconds, above 0 and at most 2,147,483,647. It includes the time that
   * the reader takes. Default: none; `idleTimeout` ends a download that hangs.
   */
  readonly timeout?: number | undefined;
  /**
   * The longest wait for the answer or for the next bytes in milliseconds, above 0 and at most 2,147,483,647. After it
   * the download goes on over a new connection, `maxRetries` times. With a `timeout`, a wait takes at most half of the
   * time that is left, as long as another attempt may follow. Node's `fetch` ends a silence of 300 s by itself.
   * Default: the client's `timeout`.
   */
  readonly idleTimeout?: number | undefined;
  /**
   * The largest audio to accept, in bytes, 1 or more. A content coding is undone before they are counted.
   * Default 268,435,456 (256 MiB).
   */
  readonly maxBytes?: number | undefined;
  /**
   * How often a request is tried again, and how often a connection that is lost or silent is made again, 0 or more.
   * Default: the client's `maxRetries`.
   */
  readonly maxRetries?: number | undefined;
  /** Receives how much has come, after each chunk. What it throws or rejects with is ignored. Default: none. */
  readonly onProgress?: AudioProgressHook | undefined;
}

/** The part of a job's final response that a download needs; a {@linkcode CheckStatusResponse} is one. */
export type AudioSource = Pick<CheckStatusResponse, "audioUrl" | "metrics"> & {
  readonly requestId?: string;
};

/**
 * The finished audio of a job, in the format that the service made: `format` is what its bytes say.
 *
 * A connection that is lost or falls silent is made again, and the transfer goes on where it was. The server must have
 * announced the length and named the version (a strong ETag, or Last-Modified), and must answer with the rest of that
 * version. If nothing had come yet, the transfer begins anew. Otherwise it fails: two versions are never joined.
 *
 * Every reader rejects with a {@linkcode ServerError} for a file that is no audio: a page, a message, an archive, an
 * empty file, or bytes of no known format whose length contradicts `metrics.audioLength`.
 */
export class AudioDownload extends AudioStream {
  static {
    showAs(this.prototype, "AudioDownload");
  }
}

/** The names of the options. */
export const DOWNLOAD_OPTIONS: FieldNames<Required<DownloadOptions>> = {
  signal: true,
  timeout: true,
  idleTimeout: true,
  maxBytes: true,
  maxRetries: true,
  onProgress: true,
  onResponse: true,
};

/**
 * Makes a download. Bad input throws at once. Nothing is sent before the download is read.
 *
 * @param rebuys Whether the audio comes from `speak`: who does that again is charged again.
 */
export function downloadAudio(
  core: Core,
  source: AudioSource,
  options: DownloadOptions,
  rebuys: boolean = false,
): AudioDownload {
  validate("source", source);
  validateFields("options", options, DOWNLOAD_OPTIONS);
  const { idleTimeout = core.options.timeout, maxBytes = 256 * 1024 * 1024, timeout } = options;
  const { maxRetries = core.options.maxRetries } = options;
  const { audioUrl, requestId, metrics } = source;
  const service = core.transport.origin;
  const url = checkAudioUrl(audioUrl, service, requestId);
  const file = { url, checkRedirect: (next: URL) => checkRedirect(url, next, service) };
  const limits = { idleTimeout, maxBytes, maxRetries };
  let facts: AudioFacts | undefined;

  async function* run(call: Call): AsyncGenerator<Uint8Array, void, void> {
    const delivery: { -readonly [Name in keyof Delivery]: Delivery[Name] } = {
      place: url.origin,
      type: null,
      audioLength: metrics?.audioLength,
      requestId,
    };
    const chunks = transfer(core, call, file, limits, (headers, totalBytes) => {
      delivery.type = headers.get("content-type");
      delivery.etag = strongTag(headers.get("etag"));
      delivery.totalBytes = totalBytes;
    });
    let head: Uint8Array | undefined = new Uint8Array();
    /** Half a sample of bare PCM that waits for the other half. */
    let half: Uint8Array = new Uint8Array();
    let received = 0;
    const whole = (chunk: Uint8Array) => {
      if (!facts?.isRaw) return chunk;
      const bytes = half.length === 0 ? chunk : concatBytes([half, chunk]);
      const end = bytes.length - bytes.length % BYTES_PER_SAMPLE;
      half = bytes.slice(end);
      return bytes.subarray(0, end);
    };
    for await (const chunk of chunks) {
      received += chunk.length;
      let ready = chunk;
      if (head !== undefined) {
        head = concatBytes([head, chunk]);
        // No chunk is given out before the format is known.
        if (head.length < HEAD_BYTES) continue;
        facts = factsOf(head, delivery);
        ready = head;
        head = undefined;
      }
      ready = whole(ready);
      if (ready.length > 0) yield ready;
    }
    const known = facts ?? factsOf(head ?? new Uint8Array(), delivery);
    checkLength(known, received, delivery);
    checkSamples(known, received, delivery);
    facts = known;
    if (head !== undefined) yield whole(head);
  }

  const about = { method: "Download", subject: "The download", key: "", requestId, rebuys };
  const items = new LazyIterator(() => new Call(core, about, options, timeout), run);
  return new AudioDownload(items, () => facts, options.onProgress, requestId);
}

function strongTag(etag: string | null): string | undefined {
  return etag === null || etag.startsWith("W/") ? undefined : etag;
}
