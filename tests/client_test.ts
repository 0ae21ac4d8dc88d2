import { assert, assertEquals } from "@std/assert";
import {
  Code,
  ConnectError,
  createRouterTransport,
  type Interceptor,
  type Transport,
} from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { TsetsenTTS } from "../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import {
  AuthenticationError,
  Client,
  ClientClosedError,
  ConnectionError,
  Gender,
  RequestStatus,
  ResourceNotFoundError,
  ServerError,
  ServiceUnavailableError,
  TsetsenError,
  VERSION,
} from "../mod.ts";
import { serveGrpc } from "../src/emulator/native.ts";
import { closedPort } from "./support/raw_server.ts";
import {
  clientOf,
  failure,
  GENERATE,
  KEY,
  QUICK,
  rejection,
  type Rig,
  setUp,
  STREAM,
  TEXT,
} from "./support/rig.ts";
import { until } from "./support/until.ts";

const V2 = "beta-v0.2";

Deno.test("Client.listVoices lists the voices of a version", async () => {
  await using rig = await setUp();
  const { voices } = await rig.client.listVoices();
  assertEquals(voices, [
    voice("emulator-v1-sarnai", "Сарнай", Gender.FEMALE),
    voice("emulator-v1-bold", "Болд", Gender.MALE),
  ]);
  function voice(id: string, name: string, gender: Gender) {
    const previewUrl = `${rig.emulator.url}/audio/voice-${id}.wav`;
    return { id, name, gender, language: "mn", previewUrl };
  }
  const newer = await rig.client.listVoices({ version: V2, skipCache: true });
  assertEquals(newer.voices.length, 4);
  assertEquals(rig.emulator.requests.map(({ message }) => message), [
    { apiKey: KEY, version: "beta-v0.1", skipCache: false },
    { apiKey: KEY, version: V2, skipCache: true },
  ]);
});

Deno.test("Client.generateSpeech submits a text and is charged for it", async () => {
  await using rig = await setUp({ emulator: { queueTime: 60_000 } });
  const { requestId, status } = await rig.client.generateSpeech(GENERATE);
  assertEquals(status, RequestStatus.PENDING);
  await rig.client.generateSpeech({ text: TEXT, voiceId: STREAM.voiceId, speed: 1.5, version: V2 });
  assertEquals(rig.emulator.jobs[0]?.requestId, requestId);
  assertEquals(rig.emulator.ledger.charges.map(({ credits }) => credits), [14, 14]);
  assertEquals(rig.emulator.requests.map(({ message }) => message), [
    { apiKey: KEY, ...GENERATE, speed: 1, version: "beta-v0.1" },
    { apiKey: KEY, ...STREAM, speed: 1.5, version: V2 },
  ]);
});

Deno.test("Client.checkStatus takes an id or a request", async () => {
  await using rig = await setUp();
  const { requestId } = await rig.client.generateSpeech(GENERATE);
  const byId = await rig.client.checkStatus(requestId);
  assertEquals(await rig.client.checkStatus({ requestId }), byId);
  assertEquals([byId.requestId, byId.status], [requestId, RequestStatus.COMPLETED]);
  const polls = rig.sent("CheckStatus").map(({ message }) => message);
  assertEquals(polls, [{ apiKey: KEY, requestId }, { apiKey: KEY, requestId }]);
});

Deno.test("Client.getUserBalance tells the credits left", async () => {
  await using rig = await setUp();
  await rig.client.generateSpeech(GENERATE);
  assertEquals(await rig.client.getUserBalance(), { credits: 100_000 - 14 });
});

Deno.test("Client.streamSpeech streams with beta-v0.2 when no version is said", async () => {
  await using rig = await setUp();
  const pcm = await rig.client.streamSpeech({ ...STREAM, speed: 2 }).bytes();
  assert(pcm.length > 10_000);
  assertEquals(rig.emulator.requests[0]?.message, {
    apiKey: KEY,
    ...STREAM,
    speed: 2,
    version: V2,
  });
  assertEquals(rig.emulator.ledger.charges.map(({ kind }) => kind), ["stream"]);
});

/** Calls every method once. */
async function callAll(
  rig: Rig,
  client: Client,
  apiKey?: string,
  headers?: Record<string, string>,
) {
  const key = apiKey === undefined ? {} : { apiKey };
  const options = headers === undefined ? {} : { headers };
  await client.listVoices({ ...key }, options);
  const { requestId } = await client.generateSpeech({ ...GENERATE, ...key }, options);
  await client.checkStatus({ requestId, ...key }, options);
  await client.waitForCompletion({ requestId, ...key }, options);
  await client.getUserBalance({ ...key }, options);
  await client.streamSpeech({ ...STREAM, ...key }, options).bytes();
  assertEquals(rig.emulator.requests.length, 6);
}

