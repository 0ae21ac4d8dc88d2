import type { ClientHttp2Stream } from "node:http2";
import type { Session } from "./session.ts";

const REFUSED_STREAM = 7;

/** One request, for who must know whether the service may have taken it. */
export class Attempt {
  #stream: ClientHttp2Stream | undefined;
  #session: Session | undefined;

  /** It has a stream: from here on the service may hear of it. */
  begin(stream: ClientHttp2Stream, session: Session): void {
    this.#stream = stream;
    this.#session = session;
  }

  /** It ends before its answer has come in full. */
  giveUp(): void {
    this.#session?.giveUp();
  }

  /** Whether it is proven that the service did not take it: RFC 9113, 6.8 and 8.7. */
  get refused(): boolean {
    if (this.#stream === undefined) return true;
    const { id = 0, rstCode } = this.#stream;
    return rstCode === REFUSED_STREAM || id > (this.#session?.lastTaken ?? Infinity);
  }
}
