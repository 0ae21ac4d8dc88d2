/**
 * A request body that cannot be sent twice, for browsers.
 *
 * Chromium sends a POST again by itself when a kept connection is lost before the answer, even if it was charged.
 * Measured: bytes, Blobs and forms; over HTTP/2 also after REFUSED_STREAM and GOAWAY. It cannot send a stream again. It
 * takes streams over HTTP/2 and newer only, and reads no byte before it has such a connection.
 *
 * @module
 */

import { inBrowser } from "../lib/runtime.ts";

/** Bytes as a stream that records whether it was read. */
export class OnceBody {
  /** Whether it was read. If not, nothing of the request's body was sent. */
  read = false;
  /** The body. */
  readonly stream: ReadableStream<Uint8Array>;

  /** @param bytes What to send. */
  constructor(bytes: Uint8Array) {
    this.stream = new ReadableStream({
      pull: (controller) => {
        this.read = true;
        controller.enqueue(bytes);
        controller.close();
      },
      // With a higher mark it would be read at once, without a connection.
    }, { highWaterMark: 0 });
  }
}

/** Whether this is a browser that takes streams as bodies. Firefox (153) does not, and may send a POST again. */
export function takesStreams(): boolean {
  if (!inBrowser()) return false;
  let asked = false;
  // https://developer.chrome.com/docs/capabilities/web-apis/fetch-streaming-requests#feature_detection
  const { headers } = new Request("https://localhost", {
    method: "POST",
    body: new ReadableStream(),
    get duplex() {
      asked = true;
      return "half";
    },
  } as RequestInit);
  return asked && !headers.has("content-type");
}
