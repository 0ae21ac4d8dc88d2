// Where the options come from, what an endpoint may look like, and that making a client changes nothing.
// Runs alone: it changes the environment of the process.

import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import {
  AuthenticationError,
  Client,
  type ClientOptions,
  DEFAULT_ENDPOINT,
  InvalidRequestError,
} from "../../mod.ts";
import { resolveOptions } from "../../src/contract/options.ts";
import { cannedFetch, failureOf, grpcWeb, KEY } from "../support/canned_fetch.ts";
import { hex } from "../support/hex.ts";

type Variables = Partial<Record<"TSETSEN_API_KEY" | "TSETSEN_API_ENDPOINT", string>>;

/** Runs `work` with these two variables and no other values of them. */
async function withEnv<T>(variables: Variables, work: () => T | Promise<T>): Promise<T> {
  const names = ["TSETSEN_API_KEY", "TSETSEN_API_ENDPOINT"] as const;
  const before = names.map((name) => [name, Deno.env.get(name)] as const);
  const set = (name: string, value?: string) =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  for (const name of names) set(name, variables[name]);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
}

/** Where a call of a client with these options goes, and with which key. */
async function destination(options: ClientOptions): Promise<[url: string, key: string | null]> {
  const canned = cannedFetch(() => grpcWeb([hex("08 01")]));
  using client = new Client({ fetch: canned.fetch, maxRetries: 0, ...options });
  await client.getUserBalance();
  const { url, headers } = canned.sent[0]!;
  return [url.replace("/tsetsen.api.v1.TsetsenTTS/GetUserBalance", ""), headers.get("x-api-key")];
}

const ENV_KEY = "tsetsen-development-from-env";

Deno.test("Client takes key and endpoint from the environment", async () => {
  await withEnv({ TSETSEN_API_KEY: ENV_KEY, TSETSEN_API_ENDPOINT: "env.example:7" }, async () => {
    assertEquals(await destination({}), ["https://env.example:7", ENV_KEY]);
    assertEquals(
      await destination({ apiKey: undefined, endpoint: undefined }),
      ["https://env.example:7", ENV_KEY],
    );
  });
});

Deno.test("Client takes an option over the environment", async () => {
  await withEnv({ TSETSEN_API_KEY: "not a key", TSETSEN_API_ENDPOINT: "not a host" }, async () => {
    const found = await destination({ apiKey: KEY, endpoint: "given.example:8" });
    assertEquals(found, ["https://given.example:8", KEY]);
    assertEquals((await destination({ apiKey: null, endpoint: "given.example" }))[1], null);
  });
});

Deno.test("Client reads the environment when it is made, not later", async () => {
  const canned = cannedFetch(() => grpcWeb([hex("08 01")]));
  using client = await withEnv(
    { TSETSEN_API_KEY: ENV_KEY },
    () => new Client({ fetch: canned.fetch }),
  );
  await client.getUserBalance();
  assertEquals(canned.sent[0]!.headers.get("x-api-key"), ENV_KEY);
  assertEquals(new URL(canned.sent[0]!.url).host, DEFAULT_ENDPOINT);
});

Deno.test("Client takes an empty variable as unset, and checks one that is set", async () => {
  await withEnv({ TSETSEN_API_KEY: "", TSETSEN_API_ENDPOINT: "" }, async () => {
    const error = await failureOf(() => new Client());
    assert(error instanceof AuthenticationError);
    assertEquals(error.charged, "no");
    assertStringIncludes(error.message, "TSETSEN_API_KEY");
    assertEquals((await destination({ apiKey: KEY }))[0], "https://api.tsetsen.ai:50051");
  });
  await withEnv({ TSETSEN_API_KEY: "tsetsen-prod-no good" }, async () => {
    const error = await failureOf(() => new Client());
    assert(error instanceof AuthenticationError);
    assert(!error.message.includes("good"));
  });
  await withEnv({ TSETSEN_API_ENDPOINT: "http://env.example" }, async () => {
    const error = await failureOf(() => new Client({ apiKey: KEY }));
    assertMatch(error.message, /^invalid_request: endpoint must be https/);
  });
});

Deno.test("Client refuses an API key for an endpoint, and does not show it", async () => {
  for (const endpoint of [KEY, `https://${KEY}`, `HTTPS://${KEY}/`, `${KEY}/`]) {
    const error = await failureOf(() => new Client({ apiKey: KEY, endpoint }));
    assertMatch(error.message, /^invalid_request: endpoint must be host:port .*: got an API key$/);
  }
  await withEnv({ TSETSEN_API_KEY: "api.tsetsen.ai", TSETSEN_API_ENDPOINT: KEY }, async () => {
    const error = await failureOf(() => new Client());
    assert(!error.message.includes(KEY));
  });
  await withEnv({ TSETSEN_API_ENDPOINT: KEY }, async () => {
    const error = await failureOf(() => new Client({ apiKey: KEY }));
    assertMatch(error.message, /^invalid_request: endpoint must be .* got an API key$/);
  });
  // A host of that name is one with its port.
  assertEquals(
    (await destination({ apiKey: KEY, endpoint: "tsetsen-prod-gateway:443" }))[0],
    "https://tsetsen-prod-gateway",
  );
});

