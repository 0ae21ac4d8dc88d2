// Pages in the real Chromium, and everything that they were sent.

import { Buffer } from "node:buffer";
import { connect, createServer, type Server, type Socket } from "node:net";
import { findChromium } from "../hosts/tools.ts";
import { load } from "./tools.ts";

/** A part of playwright-core's API. */
export interface Browser {
  newPage(options?: object): Promise<Page>;
  close(): Promise<void>;
}

/** A part of playwright-core's API. Expressions are run as they stand: a page's CSP forbids it to eval. */
export interface Page {
  setDefaultTimeout(ms: number): void;
  goto(url: string): Promise<unknown>;
  evaluate<T>(expression: string): Promise<T>;
  addInitScript(script: { content: string }): Promise<unknown>;
  locator(selector: string, options?: { hasText: string | RegExp }): {
    waitFor(): Promise<void>;
    textContent(): Promise<string>;
  };
  waitForEvent(name: "download"): Promise<Download>;
  on(event: "pageerror" | "console", listener: (what: unknown) => void): void;
  readonly keyboard: {
    press(key: string): Promise<void>;
    insertText(text: string): Promise<void>;
  };
  close(): Promise<void>;
}

interface Download {
  path(): Promise<string>;
  suggestedFilename(): string;
}

/** Whether tests in it are passed over, visibly: there is none, and it is not CI, which must have one. */
export function isChromiumMissing(): boolean {
  try {
    findChromium();
    return false;
  } catch {
    return !Deno.env.get("CI");
  }
}

/** How long a start, a navigation or a wait for an element may take: what playwright gives is too short beside other work. */
const PATIENCE_MS = 120_000;

/** Starts Chromium with an empty profile. */
export async function launch(more: readonly string[] = []): Promise<Browser> {
  const { chromium } = await load<{ chromium: { launch(options: object): Promise<Browser> } }>(
    "playwright-core",
  );
  const browser = await chromium.launch({
    executablePath: findChromium(),
    timeout: PATIENCE_MS,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...more,
    ],
  });
  return {
    async newPage(options) {
      const page = await browser.newPage(options);
      page.setDefaultTimeout(PATIENCE_MS);
      return page;
    },
    close: () => browser.close(),
  };
}

/** Stands between a browser and a server, and keeps every byte that the browser gets. */
export class Listener implements AsyncDisposable {
  readonly #received: Uint8Array[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(port: number) {
    this.#server = createServer((browser) => {
      const server = connect(port, "127.0.0.1");
      for (const socket of [browser, server]) {
        this.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          this.#sockets.delete(socket);
          browser.destroy();
          server.destroy();
        });
      }
      server.on("data", (data: Uint8Array) => this.#received.push(data));
      browser.pipe(server);
      server.pipe(browser);
    });
  }

  static async start(port: number): Promise<Listener> {
    const listener = new Listener(port);
    await new Promise<void>((resolve) => listener.#server.listen(0, "127.0.0.1", resolve));
    return listener;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}/`;
  }

  /** Whether the browser was sent this. */
  heard(text: string): boolean {
    return Buffer.concat(this.#received).includes(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