Deno.test("Client sends its key in the message and in both headers, and its version in x-user-agent", async () => {
  await using rig = await setUp();
  await callAll(rig, rig.client);
  for (const { headers, message, httpMethod, method, url } of rig.emulator.requests) {
    assertEquals(httpMethod, "POST");
    assertEquals(url, `${rig.emulator.url}/tsetsen.api.v1.TsetsenTTS/${method}`);
    assertEquals(message?.["apiKey"], KEY);
    assertEquals([headers["x-api-key"], headers["x-goog-api-key"]], [KEY, KEY]);
    assert(headers["x-user-agent"]!.startsWith(`tsetsen-sdk-ts/${VERSION}`));
    assertEquals(headers["content-type"], "application/grpc-web+proto");
    assert(headers["grpc-timeout"] !== undefined || method === "StreamSpeech");
  }
});

Deno.test("Client sends the key of a request instead of its own", async () => {
  const apiKey = "tsetsen-prod-of_this-call";
  await using rig = await setUp({ emulator: { allowAnyKey: true } });
  await callAll(rig, rig.client, apiKey);
  for (const { headers, message } of rig.emulator.requests) {
    assertEquals([message?.["apiKey"], headers["x-api-key"], headers["x-goog-api-key"]], [
      apiKey,
      apiKey,
      apiKey,
    ]);
  }
});

Deno.test("Client without a key, for a proxy, sends none", async () => {
  await using rig = await setUp();
  const error = await rejection(rig.open({ apiKey: null }).getUserBalance()) as { code: string };
  assertEquals(error.code, "authentication_failed");
  const [request] = rig.emulator.requests;
  assertEquals(request?.message?.["apiKey"], "");
  assertEquals(Object.keys(request!.headers).filter((name) => name.includes("api-key")), []);
});

Deno.test("Client sends given headers: those of a call win over those of the client, its own over both", async () => {
  await using rig = await setUp();
  const client = rig.open({ headers: { "x-a": "client", "x-b": "client", "X-Api-Key": "mine" } });
  await callAll(rig, client, undefined, { "X-B": "call", "x-user-agent": "mine" });
  for (const { headers } of rig.emulator.requests) {
    assertEquals([headers["x-a"], headers["x-b"], headers["x-api-key"]], ["client", "call", KEY]);
    assert(headers["x-user-agent"]!.startsWith(`tsetsen-sdk-ts/${VERSION}`));
  }
});

Deno.test("Client with a path in its endpoint calls below it", async () => {
  await using rig = await setUp();
  for (const path of ["/some/where", "/some/where/"]) {
    await rig.open({ endpoint: rig.emulator.url + path }).getUserBalance();
  }
  await rig.open({ endpoint: `127.0.0.1:${rig.emulator.port}` }).getUserBalance();
  const paths = rig.emulator.requests.map(({ url }) => new URL(url).pathname);
  const method = "/tsetsen.api.v1.TsetsenTTS/GetUserBalance";
  assertEquals(paths, [`/some/where${method}`, `/some/where${method}`, method]);
});

Deno.test("Client calls its interceptors around each attempt, of calls and of streams", async () => {
  await using rig = await setUp();
  const seen: string[] = [];
  const interceptor: Interceptor = (next) => async (request) => {
    request.header.set("x-intercepted", "yes");
    seen.push(`${request.method.name}, aborted: ${request.signal.aborted}`);
    return await next(request);
  };
  const client = rig.open({ interceptors: [interceptor] });
  rig.emulator.addFault({ kind: "error", code: "UNAVAILABLE", method: "GetUserBalance" });
  await client.getUserBalance();
  await client.streamSpeech(STREAM).bytes();
  assertEquals(seen, [
    "GetUserBalance, aborted: false",
    "GetUserBalance, aborted: false",
    "StreamSpeech, aborted: false",
  ]);
  for (const { headers } of rig.emulator.requests) assertEquals(headers["x-intercepted"], "yes");
});

Deno.test("Client sends everything, downloads included, with the fetch that it is given", async () => {
  await using rig = await setUp();
  const urls: string[] = [];
  const client = rig.open({
    fetch(this: unknown, input, init) {
      assertEquals(this, undefined);
      urls.push(String(input));
      return fetch(input, init);
    },
  });
  await callAll(rig, client);
  const done = await client.checkStatus(rig.emulator.jobs[0]!.requestId);
  await client.downloadAudio(done).bytes();
  assertEquals(urls, rig.emulator.requests.map(({ url }) => url));
  assertEquals(urls.length, 8);
});

