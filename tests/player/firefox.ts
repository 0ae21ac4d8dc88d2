// Pages in the real Firefox, driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/). PulseAudio stands for a loudspeaker:
// without one, an AudioContext of Firefox never runs.

import { type Running, start } from "../hosts/process.ts";

/** What the tests need of a page, in any browser. */
export interface TestPage {
  goto(url: string): Promise<unknown>;
  evaluate<T>(expression: string): Promise<T>;
  on(event: "pageerror", listener: (error: unknown) => void): void;
  readonly keyboard: { press(key: string): Promise<void> };
  close(): Promise<void>;
}

/** What the tests need of a browser. */
export interface TestBrowser {
  newPage(): Promise<TestPage>;
  close(): Promise<void>;
}

/** Firefox listens when it prints this. */
const LISTENING = /WebDriver BiDi listening on (ws:\/\/\S+)/;

/** A page may sound after a gesture only, also where nobody hears it. */
const PREFERENCES = 'user_pref("media.autoplay.default", 1);\n' +
  'user_pref("media.autoplay.blocking_policy", 0);\n' +
  'user_pref("media.autoplay.block-webaudio", true);\n';

const FIREFOX = Deno.env.get("TSETSEN_FIREFOX") ?? "/usr/bin/firefox-esr";
const PULSEAUDIO = "/usr/bin/pulseaudio";

/** Whether tests in it are ignored, visibly. */
export function isFirefoxMissing(): boolean {
  try {
    return ![FIREFOX, PULSEAUDIO].every((program) => Deno.statSync(program).isFile);
  } catch {
    return true;
  }
}

/** Starts Firefox with an empty profile. */
export async function launchFirefox(): Promise<TestBrowser> {
  const folder = await Deno.makeTempDir({ prefix: "tsetsen-firefox-" });
  const processes: Running[] = [];
  const end = async () => {
    for (const process of processes) await process[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  };
  try {
    const socket = `${folder}/native`;
    const loudspeaker = startLoudspeaker(folder, socket);
    processes.push(loudspeaker);
    let hasEnded = false;
    loudspeaker.process.status.then(() => hasEnded = true);
    while (!await Deno.lstat(socket).catch(() => undefined)) {
      if (hasEnded) throw new Error("PulseAudio ended before it listened");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const profile = `${folder}/profile`;
    await Deno.mkdir(profile);
    await Deno.writeTextFile(`${profile}/user.js`, PREFERENCES);
    const options = ["--headless", "--no-remote", "--remote-debugging-port", "0"];
    const firefox = start(FIREFOX, [...options, "--profile", profile], {
      stderr: "piped",
      env: { PULSE_SERVER: `unix:${socket}` },
    });
    processes.unshift(firefox);
    const connection = await Connection.open(await address(firefox.process.stderr));
    await connection.send("session.new", { capabilities: {} });
    await connection.send("session.subscribe", { events: ["log.entryAdded"] });
    return {
      newPage: () => openPage(connection),
      close: async () => {
        connection.close();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Starts a loudspeaker that nobody hears. */
function startLoudspeaker(folder: string, socket: string): Running {
  return start(PULSEAUDIO, [
    "-n",
    "--daemonize=no",
    "--exit-idle-time=-1",
    "--use-pid-file=no",
    "--disable-shm",
    "--load=module-null-sink rate=48000",
    `--load=module-native-protocol-unix socket=${socket} auth-anonymous=1`,
  ], { env: { HOME: folder, PULSE_RUNTIME_PATH: folder } });
}

/** Reads the address that Firefox prints, and drains what it prints later. */
async function address(stderr: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let said = "";
  const reader = stderr.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Firefox ended before it listened: ${said}`);
    said += value;
    const found = LISTENING.exec(said);
    if (found === null) continue;
    reader.releaseLock();
    return `${found[1]}/session`;
  }
}

async function openPage(connection: Connection): Promise<TestPage> {
  const { context } = await connection.send<{ context: string }>("browsingContext.create", {
    type: "tab",
  });
  return {
    goto: (url) => connection.send("browsingContext.navigate", { context, url, wait: "complete" }),
    async evaluate<T>(expression: string): Promise<T> {
      const answer = await connection.send<Evaluation>("script.evaluate", {
        // As JSON: BiDi has a notation of its own for values.
        expression: `(async () => JSON.stringify(await (${expression})))()`,
        target: { context },
        awaitPromise: true,
      });
      if (answer.type === "exception") throw new Error(answer.exceptionDetails?.text);
      const { value } = answer.result ?? {};
      return (value === undefined ? undefined : JSON.parse(value)) as T;
    },
    on: (_event, listener) => connection.onError(context, listener),
    keyboard: {
      press: async (value) => {
        const actions = [{ type: "keyDown", value }, { type: "keyUp", value }];
        await connection.send("input.performActions", {
          context,
          actions: [{ type: "key", id: "keyboard", actions }],
        });
      },
    },
    close: async () => {
      await connection.send("browsingContext.close", { context });
    },
  };
}

interface Evaluation {
  readonly type: "success" | "exception";
  readonly result?: { readonly value?: string };
  readonly exceptionDetails?: { readonly text: string };
}

interface Message {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
  readonly params?: {
    readonly type?: string;
    readonly level?: string;
    readonly text?: string;
    readonly source?: { readonly context?: string };
  };
}

/** Commands and their answers on one WebSocket. */
class Connection {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #listeners = new Map<string, (error: unknown) => void>();
  #commands = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = () => {
      for (const { reject } of this.#answers.values()) reject(new Error("Firefox has ended"));
    };
  }

  static async open(url: string): Promise<Connection> {
    const socket = new WebSocket(url);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = (event) => reject((event as ErrorEvent).error ?? new Error("no WebSocket"));
    });
    return new Connection(socket);
  }

  /** Sends a command. @returns Its result. */
  async send<T>(method: string, params: object): Promise<T> {
    const id = ++this.#commands;
    const answer = Promise.withResolvers<unknown>();
    this.#answers.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return await answer.promise as T;
  }

  onError(context: string, listener: (error: unknown) => void): void {
    this.#listeners.set(context, listener);
  }

  close(): void {
    this.#socket.close();
  }

  #receive({ id, result, error, message, params }: Message): void {
    if (id !== undefined) {
      const answer = this.#answers.get(id);
      this.#answers.delete(id);
      if (error === undefined) answer?.resolve(result);
      else answer?.reject(new Error(`${error}: ${message}`));
    } else if (params?.type === "javascript" && params.level === "error") {
      this.#listeners.get(params.source?.context ?? "")?.(new Error(params.text));
    }
  }
}
