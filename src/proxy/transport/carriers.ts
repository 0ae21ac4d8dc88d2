/**
 * The five methods over a transport. Each takes the bytes of a request and gives the bytes of its messages.
 *
 * @module
 */

import {
  decodeCheckStatusRequest,
  decodeGenerateSpeechRequest,
  decodeGetUserBalanceRequest,
  decodeListVoicesRequest,
  decodeStreamSpeechRequest,
  encodeCheckStatusResponse,
  encodeGenerateSpeechResponse,
  encodeGetUserBalanceResponse,
  encodeListVoicesResponse,
  encodeStreamSpeechResponse,
} from "../../../gen/tsetsen/api/v1/tsetsen_tts_codec.ts";
import { RequestStatus } from "../../contract/models.ts";
import type { Transport, TransportCall } from "../../contract/transport.ts";

/** Makes one call. */
export type Carrier = (
  transport: Transport,
  request: Uint8Array,
  call: TransportCall,
) => AsyncGenerator<Uint8Array, void, void>;

/** How long the end of an answer may take after its message, in milliseconds. Then the id of the job is passed on alone. */
const ID_WAIT_MS = 50;

/** By the names of the methods. */
export const CARRIERS: Readonly<Record<string, Carrier>> = {
  async *ListVoices(transport, request, call) {
    const { voices } = await transport.listVoices(decodeListVoicesRequest(request), call);
    yield encodeListVoicesResponse({ voices: [...voices] });
  },
  GenerateSpeech: generateSpeech,
  async *CheckStatus(transport, request, call) {
    const { metrics, ...rest } = await transport.checkStatus(
      decodeCheckStatusRequest(request),
      call,
    );
    yield encodeCheckStatusResponse(metrics === undefined ? rest : { ...rest, metrics });
  },
  async *GetUserBalance(transport, request, call) {
    const response = await transport.getUserBalance(decodeGetUserBalanceRequest(request), call);
    yield encodeGetUserBalanceResponse(response);
  },
  async *StreamSpeech(transport, request, call) {
    const messages = transport.streamSpeech(decodeStreamSpeechRequest(request), call);
    for (let next = await messages.next(); !next.done; next = await messages.next()) {
      yield encodeStreamSpeechResponse(next.value);
    }
  },
};

/** Passes on the id of a paid job even if the rest of its answer is broken, or does not come. */
async function* generateSpeech(
  transport: Transport,
  request: Uint8Array,
  call: TransportCall,
): AsyncGenerator<Uint8Array, void, void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let acceptedId: string | undefined;
  const early = new Promise<"early">((resolve) => {
    const accepted = (requestId: string) => {
      if (requestId === "" || acceptedId !== undefined) return;
      acceptedId = requestId;
      timer = setTimeout(() => resolve("early"), ID_WAIT_MS);
    };
    call = { ...call, accepted };
  });
  const outcome = transport.generateSpeech(decodeGenerateSpeechRequest(request), call)
    .then((response) => ({ response }), (error: unknown) => ({ error }));
  const first = await Promise.race([outcome, early]);
  clearTimeout(timer);
  if (acceptedId !== undefined && (first === "early" || "error" in first)) {
    // The message has more than the id, but a transport reports only the id. A job begins as PENDING.
    yield encodeGenerateSpeechResponse({ requestId: acceptedId, status: RequestStatus.PENDING });
    const last = await outcome;
    if ("error" in last) throw last.error;
    return;
  }
  const last = await outcome;
  if ("error" in last) throw last.error;
  yield encodeGenerateSpeechResponse(last.response);
}
