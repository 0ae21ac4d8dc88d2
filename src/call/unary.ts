/**
 * A unary call, from its options to its answer.
 *
 * @module
 */

import { CALL_OPTIONS, type CallOptions } from "../contract/options.ts";
import type { Transport, TransportCall } from "../contract/transport.ts";
import { validateFields } from "../contract/validate.ts";
import type { Lifetime } from "../lib/lifetime.ts";
import { Call, type CallFacts, type Core } from "./call.ts";

/**
 * When a call that costs nothing is sent a second time: after this part of its timeout, and at most after this many
 * milliseconds.
 */
const HEDGE_PART = 1 / 3, MAX_HEDGE_MS = 5_000;

/** Makes a unary call: waits for a place, sends, and tries again where that is safe. */
export async function callUnary<T>(
  core: Core,
  request: (transport: Transport, call: TransportCall) => Promise<T>,
  facts: CallFacts,
  options: CallOptions,
  outer?: Lifetime,
): Promise<T> {
  validateFields("options", options, CALL_OPTIONS);
  const { timeout = core.options.timeout, maxRetries = core.options.maxRetries } = options;
  // Each poll of a watch is one attempt, and a second one only over a dead connection.
  const isHedged = !facts.billable && (maxRetries > 0 || outer !== undefined);
  const hedgeAfter = Math.min(timeout * HEDGE_PART, MAX_HEDGE_MS);
  const call = new Call(core, facts, options, timeout, outer, isHedged ? hedgeAfter : undefined);
  try {
    const result = await call.attempts(() =>
      isHedged ? call.sendHedged(request, hedgeAfter / 2) : call.send(request)
    );
    call.done(result);
    return result;
  } catch (error) {
    throw call.error(error);
  } finally {
    call.lifetime.close();
  }
}
