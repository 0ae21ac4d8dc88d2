/**
 * What a refused download means.
 *
 * @module
 */

import {
  isTransient,
  ResourceNotFoundError,
  ServerError,
  ServiceUnavailableError,
  type TsetsenError,
} from "../../contract/errors.ts";
import { HTTP_CLASSES } from "../../transport/error_mapping.ts";
import { retryAfterOf } from "../../transport/metadata.ts";

const CLASSES: Readonly<Record<number, typeof TsetsenError>> = {
  ...HTTP_CLASSES,
  404: ResourceNotFoundError,
  410: ResourceNotFoundError,
};

/**
 * Refusals that may pass although their class says otherwise. Storage may show a new file a moment late: as 404, or as
 * 403 if it hides what exists. 408, 421 and 425 ask the client to try again (RFC 9110, RFC 8470).
 */
const MAY_PASS = [403, 404, 408, 421, 425];

/** The header in which a proxy of this package says what it got instead of audio. */
export const PROBLEM_HEADER = "x-audio-problem";

/** The error for a download that was refused. */
export function refusalOf({ status, headers }: Response, origin: string): TsetsenError {
  const problem = /^[\w ,:()/.+-]{1,120}$/.exec(headers.get(PROBLEM_HEADER) ?? "")?.[0];
  if (problem !== undefined) {
    return new ServerError(
      `The download must be audio: the audio's server sent ${problem} to ${origin}. Check the job again.`,
      { statusCode: status },
    );
  }
  const Class = CLASSES[status] ?? ServerError;
  return new Class(
    `${origin} refused the audio with HTTP ${status}. Its address may have expired. Check the job again.`,
    { statusCode: status, retryAfter: retryAfterOf(headers) },
  );
}

/**
 * The refusal as an error that a call tries again; `undefined` when it is final. A download costs nothing, so every
 * failure of the server is tried again.
 */
export function retriable(refusal: TsetsenError): TsetsenError | undefined {
  if (isTransient(refusal)) return refusal;
  const { statusCode = 0, rawMessage, retryAfter } = refusal;
  if (statusCode < 500 && !MAY_PASS.includes(statusCode)) return undefined;
  return new ServiceUnavailableError(rawMessage, { statusCode, retryAfter });
}
