/**
 * From `audio_url` to audio.
 *
 * @module
 */

import { concatBytes } from "../lib/bytes.ts";
import { checkAudioUrl } from "./audio_url.ts";
import type { AudioFacts, AudioProgressHook } from "./audio_facts.ts";
import { AudioStream } from "./audio_stream.ts";
import { Call, type Core } from "../call/call.ts";
import { audioFormat } from "./format.ts";
import type { CheckStatusResponse } from "../contract/models.ts";
import type { CallOptions } from "../contract/options.ts";
import { LazyIterator } from "../call/lazy_iterator.ts";
import { transfer } from "./transfer.ts";
import { validate, validateFields } from "../contract/validate.ts";
import { BARE_PCM, readWav } from "./wav_reader.ts";

/** Options of {@linkcode Client.downloadAudio}. All durations are milliseconds. */
export interface DownloadOptions extends Omit<CallOptions, "headers"> {
  /**
   * The deadline of the whole download in milliseconds, above 0 and at most 2,147,483,647, the time that the reader
   * takes included. Default: none; `idleTimeout` catches one that hangs.
   */
  readonly timeout?: number | undefined;
  /**
   * The longest time to wait for the answer or for the next bytes in milliseconds, above 0 and at most 2,147,483,647.
   * Default: the client's `timeout`.
   */
  readonly idleTimeout?: number | undefined;
  /** The largest audio to accept, in bytes. Default 268,435,456 (256 MiB). */
  readonly maxBytes?: number | undefined;
  /**
   * How often a request is tried again, and how often a lost connection is taken up in all, 0 or more. Default: the
   * client's `maxRetries`.
   */
  readonly maxRetries?: number | undefined;
  /** Is told after each chunk how much has come. What it throws or rejects with is ignored. */
  readonly onProgress?: AudioProgressHook | undefined;
}

/** The part of a job's final response that a download needs; a {@linkcode CheckStatusResponse} is one. */
export type AudioSource = Pick<CheckStatusResponse, "audioUrl"> & { readonly requestId?: string };

/**
 * The finished audio of a job, in the format that the service made: `format` is what its bytes say, and none is changed.
 *
 * A connection that is lost on the way is made again, and the transfer goes on where it was: if the server has announced
 * the length and named the version (a strong ETag, or Last-Modified), and answers with the rest of that very version.
 * It is begun anew if nothing had come yet. Otherwise it fails: two versions are never joined.
 */
export class AudioDownload extends AudioStream {}

/** So much of the beginning tells the format, two frames of MP3 at least. Nothing is given out before it is here. */
const HEAD_BYTES = 2_048;

/** Makes a download. Bad input throws at once, nothing is sent before it is read. */
export function downloadAudio(
  core: Core,
  source: AudioSource,
  options: DownloadOptions,
): AudioDownload {
  validate("source", source);
  validateFields("options", options);
  const { idleTimeout = core.options.timeout, maxBytes = 256 * 1024 * 1024, timeout } = options;
  const { maxRetries = core.options.maxRetries } = options;
  const { audioUrl, requestId } = source;
  const url = checkAudioUrl(audioUrl, requestId);
  const limits = { idleTimeout, maxBytes, maxRetries };
  let facts: AudioFacts | undefined;

  async function* run(call: Call): AsyncGenerator<Uint8Array, void, void> {
    let type: string | null = null;
    let contentLength: number | undefined;
    let head: Uint8Array | undefined = new Uint8Array();
    const chunks = transfer(core, call, url, limits, (headers, total) => {
      type = headers.get("content-type");
      contentLength = total;
    });
    for await (const chunk of chunks) {
      if (head === undefined) yield chunk;
      else {
        head = concatBytes([head, chunk]);
        if (head.length < HEAD_BYTES) continue;
        facts = { ...factsOf(head, type), contentLength, requestId };
        yield head;
        head = undefined;
      }
    }
    if (head !== undefined) {
      facts = { ...factsOf(head, type), contentLength, requestId };
      if (head.length > 0) yield head;
    }
  }

  const about = { method: "The download", key: "", requestId };
  const items = new LazyIterator(() => new Call(core, about, options, timeout), run);
  return new AudioDownload(items, () => facts, options.onProgress);
}

/** What the bytes say; where they say nothing, what the server does. */
function factsOf(head: Uint8Array, type: string | null): AudioFacts {
  const format = audioFormat(head);
  const bare = format === "pcm";
  const told = !bare && format !== "text" && !/^(audio|video)\//i.test(type ?? "");
  const wav = format === "wav" ? readWav(head) : undefined;
  return {
    format,
    contentType: told
      ? `audio/${format === "mp3" ? "mpeg" : format}`
      : type ?? "application/octet-stream",
    // RIFX and RF64 are WAVE, too, but not of this form.
    samples: bare ? BARE_PCM : wav?.from ? wav : undefined,
  };
}
