// What a case is given: a service of its own behind a socket, and a hand on its faults.

import { type BaseClient, Client as DefaultClient, type ClientOptions } from "@tsetsen/sdk";
import type { EmulatorOptions, Fault, RecordedRequest, Route } from "../../src/emulator/mod.ts";

/** What a host can do, and where the control server is. */
export interface Context {
  /** Where the control server is. */
  readonly control: string;
  /** Runs the garbage collector, on hosts that let it be asked. */
  readonly gc?: () => void | Promise<void>;
  /** Whether calls that cost need HTTP/2 to be sent once: browsers send again over HTTP/1.1. Default false. */
  readonly needsHttp2?: boolean;
  /** Whether the host tells a connection that was never made from one that was lost. Default true. */
  readonly provesRefusal?: boolean;
  /** Whether the host has an HTTP/2 client for native gRPC. Default true. */
  readonly hasHttp2?: boolean;
  /** The client that the suite is run with. Default: that of `@tsetsen/sdk`. */
  readonly Client?: new (options: Omit<ClientOptions, "transport">) => BaseClient;
  /** Makes a transport for an endpoint, on hosts that run the suite over native gRPC. Default: gRPC-Web. */
  readonly transport?: (endpoint: string) => NonNullable<ClientOptions["transport"]>;
  /** Where a part of a case can be run in another request, on hosts where that is another place. */
  readonly partsUrl?: string;
}

/** One behaviour that is the same on every host. */
export interface Case<C = Context> {
  /** The row of the table. */
  readonly group: string;
  /** A sentence that begins with the symbol. */
  readonly name: string;
  /** Why it is not about native gRPC, if it is about gRPC-Web alone. */
  readonly webOnly?: string;
  /** Throws when it fails. What it answers must be the same on all hosts. */
  run(context: C): Promise<unknown>;
}

/** Options of a stand: those of the emulator that are JSON, and a text whose jobs fail. */
export interface StandOptions extends Omit<EmulatorOptions, "clock" | "failWhen"> {
  readonly failText?: string;
  /** Serves https, where HTTP/2 is spoken. Only for hosts that take any certificate. */
  readonly http2?: boolean;
  /** Serves native gRPC. */
  readonly grpc?: boolean;
}

/** A connection that is reset (RST), as no fault of the emulator can do it. */
export interface LineFault {
  readonly method: Route;
  /** Bytes of the answer's body to let through; without it the service never hears of the request. */
  readonly afterBodyBytes?: number;
  /** How many requests it hits. Default 1. */
  readonly times?: number;
}

/** What the service saw. */
export interface State {
  readonly requests: readonly RecordedRequest[];
  readonly charges: readonly { readonly kind: string; readonly account: number }[];
  readonly activeStreams: number;
  /** Connections so far. */
  readonly connections: number;
  /** The methods of the POSTs that arrived, and the number of the connection that each came on at the latest. */
  readonly posts: readonly string[];
  readonly postedOn: readonly number[];
}

/** A service of one case's own. */
export class Stand implements AsyncDisposable {
  private constructor(
    readonly context: Context,
    readonly control: string,
    /** Where calls go. */
    readonly url: string,
    /** Where audio is. */
    readonly web: string,
    readonly apiKey: string,
  ) {}

  static async open(context: Context, options: StandOptions = {}): Promise<Stand> {
    const { control, transport } = context;
    const grpc = transport !== undefined;
    const made = await ask(`${control}/stands`, { queueTime: 0, pace: 0, grpc, ...options });
    const { id, url, web, apiKey } = made as Record<string, string>;
    return new Stand(context, `${control}/stands/${id}`, url!, web!, apiKey!);
  }

  /** A client of it, quick to retry. */
  client(options: ClientOptions = {}): BaseClient {
    const { endpoint = this.url } = options;
    const { Client, transport } = this.context;
    const all: ClientOptions = {
      endpoint,
      apiKey: this.apiKey,
      secure: false,
      dangerouslyAllowBrowser: true,
      backoff: { baseDelay: 20, jitter: false },
      timeout: 10_000,
      ...options,
    };
    // What a case gives, above all, is a transport of Connect's, which only the default takes.
    if (Client !== undefined && all.transport === undefined) return new Client(all);
    return new DefaultClient({ transport: transport?.(endpoint), ...all });
  }

  async fault(fault: Fault): Promise<void> {
    await ask(`${this.control}/faults`, fault);
  }

  async line(fault: LineFault): Promise<void> {
    await ask(`${this.control}/line`, fault);
  }

  async state(): Promise<State> {
    return await ask(this.control) as State;
  }

  /** The requests of one method. */
  async requests(method: Route): Promise<readonly RecordedRequest[]> {
    return (await this.state()).requests.filter((request) => request.method === method);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await ask(`${this.control}/close`, {});
  }
}

/** Asks the control server. Text and not JSON by type, so that browsers need not ask beforehand. */
export async function ask(url: string, body?: unknown): Promise<unknown> {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`control: ${await response.text()}`);
  return await response.json();
}

/** A request for speech that the emulator accepts. */
export const SPEECH = {
  text: "Сайн байна уу? Өнөөдөр тэнгэр цэлмэг байна.",
  voiceId: "emulator-v2-bold",
  version: "beta-v0.2",
} as const;