Deno.test("Client takes every form of endpoint", async () => {
  const forms: [endpoint: string, secure: boolean | undefined, url: string][] = [
    ["tts.example", undefined, "https://tts.example"],
    ["tts.example:50051", undefined, "https://tts.example:50051"],
    ["tts.example:443", undefined, "https://tts.example"],
    ["localhost:8080", false, "http://localhost:8080"],
    ["127.0.0.1:8080", false, "http://127.0.0.1:8080"],
    ["[::1]:8080", false, "http://[::1]:8080"],
    ["[::1]:8080", true, "https://[::1]:8080"],
    ["https://tts.example", false, "https://tts.example"],
    ["http://tts.example:81", false, "http://tts.example:81"],
    ["https://tts.example/", undefined, "https://tts.example"],
    ["https://tts.example/a/b", undefined, "https://tts.example/a/b"],
    ["https://tts.example:8443/a/b/", undefined, "https://tts.example:8443/a/b"],
    ["https://tts.example/a///", undefined, "https://tts.example/a"],
    ["tts.example:8443/a", undefined, "https://tts.example:8443/a"],
    ["HTTPS://TTS.example", undefined, "https://tts.example"],
    ["tts.example./", undefined, "https://tts.example."],
    ["tts.example:65535", undefined, "https://tts.example:65535"],
    ["tts.example:8443/http://x", undefined, "https://tts.example:8443/http://x"],
    ["192.0.2.7:50051", undefined, "https://192.0.2.7:50051"],
    ["http://[FE80::1]:81/a", false, "http://[fe80::1]:81/a"],
    ["[::ffff:192.0.2.7]", undefined, "https://[::ffff:c000:207]"],
    ["my_stack-tts_1:50051", undefined, "https://my_stack-tts_1:50051"],
    ["https.example", undefined, "https://https.example"],
    ["цэцэн.mn:50051", undefined, "https://xn--m1ara1ab.mn:50051"],
    ["https://Цэцэн.мон/дуу", undefined, "https://xn--m1ara1ab.xn--l1acc/%D0%B4%D1%83%D1%83"],
  ];
  for (const [endpoint, secure, url] of forms) {
    assertEquals((await destination({ apiKey: KEY, endpoint, secure }))[0], url, endpoint);
  }
});

Deno.test("Client tells a page how to give a path of its own server as endpoint", () => {
  for (const endpoint of ["/tts", "./tts", "//my.site/tts"]) {
    const error = assertThrows(() => new Client({ apiKey: null, endpoint }), InvalidRequestError);
    assertMatch(
      error.message,
      /got a string of .*, relative: .*new URL\("\/tts", location\.href\)\.href/,
    );
  }
});

Deno.test("Client leaves the caller's options alone, and does not see them change later", async () => {
  const canned = cannedFetch(() => grpcWeb([hex("08 01")]));
  const headers: Record<string, string> = { "x-a": "1" };
  const given = {
    apiKey: KEY,
    headers,
    backoff: Object.freeze({ baseDelay: 5 }),
    fetch: canned.fetch,
    interceptors: [],
  };
  const before = structuredClone({ ...given, fetch: undefined });
  using client = new Client(given);
  assertEquals({ ...given, fetch: undefined }, before);
  // Frozen objects are fine, too: nothing writes to them.
  new Client(Object.freeze({ ...given, headers: Object.freeze({ ...headers }) })).close();
  headers["x-a"] = "changed";
  given.apiKey = ENV_KEY;
  const callHeaders = Object.freeze({ "x-b": "2" });
  await client.getUserBalance(Object.freeze({}), Object.freeze({ headers: callHeaders }));
  const [sent] = canned.sent;
  assertEquals(sent!.headers.get("x-a"), "1");
  assertEquals(sent!.headers.get("x-b"), "2");
  assertEquals(sent!.headers.get("x-api-key"), KEY);
});

Deno.test("resolveOptions fills in the documented defaults and freezes the result", () => {
  const resolved = resolveOptions({ apiKey: KEY, endpoint: DEFAULT_ENDPOINT });
  const { timeout, maxRetries, maxConcurrentCalls, maxMessageBytes, backoff } = resolved;
  assertEquals([timeout, maxRetries, maxConcurrentCalls], [30_000, 3, 64]);
  // Each method has a default of its own.
  assertEquals(maxMessageBytes, undefined);
  assertEquals(backoff, { baseDelay: 500, maxDelay: 10_000, backoffFactor: 2, jitter: true });
  assert(Object.isFrozen(resolved));
});

