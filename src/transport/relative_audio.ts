/**
 * Addresses of audio that are relative to the endpoint.
 *
 * A proxy in front of the service offers audio below its own address. It cannot know that address when a server in
 * front of it changes the host or the path of requests. The client knows it.
 *
 * @module
 */

import type { Transport } from "../contract/transport.ts";

/**
 * The addresses that a proxy offers. Others are not resolved: a service must not name addresses of the endpoint by
 * accident.
 */
const RELATIVE = /^audio\/[\w-]+$/;

/**
 * A part of `x-user-agent`, a header that needs no CORS permission of its own. A transport whose endpoint is not known
 * asks for absolute addresses with it.
 */
export const ABSOLUTE_AUDIO = "absolute-audio";

/** Returns the transport with addresses of audio resolved against `baseUrl`, which has no slash at the end. */
export function withRelativeAudio(transport: Transport, baseUrl: string): Transport {
  return {
    ...transport,
    async checkStatus(request, call) {
      const response = await transport.checkStatus(request, call);
      const { audioUrl } = response;
      if (!RELATIVE.test(audioUrl)) return response;
      return { ...response, audioUrl: `${baseUrl}/${audioUrl}` };
    },
  };
}
