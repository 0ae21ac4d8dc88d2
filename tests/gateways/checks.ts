// The SDK's checks of a gRPC-Web server, and what the server tells of each call.

import { Client, type ClientOptions, TsetsenError } from "../../mod.ts";
import { equal, ok, rejected, sleep } from "../hosts/assert.ts";

/** What a server printed of a call. */
export interface Told {
  readonly id: string;
  readonly event: "begin" | "end";
  readonly method?: string;
  readonly key?: string;
  /** Milliseconds until the deadline when the call came; `null` without one. */
  readonly left?: number | null;
  /** The call's x-api-key, x-goog-api-key and x-user-agent. */
  readonly headers?: readonly string[];
  readonly how?: "done" | "left";
  readonly sent?: number;
  /** When this process read it. */
  readonly at: number;
}

/** A running server, as a check sees it. */
export interface Subject {
  readonly url: string;
  /** Headers that its users must give to the client. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The line that a server printed, as soon as it did; `undefined` after `ms` milliseconds without it. */
  told(id: string, event: Told["event"], ms: number): Promise<Told | undefined>;
}

/** Facts of a server that are not right or wrong, for its row. */
export type Facts = Record<string, string>;

export interface Check {
  readonly name: string;
  run(subject: Subject, facts: Facts): Promise<void>;
}

const KEY = "tsetsen-development-gateways";
const REQUEST = { text: "Сайн байна уу?", voiceId: "bold", version: "beta-v0.2" } as const;
/** How long a check waits for a server to notice that its caller is gone. */
const NOTICE_MS = 9_000;
let count = 0;

type Script = Readonly<Record<string, string | number>>;

/** A client, and the call's headers with its script. */
function call(subject: Subject, script: Script, options: ClientOptions = {}) {
  const id = `${++count}`;
  const pairs = Object.entries({ id, ...script });
  const header = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join(";");
  const client = new Client({
    endpoint: subject.url,
    apiKey: KEY,
    secure: false,
    maxRetries: 0,
    timeout: 10_000,
    headers: { ...subject.headers, "x-script": header },
    ...options,
  });
  return { id, client };
}

async function all(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: number[] = [];
  for await (const chunk of stream) parts.push(...chunk);
  return new Uint8Array(parts);
}

const STATUSES: readonly (readonly [name: string, charged: string])[] = [
  ["ServerError", "unknown"],
  ["ServerError", "unknown"],
  ["InvalidRequestError", "no"],
  ["TimeoutError", "unknown"],
  ["ResourceNotFoundError", "no"],
  ["ResourceNotFoundError", "unknown"],
  ["PermissionDeniedError", "no"],
  ["RateLimitExceededError", "no"],
  ["InvalidRequestError", "no"],
  ["ServerError", "unknown"],
  ["InvalidRequestError", "no"],
  ["ServerError", "no"],
  ["ServerError", "unknown"],
  ["ServiceUnavailableError", "unknown"],
  ["ServerError", "unknown"],
  ["AuthenticationError", "no"],
];

async function statuses(subject: Subject, way: "unary" | "before" | "after"): Promise<void> {
  for (const [index, [name, charged]] of STATUSES.entries()) {
    const code = index + 1;
    const script = way === "unary" ? { code } : { code, after: way === "before" ? 0 : 2 };
    const { client } = call(subject, { ...script, message: `It is ${code}.` });
    using _ = client;
    const work = way === "unary"
      ? client.generateSpeech(REQUEST)
      : all(client.streamSpeech(REQUEST));
    const error = await rejected(work);
    ok(error instanceof TsetsenError, `status ${code}: ${error}`);
    const paid = way === "after" ? "yes" : charged;
    equal([error.name, error.statusCode, error.charged, error.rawMessage], [
      name,
      code,
      paid,
      `It is ${code}.`,
    ]);
  }
}

/** Tells how long after `at` the server noticed, in words. */
async function noticed(subject: Subject, id: string, at: number): Promise<string> {
  const end = await subject.told(id, "end", NOTICE_MS);
  if (end === undefined || end.how !== "left") return "never";
  const ms = Math.max(0, end.at - at);
  return ms < 300 ? "at once" : `after ${(ms / 1000).toFixed(1)} s`;
}

