// The control server: a host's only way to the emulators, by plain HTTP on loopback. It makes one for a case, breaks it,
// and tells what it saw. It forces nothing else.

import { arrange } from "../support/fault_table.ts";
import { closedPort } from "../support/raw_server.ts";
import {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  type Fault,
  type RunningEmulator,
  startEmulator,
} from "../../src/emulator/mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";
import type { LineFault, StandOptions, State } from "./context.ts";
import { Relay, SETTLE_MS } from "./relay.ts";
import { certificate } from "./tools.ts";

interface Stand {
  readonly emulator: Emulator;
  readonly relay: Relay;
  /** Where audio is, if not where calls go. */
  readonly web?: string;
  close(): Promise<void>;
}

const CORS = { "access-control-allow-origin": "*" };

/** A running control server. */
export interface Control extends AsyncDisposable {
  readonly url: string;
  /** Serves a page with one script, which posts its results to "results" beside it. */
  page(
    script: string,
    search: Readonly<Record<string, string>>,
  ): { readonly url: string; readonly results: Promise<string> };
}

export function startControl(): Control {
  const stands = new Map<string, Stand>();
  const pages = new Map<string, { script: string; hand: (results: string) => void }>();

  async function make({ failText, http2, grpc, ...rest }: StandOptions): Promise<unknown> {
    const failWhen = (text: string) => text === failText ? "the voice was lost" : undefined;
    const start = grpc ? startGrpc : http2 ? startHttp2 : startHttp1;
    const stand = await start({ ...rest, failWhen });
    const id = crypto.randomUUID();
    stands.set(id, stand);
    const { emulator: { apiKey }, relay: { port } } = stand;
    const url = `http${http2 && !grpc ? "s" : ""}://127.0.0.1:${port}`;
    return { id, url, web: stand.web ?? url, apiKey };
  }

  async function close(id: string): Promise<void> {
    const stand = stands.get(id);
    stands.delete(id);
    stand?.relay.close();
    await stand?.close();
  }

  async function answer(request: Request): Promise<unknown> {
    const [, kind, id = "", action] = new URL(request.url).pathname.split("/");
    if (kind !== "stands") throw new Error("no such path");
    const body = request.method === "POST" ? JSON.parse(await request.text()) : undefined;
    if (id === "") return await make(body);
    const stand = stands.get(id);
    if (stand === undefined) throw new Error("no such stand");
    if (action === undefined) return stateOf(stand);
    if (action === "table") {
      arrange(stand.emulator);
      return { closedPort: closedPort() };
    }
    if (action === "faults") stand.emulator.addFault(body as Fault);
    else if (action === "line") stand.relay.add(body as LineFault);
    else await close(id);
    return {};
  }

  async function serve(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const [, kind, id = "", file] = pathname.split("/");
    const page = kind === "pages" ? pages.get(id) : undefined;
    if (page === undefined) return Response.json(await answer(request), { headers: CORS });
    if (file === "script.js") {
      return new Response(page.script, { headers: { "content-type": "text/javascript" } });
    }
    if (file === "results") page.hand(await request.text());
    const html =
      '<!doctype html><meta charset="utf-8"><script type="module" src="script.js"></script>';
    return new Response(html, { headers: { "content-type": "text/html" } });
  }

  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) =>
      serve(request).catch((error) => new Response(String(error), { status: 500, headers: CORS })),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    url,
    page(script, search) {
      const id = crypto.randomUUID();
      const { promise, resolve: hand } = Promise.withResolvers<string>();
      pages.set(id, { script, hand });
      return { url: `${url}/pages/${id}/?${new URLSearchParams(search)}`, results: promise };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...stands.keys()].map(close));
      await server.shutdown();
    },
  };
}

async function startHttp1(options: EmulatorOptions): Promise<Stand> {
  const emulator = await startEmulator(options);
  return { emulator, relay: await Relay.start(emulator.port), close: () => emulator.close() };
}

async function startGrpc(options: EmulatorOptions): Promise<Stand> {
  const emulator = await startEmulator(options);
  const { url } = emulator;
  const fetch = (request: Request) => counted(emulator, relay, request);
  const server = await serveGrpc({ url, fetch: fetch as RunningEmulator["fetch"] });
  const relay = await Relay.start(server.port);
  return {
    emulator,
    relay,
    web: url,
    close: async () => {
      await server.close();
      await emulator.close();
    },
  };
}

/** The relay cannot look into HTTP/2, so that the requests are counted, and cut off, here. */
async function counted(emulator: Emulator, relay: Relay, request: Request): Promise<Response> {
  const method = request.method === "POST" ? request.url.split("/").at(-1) ?? "" : "";
  if (method !== "") relay.post(method);
  const cut = relay.take(method);
  try {
    if (cut !== undefined && cut.afterBodyBytes === undefined) throw new Error("cut");
    const answer = await emulator.fetch(request);
    return cut === undefined ? answer : broken(answer, cut.afterBodyBytes ?? 0, relay);
  } catch {
    // A client that left by itself must not take the other calls of its connection along.
    if (!request.signal.aborted) relay.cut();
    return new Response();
  }
}

async function startHttp2(options: EmulatorOptions): Promise<Stand> {
  const emulator = createEmulator(options);
  const serve = async (request: Request): Promise<Response> =>
    await counted(emulator, relay, await withoutSignal(request));
  const [cert, key] = await certificate();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, cert, key },
    serve,
  );
  const relay = await Relay.start(server.addr.port);
  return {
    emulator,
    relay,
    close: async () => {
      emulator.close();
      await server.shutdown();
    },
  };
}

/** The first bytes of an answer, and then a reset. */
async function broken(answer: Response, bytes: number, relay: Relay): Promise<Response> {
  const whole = await answer.bytes();
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(whole.subarray(0, bytes));
      setTimeout(() => relay.cut(), SETTLE_MS);
    },
  });
  return new Response(body, answer);
}

/** Deno's signal of a request aborts also when all went well, and complains when it is looked at. */
async function withoutSignal({ url, method, headers, body }: Request): Promise<Request> {
  const bytes = body === null ? null : await new Response(body).bytes();
  return new Request(url, { method, headers, body: bytes });
}

function stateOf({ emulator, relay }: Stand): State {
  const { requests, ledger, activeStreams } = emulator;
  const { connections, posts, postedOn } = relay;
  return { requests, charges: ledger.charges, activeStreams, connections, posts, postedOn };
}