Deno.test("Client works without a socket, with the emulator's own fetch", async () => {
  await using rig = await setUp();
  using client = clientOf("http://tsetsen.test", { fetch: rig.emulator.fetch as typeof fetch });
  await callAll(rig, client);
});

Deno.test("Client uses the transport that it is given instead of its endpoint", async () => {
  await using rig = await setUp();
  const transport = createGrpcWebTransport({ baseUrl: rig.emulator.url });
  using client = new Client({ apiKey: KEY, transport, backoff: { baseDelay: 5 } });
  await callAll(rig, client);
  for (const { headers } of rig.emulator.requests) assertEquals(headers["x-api-key"], KEY);
  rig.emulator.addFault({ kind: "error", code: "UNAVAILABLE", times: Infinity });
  await failure(ServiceUnavailableError, client.getUserBalance({}, { maxRetries: 1 }));
  const billable = await failure(ServiceUnavailableError, client.generateSpeech(GENERATE));
  assertEquals([billable.charged, rig.sent("GenerateSpeech").length], ["unknown", 2]);
});

Deno.test("Client makes the right error of whatever a foreign transport throws", async () => {
  const errors: [code: Code, name: string][] = [
    [Code.InvalidArgument, "InvalidRequestError"],
    [Code.DeadlineExceeded, "TimeoutError"],
    [Code.NotFound, "ResourceNotFoundError"],
    [Code.PermissionDenied, "PermissionDeniedError"],
    [Code.ResourceExhausted, "RateLimitExceededError"],
    [Code.Unavailable, "ServiceUnavailableError"],
    [Code.Unauthenticated, "AuthenticationError"],
    [Code.Internal, "ServerError"],
    [Code.Unknown, "ServerError"],
  ];
  for (const [code, name] of errors) {
    const fail = () => {
      throw new ConnectError(`no: ${KEY} ${TEXT}`, code);
    };
    const transport = createRouterTransport(({ service }) =>
      service(TsetsenTTS, { getUserBalance: fail, generateSpeech: fail })
    );
    using client = new Client({ apiKey: KEY, transport, maxRetries: 0 });
    const free = await failure(TsetsenError, client.getUserBalance());
    assertEquals([free.name, free.statusCode, free.charged], [name, code, undefined]);
    const paid = await failure(TsetsenError, client.generateSpeech(GENERATE));
    // Connect has these codes for its own troubles, too: they prove nothing.
    assertEquals([paid.name, paid.charged], [name, "unknown"]);
    assertEquals(paid.rawMessage, "no: [redacted] [redacted]");
  }
});

Deno.test("Client makes a ConnectionError of a foreign transport's lost or refused connection", async () => {
  await using rig = await setUp();
  await using native = await serveGrpc(rig.emulator);
  const transports: Record<string, (baseUrl: string) => Transport> = {
    "connect-web": (baseUrl) => createGrpcWebTransport({ baseUrl }),
    "Connect": (baseUrl) => createConnectTransport({ baseUrl }),
    "connect-node": (baseUrl) => createGrpcTransport({ baseUrl }),
  };
  for (const [name, make] of Object.entries(transports)) {
    const open = (baseUrl: string) =>
      new Client({ apiKey: KEY, transport: make(baseUrl), maxRetries: 1, backoff: QUICK });
    using refused = open(`http://127.0.0.1:${closedPort()}`);
    await failure(ConnectionError, refused.getUserBalance());
    const error = await failure(ConnectionError, refused.generateSpeech(GENERATE));
    assertEquals(error.charged, "unknown", name);

    using lost = open((name === "connect-node" ? native : rig.emulator).url);
    rig.emulator.addFault({ kind: "drop", times: 2 });
    await failure(ConnectionError, lost.getUserBalance());
    rig.emulator.addFault({ kind: "drop", times: 2 });
    const before = rig.sent("GenerateSpeech").length;
    const unknown = await failure(ConnectionError, lost.generateSpeech(GENERATE));
    assertEquals(
      [unknown.charged, rig.sent("GenerateSpeech").length - before],
      ["unknown", 1],
      name,
    );
    rig.emulator.clearFaults();
  }
});

