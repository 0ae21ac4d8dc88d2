type Http2 = typeof import("node:http2");
type Stream = typeof import("node:stream");

/** What native gRPC needs of the runtime. */
export interface RuntimeModules {
  readonly http2: Http2;
  readonly Writable: Stream["Writable"];
}

/**
 * Returns the modules for HTTP/2. They are looked up by name and not imported, because a module that imports this file
 * must load on every runtime.
 *
 * @throws {Error} when the runtime has no HTTP/2 client.
 */
export function runtimeModules(): RuntimeModules {
  const { process, navigator } = globalThis;
  const http2 = process?.getBuiltinModule?.("node:http2");
  const stream = process?.getBuiltinModule?.("node:stream");
  // Workers may have the module, but it has no client.
  const isWorker = navigator?.userAgent === "Cloudflare-Workers";
  if (http2 === undefined || stream === undefined || isWorker) {
    throw new Error(
      "Native gRPC needs an HTTP/2 client (node:http2), which this runtime does not have: leave out transport, and " +
        "give an endpoint that speaks gRPC-Web.",
    );
  }
  return { http2, Writable: stream.Writable };
}