/** A stream that is cancelled after its first chunk. */
async function cancelled(subject: Subject, script: Script): Promise<string> {
  const { id, client } = call(subject, script);
  using _ = client;
  const stream = client.streamSpeech(REQUEST);
  await stream.next();
  await sleep(100);
  const at = performance.now();
  await stream.cancel();
  return await noticed(subject, id, at);
}

export const checks: readonly Check[] = [
  {
    name: "Client.getUserBalance reads the answer",
    async run(subject) {
      const { client } = call(subject, {});
      using _ = client;
      equal((await client.getUserBalance()).credits, 1234);
    },
  },
  {
    name: "Client.listVoices reads Cyrillic",
    async run(subject) {
      const { client } = call(subject, {});
      using _ = client;
      equal((await client.listVoices()).voices[0]?.name, "Болд");
    },
  },
  {
    name: "Client sends the key in the message and in both headers, its name, and its deadline",
    async run(subject) {
      const { id, client } = call(subject, {});
      using _ = client;
      await client.generateSpeech(REQUEST, { timeout: 5_000 });
      const begin = await subject.told(id, "begin", 1_000);
      equal([begin?.key, ...begin?.headers?.slice(0, 2) ?? []], [KEY, KEY, KEY]);
      ok(begin?.headers?.[2]?.startsWith("tsetsen-sdk-ts/"), "no x-user-agent");
      const { left } = begin!;
      ok(left != null && left > 2_000 && left <= 5_000, `the deadline is ${left} ms`);
    },
  },
  {
    name: "Client sends a text of 60 kB",
    async run(subject) {
      const { client } = call(subject, {});
      using _ = client;
      const text = "уншина ".repeat(4_600);
      equal((await client.generateSpeech({ ...REQUEST, text })).requestId, "job-1");
    },
  },
  {
    name: "Client has fifty calls answered at once",
    async run(subject) {
      const { client } = call(subject, {});
      using _ = client;
      const answers = await Promise.all(Array.from({ length: 50 }, () => client.getUserBalance()));
      ok(answers.every(({ credits }) => credits === 1234), "other answers");
    },
  },
  {
    name: "SpeechStream gives the service's bytes",
    async run(subject) {
      const { client } = call(subject, { bytes: 4_801, chunks: 6 });
      using _ = client;
      const bytes = await all(client.streamSpeech(REQUEST));
      equal(bytes.length, 28_806);
      ok(bytes.every((byte, index) => byte === (index * 7 & 255)), "other bytes");
    },
  },
  {
    name: "SpeechStream gives chunks of 1 MB",
    async run(subject) {
      const { client } = call(subject, { bytes: 1_000_000, chunks: 3 });
      using _ = client;
      let length = 0;
      for await (const chunk of client.streamSpeech(REQUEST)) length += chunk.length;
      equal(length, 3_000_000);
    },
  },
  {
    name: "SpeechStream gives the first audio while the rest is not made",
    async run(subject) {
      const { id, client } = call(subject, { interval: 300, chunks: 5 });
      using _ = client;
      const stream = client.streamSpeech(REQUEST);
      await stream.next();
      equal(await subject.told(id, "end", 0), undefined, "the end");
      await stream.cancel();
    },
  },
  ...(["unary", "before", "after"] as const).map((way): Check => ({
    name: `Client makes the right class of every status, ${
      { unary: "of a unary call", before: "before a stream", after: "in a stream" }[way]
    }`,
    run: (subject) => statuses(subject, way),
  })),
  {
    name: "Client reads messages of errors in any script",
    async run(subject) {
      for (const message of ["Үлдэгдэл 100 % биш: «дахин» 🎙️", "second\nline\tand 50%25"]) {
        const { client } = call(subject, { code: 13, message });
        using _ = client;
        equal((await rejected(client.getUserBalance()) as TsetsenError).rawMessage, message);
      }
    },
  },
  {
    name: "Client keeps the trailing metadata of an error as details",
    async run(subject) {
      for (const way of ["unary", "stream"]) {
        const { client } = call(subject, { code: 9, message: "no", after: 1 });
        using _ = client;
        const work = way === "unary"
          ? client.generateSpeech(REQUEST)
          : all(client.streamSpeech(REQUEST));
        equal((await rejected(work) as TsetsenError).details["x-trace"], "abc", way);
      }
    },
  },
  {
    name: "Client ends a unary call at its deadline, and the service ends, too",
    async run(subject, facts) {
      const { id, client } = call(subject, { hang: 1 }, { timeout: 500 });
      using _ = client;
      const at = performance.now() + 500;
      const error = await rejected(client.generateSpeech(REQUEST)) as TsetsenError;
      equal([error.name, error.code, error.charged], ["TimeoutError", "timeout", "unknown"]);
      facts["deadline, unary"] = await noticed(subject, id, at);
      ok(facts["deadline, unary"] !== "never", "the service goes on");
    },
  },
  {
    name: "Client ends a stream at its deadline, and the service ends, too",
    async run(subject, facts) {
      const { id, client } = call(subject, { hang: 1, after: 1 });
      using _ = client;
      const at = performance.now() + 600;
      const error = await rejected(
        all(client.streamSpeech(REQUEST, { timeout: 600 })),
      ) as TsetsenError;
      equal([error.name, error.code], ["TimeoutError", "timeout"]);
      facts["deadline, stream"] = await noticed(subject, id, at);
      ok(facts["deadline, stream"] !== "never", "the service goes on");
    },
  },
  {
    name: "Client cancels a unary call, and the service ends, too",
    async run(subject, facts) {
      const { id, client } = call(subject, { hang: 1 });
      using _ = client;
      const controller = new AbortController();
      const work = rejected(client.generateSpeech(REQUEST, { signal: controller.signal }));
      ok(await subject.told(id, "begin", 3_000), "the call did not come");
      const at = performance.now();
      controller.abort(new Error("enough"));
      equal(`${await work}`, "Error: enough");
      facts["cancel, unary"] = await noticed(subject, id, at);
      ok(facts["cancel, unary"] !== "never", "the service goes on");
    },
  },
  {
    name: "SpeechStream.cancel ends the synthesis while it makes chunks",
    async run(subject, facts) {
      const came = facts["cancel, making"] = await cancelled(subject, {
        interval: 100,
        chunks: 70,
      });
      ok(came !== "never", "the service goes on");
    },
  },
  {
    name: "SpeechStream.cancel ends the synthesis while it is silent",
    async run(subject, facts) {
      const came = facts["cancel, silent"] = await cancelled(subject, { hang: 1, after: 1 });
      ok(came !== "never", "the service goes on");
    },
  },
  {
    name: "A page may ask, with every header of the SDK",
    async run(subject, facts) {
      const path = "/tsetsen.api.v1.TsetsenTTS/GetUserBalance";
      const asked = "content-type,grpc-timeout,x-api-key,x-goog-api-key,x-grpc-web,x-user-agent";
      const response = await fetch(subject.url + path, {
        method: "OPTIONS",
        headers: {
          origin: "https://my.site",
          "access-control-request-method": "POST",
          "access-control-request-headers": asked,
        },
      });
      await response.body?.cancel();
      const allowed = response.headers.get("access-control-allow-headers")?.toLowerCase() ?? "";
      const open = response.ok && response.headers.has("access-control-allow-origin") &&
        (allowed === "*" || asked.split(",").every((name) => allowed.includes(name)));
      facts["preflight"] = open ? "answered" : "**refused**";
    },
  },
  {
    name: "An error of a unary call stands where the protocol lets it",
    async run(subject, facts) {
      for (
        const [method, name] of [["GetUserBalance", "errors, unary"], [
          "StreamSpeech",
          "errors, stream",
        ]] as const
      ) {
        const response = await fetch(`${subject.url}/tsetsen.api.v1.TsetsenTTS/${method}`, {
          method: "POST",
          headers: {
            "content-type": "application/grpc-web+proto",
            accept: "application/grpc-web+proto",
            "x-grpc-web": "1",
            "x-script": "id=raw;code=5;message=no;after=0",
          },
          body: new Uint8Array(5),
        });
        const body = new TextDecoder().decode(await response.bytes());
        const inHeaders = response.headers.get("grpc-status") === "5";
        ok(inHeaders || /grpc-status: ?5/i.test(body), "no grpc-status");
        facts[name] = inHeaders ? "headers" : "trailers frame";
      }
    },
  },
];