Deno.test("Client distinguishes an interceptor's errors from the service's", async () => {
  await using rig = await setUp();
  const throwing = (error: Error) => {
    const interceptors: Interceptor[] = [() => () => Promise.reject(error)];
    return rig.open({ interceptors, maxRetries: 0 });
  };
  const refusing = throwing(new ConnectError("not today", Code.Unauthenticated));
  const { rawMessage } = await failure(AuthenticationError, refusing.getUserBalance());
  assertEquals(rawMessage, "not today");
  const broken = throwing(new TypeError(`cannot read ${KEY}`));
  for (const work of [broken.getUserBalance(), broken.streamSpeech(STREAM).bytes()]) {
    const error = await failure(TsetsenError, work);
    assertEquals([error.name, error.code], ["TsetsenError", undefined]);
    assertEquals(
      error.rawMessage.split(" It may")[0],
      "An interceptor, or the given transport, failed: look at the cause.",
    );
    const { name, message } = error.cause as Error;
    assertEquals([name, message], ["TypeError", "cannot read [redacted]"]);
  }
  assertEquals(rig.emulator.requests.length, 0);
  // What the service answers stays what it is, also through an interceptor.
  const passing = rig.open({ interceptors: [(next) => (request) => next(request)], maxRetries: 0 });
  rig.emulator.addFault({ kind: "garbage", method: "GetUserBalance" });
  await failure(ServerError, passing.getUserBalance());
  await failure(ResourceNotFoundError, passing.checkStatus("unheard-of"));
});

Deno.test("Client does not take an interceptor's own failed connection for one to the service", async () => {
  await using rig = await setUp();
  const cause = Object.assign(new Error("connect"), { code: "ECONNREFUSED", syscall: "connect" });
  // One that reports each answer to a server of its own, which is down.
  const reporting: Interceptor = (next) => async (request) => {
    await next(request);
    throw new TypeError("fetch failed", { cause });
  };
  const client = rig.open({ interceptors: [reporting], maxRetries: 2 });
  const streamed = await failure(TsetsenError, client.streamSpeech(STREAM).bytes());
  assertEquals([streamed.charged, rig.sent("StreamSpeech").length], ["unknown", 1]);
  const generated = await failure(TsetsenError, client.generateSpeech(GENERATE));
  const { requestId } = rig.emulator.jobs[0]!;
  assertEquals([generated.charged, generated.requestId], ["yes", requestId]);
  assertEquals(rig.sent("GenerateSpeech").length, 1);
});

Deno.test("Client tells its log hook about each retry, and a hook that throws breaks nothing", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "error", code: "UNAVAILABLE", message: "restarting", times: 2 });
  await rig.client.listVoices();
  const told = rig.log.map(({ error, callId: _, ...event }) => ({ ...event, name: error.name }));
  const about = { parentId: undefined, requestId: undefined, charged: undefined, billable: false };
  const event = { type: "retry", method: "ListVoices", ...about } as const;
  const name = "ServiceUnavailableError";
  assertEquals(told, [{ ...event, attempt: 1, delay: 5, name }, {
    ...event,
    attempt: 2,
    delay: 10,
    name,
  }]);
  rig.emulator.addFault({ kind: "error", code: "UNAVAILABLE" });
  const broken = rig.open({
    log: () => {
      throw new Error("the hook is broken");
    },
  });
  assertEquals((await broken.getUserBalance()).credits, 100_000);
});

Deno.test("Client.close aborts what is under way and refuses what comes after", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  emulator.addFault({ kind: "hang", times: Infinity });
  emulator.addFault({ kind: "hang", times: Infinity, method: "Audio" });
  const source = { audioUrl: `${emulator.url}/audio/voice-emulator-v1-bold.wav` };
  const all = (): Promise<unknown>[] => [
    client.listVoices(),
    client.generateSpeech(GENERATE),
    client.getUserBalance(),
    client.waitForCompletion("a-job"),
    client.streamSpeech(STREAM).bytes(),
    client.downloadAudio(source).bytes(),
  ];
  const underWay = all().map((work) => failure(ClientClosedError, work));
  await until(() => emulator.requests.length === 6);
  client.close();
  const errors = await Promise.all(underWay);
  assertEquals(errors[1]!.charged, "unknown");
  assertEquals(errors[3]!.requestId, "a-job");
  await until(() => emulator.requests.every(({ aborted }) => aborted));
  client.close();
  const after = await Promise.all(all().map((work) => failure(ClientClosedError, work)));
  assertEquals(after.map(({ code }) => code), after.map(() => "client_closed"));
  assertEquals([after[1]!.charged, after[4]!.charged], ["no", "no"]);
  assertEquals(emulator.requests.length, 6);
});

Deno.test("Client is closed at the end of a block that it is used in", async () => {
  await using rig = await setUp();
  let escaped: Client;
  {
    using client = rig.open();
    escaped = client;
    await escaped.getUserBalance();
  }
  await failure(ClientClosedError, escaped.getUserBalance());
  {
    await using client = rig.open();
    escaped = client;
  }
  await failure(ClientClosedError, escaped.getUserBalance());
});
