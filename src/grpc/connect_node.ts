/**
 * The package `@connectrpc/connect-node`, which only users of native gRPC install.
 *
 * @module
 */

import { TsetsenError } from "../contract/errors.ts";

/** The package, loaded. */
export type ConnectNode = typeof import("@connectrpc/connect-node");

/** The command that installs a version of the range that the tests cover. */
export const INSTALL_COMMAND = "npm install @connectrpc/connect-node@2.3";

/**
 * Loads the package. It is loaded by the first call because it imports `node:http2`, which not every runtime has.
 *
 * @throws {TsetsenError} when it is not installed.
 */
export async function loadConnectNode(): Promise<ConnectNode> {
  try {
    return await import("@connectrpc/connect-node");
  } catch (cause) {
    throw new TsetsenError(
      `Native gRPC needs the package @connectrpc/connect-node, which cannot be loaded: ${INSTALL_COMMAND}`,
      { charged: "no", cause },
    );
  }
}
