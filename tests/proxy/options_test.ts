// What the options of a proxy may be, and how it refuses others.
// Runs alone: it changes the environment of the process.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { AuthenticationError, InvalidRequestError } from "../../mod.ts";
import { createProxy } from "../../src/proxy/mod.ts";

const apiKey = "tsetsen-prod-Zaya4Bold7Sarnai";

type Case = readonly [
  options: Record<string, unknown> | null,
  Class: new (...args: never[]) => Error,
  names: string,
];

const CASES: readonly Case[] = [
  [null, TypeError, "options"],
  [{ apiKey: null }, AuthenticationError, "apiKey"],
  [{ apiKey: "AIzaSecret" }, AuthenticationError, "apiKey"],
  [{ apiKey: 1 }, TypeError, "apiKey"],
  [{ endpoint: "http://tts.example" }, InvalidRequestError, "endpoint"],
  [{ endpoint: "ftp://x" }, InvalidRequestError, "endpoint"],
  [{ secure: 0 }, TypeError, "secure"],
  [{ timeout: 2 ** 31 }, RangeError, "timeout"],
  [{ headers: { "a b": "c" } }, TypeError, "headers"],
  [{ fetch: {} }, TypeError, "fetch"],
  [{ methods: ["listVoices"] }, TypeError, "methods"],
  [{ methods: "ListVoices" }, TypeError, "methods"],
  [{ voices: [1] }, TypeError, "voices"],
  [{ versions: "beta-v0.1" }, TypeError, "versions"],
  [{ maxCharacters: 0 }, TypeError, "maxCharacters"],
  [{ maxCharacters: 1.5 }, TypeError, "maxCharacters"],
  [{ maxRequestBytes: Infinity }, TypeError, "maxRequestBytes"],
  [{ origins: "https://my.site" }, TypeError, "origins"],
  [{ origins: ["https://my.site/"] }, TypeError, "origins"],
  [{ origins: ["*"] }, TypeError, "origins"],
  [{ origins: ["null"] }, TypeError, "origins"],
  [{ origins: ["file://"] }, TypeError, "origins"],
  [{ origins: ["javascript://x"] }, TypeError, "origins"],
  [{ origins: ["data://x"] }, TypeError, "origins"],
  [{ origins: ["capacitor://localhost/"] }, TypeError, "origins"],
  [{ credentials: "include" }, TypeError, "credentials"],
  [{ allowHeaders: "x" }, TypeError, "allowHeaders"],
  [{ authorize: true }, TypeError, "authorize"],
  [{ rateLimit: 60 }, TypeError, "rateLimit"],
  [{ audio: "yes" }, TypeError, "audio"],
  [{ audioMaxAge: 0 }, TypeError, "audioMaxAge"],
  [{ audioMaxAge: NaN }, TypeError, "audioMaxAge"],
  [{ audioMaxAge: "3600000" }, TypeError, "audioMaxAge"],
  [{ audioMaxAge: 2 ** 31 }, TypeError, "audioMaxAge"],
  [{ audioMaxAge: Infinity }, TypeError, "audioMaxAge"],
  [{ maxConcurrentCalls: 0 }, TypeError, "maxConcurrentCalls"],
  [{ maxConcurrentCalls: "100" }, TypeError, "maxConcurrentCalls"],
  [{ maxCharacters: "500" }, TypeError, "maxCharacters"],
  [{ visitorKeys: "false" }, TypeError, "visitorKeys"],
  [{ secure: "false" }, TypeError, "secure"],
  [{ audio: "false" }, TypeError, "audio"],
  [{ authorize: null }, TypeError, "authorize"],
  [{ rateLimit: null }, TypeError, "rateLimit"],
  [{ methods: null }, TypeError, "methods"],
  [{ voices: null }, TypeError, "voices"],
  [{ origins: null }, TypeError, "origins"],
  [{ authorise: () => true }, TypeError, "did you mean authorize?"],
  [{ ratelimit: () => null }, TypeError, "did you mean rateLimit?"],
  [{ maxCharacter: 5 }, TypeError, "did you mean maxCharacters?"],
  [{ method: ["ListVoices"] }, TypeError, "did you mean methods?"],
  [{ cors: true }, TypeError, "publicUrl"],
  [Object.create({ authorise: () => true }), TypeError, "did you mean authorize?"],
  [{ publicUrl: "my.site" }, TypeError, "publicUrl"],
  [{ publicUrl: "https://my.site/?a" }, TypeError, "publicUrl"],
  [{ publicUrl: ["https://my.site"] }, TypeError, "publicUrl"],
  [{ log: "all" }, TypeError, "log"],
];

for (const [options, Class, names] of CASES) {
  Deno.test(`createProxy refuses ${Deno.inspect(options)}`, () => {
    const given = options && Object.assign(options, { apiKey, ...options });
    const error = assertThrows(() => createProxy(given as never), Class) as Error;
    assert(error.message.includes(names), error.message);
    assert(/: got |is not an option: /.test(error.message), error.message);
    assert(!/Zaya|AIza/.test(error.message), error.message);
  });
}

Deno.test("createProxy reads the key from the environment and changes none of its options", () => {
  const before = Deno.env.get("TSETSEN_API_KEY");
  Deno.env.delete("TSETSEN_API_KEY");
  try {
    assertThrows(() => createProxy(), AuthenticationError, "TSETSEN_API_KEY");
    Deno.env.set("TSETSEN_API_KEY", apiKey);
    createProxy(Object.freeze({ methods: Object.freeze(["ListVoices"] as const) }));
  } finally {
    if (before === undefined) Deno.env.delete("TSETSEN_API_KEY");
    else Deno.env.set("TSETSEN_API_KEY", before);
  }
});

Deno.test("createProxy copies its lists: changing them later changes nothing", async () => {
  const methods: "GetUserBalance"[] = [];
  const proxy = createProxy({ apiKey, endpoint: "tts.example", methods });
  methods.push("GetUserBalance");
  const response = await proxy(
    new Request("https://my.site/tsetsen.api.v1.TsetsenTTS/GetUserBalance", {
      method: "POST",
      headers: { "content-type": "application/grpc-web+proto" },
      body: new Uint8Array(5),
    }),
  );
  assertEquals(response.headers.get("grpc-status"), "7");
});
