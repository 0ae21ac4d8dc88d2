// What the proxy's tests share: an emulator, a proxy before it, a client as a page has it, and a tee on the wire
// between page and proxy.

import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { Client, type ClientOptions } from "../../mod.ts";
import { startEmulator, type StartOptions } from "../../src/emulator/mod.ts";
import { createProxy, type ProxyEvent, type ProxyOptions } from "../../src/proxy/mod.ts";
import { concat } from "../support/hex.ts";

export const ALL = [
  "ListVoices",
  "GenerateSpeech",
  "CheckStatus",
  "GetUserBalance",
  "StreamSpeech",
] as const;

export const SERVICE = "tsetsen.api.v1.TsetsenTTS";

/** A proxy on a port before a service, and what the page's side of its connections received. */
export function startProxy(
  options: ProxyOptions<Deno.ServeHandlerInfo<Deno.NetAddr>>,
  client: ClientOptions = {},
) {
  const events: ProxyEvent[] = [];
  const handler = createProxy({
    secure: false,
    methods: ALL,
    log: (e) => events.push(e),
    ...options,
  });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  const tee = startTee(server.addr.port);
  const url = `http://127.0.0.1:${tee.port}/tts`;
  const page = new Client({ apiKey: null, endpoint: url, secure: false, maxRetries: 0, ...client });
  return {
    events,
    page,
    url,
    received: tee.received,
    /** How many connections are open between page and proxy. */
    connections: tee.connections,
    async [Symbol.asyncDispose]() {
      page.close();
      tee.close();
      await server.shutdown();
    },
  };
}

export async function setUp(
  options: ProxyOptions<Deno.ServeHandlerInfo<Deno.NetAddr>> = {},
  emulated: StartOptions = {},
  client: ClientOptions = {},
) {
  const emulator = await startEmulator({ queueTime: 0, pace: 0, ...emulated });
  const proxy = startProxy({ apiKey: emulator.apiKey, endpoint: emulator.url, ...options }, client);
  return {
    ...proxy,
    emulator,
    voice: emulator.voices.find(({ version }) => version === "beta-v0.1")!.id,
    liveVoice: emulator.voices.find(({ version }) => version === "beta-v0.2")!.id,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await emulator.close();
    },
  };
}

/** Passes a port's bytes through and keeps what goes to the page. */
function startTee(to: number) {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const chunks: Uint8Array[] = [];
  const open = new Set<Deno.Conn>();
  const pump = async (from: Deno.Conn, into: Deno.Conn, seen?: (chunk: Uint8Array) => void) => {
    try {
      for await (const chunk of from.readable) {
        seen?.(chunk.slice());
        for (let at = 0; at < chunk.length;) at += await into.write(chunk.subarray(at));
      }
    } catch { /* one side went away */ }
    for (const conn of [from, into]) {
      open.delete(conn);
      try {
        conn.close();
      } catch { /* closed already */ }
    }
  };
  (async () => {
    for await (const page of listener) {
      const proxy = await Deno.connect({ port: to, hostname: "127.0.0.1" });
      open.add(page).add(proxy);
      pump(page, proxy);
      pump(proxy, page, (chunk) => chunks.push(chunk));
    }
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    received: () => new TextDecoder("latin1").decode(concat(...chunks)),
    connections: () => open.size / 2,
    close() {
      listener.close();
      for (const conn of open) {
        try {
          conn.close();
        } catch { /* closed already */ }
      }
    },
  };
}

/** A service of the test's own making. */
export function startUpstream(handler: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A call by bare fetch, as a page of `origin` would send it. */
export async function post<Desc extends DescMessage>(
  url: string,
  method: string,
  schema: Desc,
  message: MessageInitShape<Desc>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return await fetch(`${url}/${SERVICE}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/grpc-web+proto", ...headers },
    body: framed(0, toBinary(schema, create(schema, message))),
  });
}

export function framed(flags: number, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(5 + data.length);
  bytes[0] = flags;
  new DataView(bytes.buffer).setUint32(1, data.length);
  bytes.set(data, 5);
  return bytes;
}

export function trailers(lines: Record<string, string>): Uint8Array<ArrayBuffer> {
  const text = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return framed(0x80, new TextEncoder().encode(text));
}

export function unframe<Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
): MessageShape<Desc> {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  return fromBinary(schema, bytes.subarray(5, 5 + length));
}
