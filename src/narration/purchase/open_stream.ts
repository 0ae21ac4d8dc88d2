/**
 * Buys a part as a stream.
 *
 * @module
 */

import type { BaseClient } from "../../client.ts";
import { ServerError } from "../../contract/errors.ts";
import type { StreamSpeechRequest } from "../../contract/models.ts";
import { Lifetime } from "../../lib/lifetime.ts";

/** A stream that is paid for: its first chunk has come. */
export interface OpenStream {
  readonly first: Uint8Array;
  readonly rest: AsyncIterable<Uint8Array>;
  /** Ends what listens for an abort. */
  readonly close: () => void;
}

/**
 * Opens a stream and waits for its first chunk.
 *
 * @param timeout The longest time without a message, in milliseconds.
 * @throws {unknown} the reason of an abort, which is about this stream only.
 */
export async function openStream(
  client: BaseClient,
  request: StreamSpeechRequest,
  lifetime: Lifetime,
  timeout: number | undefined,
): Promise<OpenStream> {
  const own = new Lifetime(client.openLifetimes, lifetime);
  const close = () => own.close();
  try {
    const rest = client.streamSpeech(request, { signal: own.signal, timeout });
    const { done, value: first } = await rest.next();
    if (done) throw new ServerError("The stream held no audio.", { charged: "unknown" });
    return { first, rest, close };
  } catch (error) {
    close();
    throw error;
  }
}
