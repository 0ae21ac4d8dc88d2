/**
 * Makes a transport of this package of any transport that a user may give.
 *
 * @module
 */

import type { Transport as RpcTransport } from "@connectrpc/connect";
import type { Transport } from "../contract/transport.ts";
import { validate } from "../contract/validate.ts";
import { ABSOLUTE_AUDIO } from "../transport/relative_audio.ts";
import type { ConnectTransport } from "./connect_types.ts";
import { overConnect } from "./over_connect.ts";

/**
 * Returns a transport of this package as it is, and puts one of Connect behind an adapter.
 *
 * @throws {TypeError} when it is neither.
 */
export function asTransport(transport: Transport | ConnectTransport): Transport {
  validate("transport", transport);
  if (!("unary" in transport)) return transport;
  return overConnect({
    needsSignal: true,
    open: () => transport as unknown as RpcTransport,
    headers: ({ headers }) => {
      const agent = headers["x-user-agent"];
      if (agent === undefined) return headers;
      return { ...headers, "x-user-agent": `${agent} ${ABSOLUTE_AUDIO}` };
    },
  });
}