/** Runs a program without the leave to read the environment or to use the network. */
async function runBare(code: string, flags: string[] = []): Promise<string[]> {
  const mod = new URL("../../mod.ts", import.meta.url).href;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/main.ts`, code.replaceAll("$MOD", mod));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--quiet", "--config", config, ...flags, `${dir}/main.ts`],
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    assert(success, text(stderr));
    return [text(stdout), text(stderr)];
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

// Every way out of a module that Deno can be asked about, and what importing leaves behind on the globals.
const IMPORT = `
  const before = Object.getOwnPropertyNames(globalThis).sort().join();
  for (const name of ["setTimeout", "setInterval", "fetch"]) {
    globalThis[name] = () => { throw new Error(name + " at import"); };
  }
  await import("$MOD");
  if (Object.getOwnPropertyNames(globalThis).sort().join() !== before) throw new Error("globals");
`;

Deno.test("mod.ts asks for no permission, prints nothing and starts nothing when it is imported", async () => {
  assertEquals(await runBare(IMPORT), ["", ""]);
});

Deno.test("Client works without leave to read the environment: the variables count as unset", async () => {
  const [out, err] = await runBare(
    `
      import { Client, DEFAULT_ENDPOINT } from "$MOD";
      try {
        new Client();
      } catch (error) {
        console.log(error.name);
      }
      const urls = [];
      const fetch = (url) => (urls.push(url), Promise.resolve(new Response("", { status: 503 })));
      const client = new Client({ apiKey: "tsetsen-prod-a", maxRetries: 0, fetch });
      await client.getUserBalance().catch((error) => console.log(error.name));
      console.log(urls[0].startsWith("https://" + DEFAULT_ENDPOINT));
    `,
    ["--no-check"],
  );
  assertEquals([out, err], ["AuthenticationError\nServiceUnavailableError\ntrue", ""]);
});

Deno.test("Client refuses a key for one call in a page, unless told otherwise", async () => {
  Object.defineProperty(globalThis, "document", { value: {}, configurable: true });
  try {
    const canned = cannedFetch(() => grpcWeb([hex("08 01")]));
    const options = { endpoint: "tts.example", fetch: canned.fetch, maxRetries: 0 };
    using client = new Client({ ...options, apiKey: null });
    const speech = { text: "Сайн", voiceId: "v1", apiKey: KEY };
    const job = { requestId: "r1", apiKey: KEY };
    const calls: [call: () => Promise<unknown>, charged?: string, requestId?: string][] = [
      [() => client.listVoices({ apiKey: KEY })],
      [() => client.getUserBalance({ apiKey: KEY })],
      [() => client.generateSpeech(speech), "no"],
      [() => client.submit(speech), "no"],
      [() => client.streamSpeech(speech).bytes(), "no"],
      [() => client.checkStatus(job), "yes", "r1"],
      [() => client.waitForCompletion(job), "yes", "r1"],
      [() => client.job(job).wait(), "yes", "r1"],
    ];
    for (const [call, charged, requestId] of calls) {
      const error = await failureOf(call);
      assertEquals(error.constructor, AuthenticationError, `${call}`);
      assertEquals([error.charged, error.requestId], [charged, requestId], `${call}`);
      assertMatch(error.message, /apiKey: null.*dangerouslyAllowBrowser: true/);
      assert(!error.message.includes(KEY));
    }
    assertEquals(canned.sent.length, 0);
    await client.getUserBalance();
    using bold = new Client({ ...options, apiKey: null, dangerouslyAllowBrowser: true });
    await bold.getUserBalance({ apiKey: KEY });
    assertEquals(canned.sent.map(({ headers }) => headers.get("x-api-key")), [null, KEY]);
  } finally {
    Reflect.deleteProperty(globalThis, "document");
  }
});

Deno.test("Client refuses a key in a page or a browser's worker, unless told otherwise", () => {
  for (const mark of ["document", "importScripts"]) {
    Object.defineProperty(globalThis, mark, { value: {}, configurable: true });
    try {
      const error = assertThrows(() => new Client({ apiKey: KEY }), AuthenticationError);
      assertMatch(error.message, /apiKey: null.*dangerouslyAllowBrowser: true/);
      assert(!error.message.includes(KEY));
      new Client({ apiKey: null }).close();
      new Client({ apiKey: KEY, dangerouslyAllowBrowser: true }).close();
    } finally {
      Reflect.deleteProperty(globalThis, mark);
    }
  }
  new Client({ apiKey: KEY }).close();
});
