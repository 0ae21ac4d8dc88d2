/**
 * What a success says besides its message, for a function that the user gives.
 *
 * @module
 */

/** The metadata of a request that succeeded. */
export interface ResponseMetadata {
  /** The method of the service, for example `"StreamSpeech"`; `"Download"` for a download. */
  readonly method: string;
  /**
   * The headers of the answer, names in lower case, at most 64. A browser shows only those that the server exposes. A
   * value that quotes the key or the text is redacted.
   */
  readonly headers: Readonly<Record<string, string>>;
  /** The trailers, in the same form; none for a download. */
  readonly trailers: Readonly<Record<string, string>>;
}

/** Receives the metadata of each request that succeeds. What it throws or rejects with is ignored. */
export type ResponseHook = (response: ResponseMetadata) => void;
