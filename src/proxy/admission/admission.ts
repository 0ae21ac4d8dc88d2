/**
 * The checks of a call before the service hears of it: method, content, and the owner's hooks.
 *
 * @module
 */

import { describe } from "../../lib/rules.ts";
import { concatBytes, pushChunk } from "../../lib/bytes.ts";
import { type AllowedCall, readCall } from "../call.ts";
import { METHODS, type ProxyCall, type ProxyMethod } from "./proxy_call.ts";
import { Exchange } from "../exchange.ts";
import type { ProxyOptions } from "../options.ts";
import type { ResolvedProxyOptions } from "../resolved_options.ts";
import { Code, StatusError } from "../answer/status_error.ts";

/** How long a call must wait when `rateLimit` refuses it and does not say how long, in milliseconds. */
const DEFAULT_WAIT_MS = 60_000;

/** Even a message without fields has a frame. A body parser on the server leaves nothing of it. */
const EMPTY =
  "The request must have a body that was not read before: put no body parser before the proxy.";

/** The hooks of the owner. */
export type Hooks<Context> = Pick<ProxyOptions<Context>, "authorize" | "rateLimit">;

/**
 * Reads a call and checks its method and its content.
 *
 * @throws {StatusError} when it is not allowed, malformed or too large, or does not come in time.
 */
export async function readAllowedCall(
  request: Request,
  name: string,
  options: ResolvedProxyOptions,
): Promise<AllowedCall> {
  if (!METHODS.has(name)) throw new StatusError(Code.Unimplemented, "There is no such method.");
  if (!options.methods.has(name)) {
    throw new StatusError(Code.PermissionDenied, `${name} is not allowed here.`);
  }
  const body = await readBody(request, options);
  return readCall(name as ProxyMethod, request, body, options);
}

/**
 * Asks `authorize`.
 *
 * @returns The owner's own answer, if the hook gave one.
 * @throws {StatusError} when the call may not be made.
 */
export async function askAuthorize<Context>(
  { authorize }: Hooks<Context>,
  request: Request,
  call: ProxyCall<Context>,
  options: ResolvedProxyOptions,
): Promise<Response | undefined> {
  if (authorize === undefined) return undefined;
  const { method } = call;
  const answer = await askHook(() => authorize(request, call), method, options);
  if (answer instanceof Response) {
    const message = `authorize answered with HTTP ${answer.status}.`;
    options.report({ type: "refused", method, message });
    return answer;
  }
  if (answer !== true) throw new StatusError(Code.Unauthenticated, "You are not logged in.");
  return undefined;
}

/**
 * Asks `rateLimit`. The call passes only when the hook returns nothing.
 *
 * @returns The owner's own answer, if the hook gave one.
 * @throws {StatusError} when the call may not be made now.
 */
export async function askRateLimit<Context>(
  { rateLimit }: Hooks<Context>,
  request: Request,
  call: ProxyCall<Context>,
  options: ResolvedProxyOptions,
): Promise<Response | undefined> {
  if (rateLimit === undefined) return undefined;
  const { method } = call;
  const { report } = options;
  const answer: unknown = await askHook(() => rateLimit(request, call), method, options);
  if (answer === undefined || answer === null) return undefined;
  if (answer instanceof Response) {
    const message = `rateLimit answered with HTTP ${answer.status}.`;
    report({ type: "refused", method, message });
    return answer;
  }
  const wait = (answer as { readonly retryAfter?: unknown }).retryAfter;
  const isWait = typeof wait === "number" && wait >= 0 && wait < Infinity;
  if (!isWait) {
    const message = `rateLimit must answer with nothing, { retryAfter } or a Response: got ${
      describe(answer)
    }. The call was refused.`;
    report({ type: "hook_failed", method, message });
  }
  const tooMany = "Too many requests.";
  throw new StatusError(Code.ResourceExhausted, tooMany, isWait ? wait : DEFAULT_WAIT_MS);
}

/**
 * Asks a hook of the owner.
 *
 * @throws {StatusError} when it throws, or does not answer in time.
 */
export async function askHook<T>(
  ask: () => T | Promise<T>,
  method: string | undefined,
  { timeout, report }: ResolvedProxyOptions,
): Promise<T> {
  const exchange = new Exchange(timeout, timeout);
  try {
    return await exchange.step((async () => await ask())());
  } catch (error) {
    const event = { type: "hook_failed", method } as const;
    if (exchange.timedOut) report({ ...event, message: "A hook did not answer within timeout." });
    else report({ ...event, message: "A hook threw.", error });
    throw new StatusError(Code.Internal, "The site cannot decide about this call.");
  } finally {
    exchange.close();
  }
}

async function readBody(
  { headers, body, bodyUsed }: Request,
  { maxRequestBytes, timeout }: ResolvedProxyOptions,
): Promise<Uint8Array> {
  const tooLarge = () => {
    const message = `The request must not be larger than ${maxRequestBytes} bytes.`;
    return new StatusError(Code.InvalidArgument, message);
  };
  const empty = () => new StatusError(Code.InvalidArgument, EMPTY);
  if (bodyUsed || body?.locked) throw empty();
  if (Number(headers.get("content-length")) > maxRequestBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  const exchange = new Exchange(timeout, timeout);
  const reader = body?.getReader();
  try {
    for (let length = 0; reader !== undefined;) {
      const { done, value } = await exchange.read(reader).catch(() => {
        throw exchange.timedOut
          ? new StatusError(Code.DeadlineExceeded, "The request did not come in time.")
          : new StatusError(Code.InvalidArgument, "The request broke off.");
      });
      if (done || value === undefined) break;
      pushChunk(chunks, value);
      length += value.length;
      if (length > maxRequestBytes) throw tooLarge();
    }
    if (chunks.length === 0) throw empty();
    return concatBytes(chunks);
  } catch (error) {
    exchange.cancel();
    throw error;
  } finally {
    exchange.close();
  }
}
